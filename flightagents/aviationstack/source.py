"""AviationStack behind the port `FlightSource`: any query in its own words, fetched and parsed."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.nature import nature_of
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.query_standing import UNFILTERED, QueryNature
from flightagents.domain.runs import RunStamp
from flightagents.ports import FeedPage, FeedRow, MayAsk
from flightagents.records import FlightRecord


class AviationStackSource:
    """What `PollFeed` asks."""

    def __init__(self, client: AviationStackClient) -> None:
        self._client = client
        self._parser = RowParser()

    def nature(self, query: str) -> QueryNature:
        """Tell what a query is about, and what it leaves out."""
        return nature_of(filters_of(query))

    async def rows(
        self, query: str, pages: int, may_ask: MayAsk, *, retries: bool = True
    ) -> AsyncIterator[FeedPage]:
        """Walk the pages of a query, so many at most. Raises what the client and `may_ask` raise."""
        asked = self._client.pages(filters_of(query), pages, may_ask, retries=retries)
        async for page in asked:
            place = {"query": query, "offset": page.offset or 0}
            rows = [FeedRow(raw, {**place, "row": number}) for number, raw in enumerate(page.rows)]
            yield FeedPage(rows, page.total)

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Read one row. Raises UnreadableRowError."""
        return self._parser.parse(raw, stamp)


def filters_of(query: str) -> dict[str, str]:
    """Read one query as the settings and the planner write it."""
    return {} if query == UNFILTERED else dict(parse_qsl(query, keep_blank_values=True))
