"""AviationStack behind the port `FlightSource`: the queries of the settings, fetched and parsed."""

from collections.abc import AsyncIterator, Sequence

import structlog

from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.runs import RunStamp
from flightagents.ports import FeedRow
from flightagents.records import FlightRecord
from flightagents.settings.queries import parse_queries

UNFILTERED = "(unfiltered)"

_log = structlog.get_logger(__name__)


class AviationStackSource:
    """What `PollFeed` polls."""

    def __init__(self, client: AviationStackClient, queries: str, max_pages: int) -> None:
        self._client = client
        self._parser = RowParser()
        self._filters = parse_queries(queries)
        self._max_pages = max_pages
        if not self._filters:
            _log.warning(
                "no query is set: polling the unfiltered feed's first page, which has few of your flights",
                setting="FLIGHTAGENTS_POLL_QUERIES",
            )
            self._filters = {UNFILTERED: {}}
            self._max_pages = 1

    @property
    def queries(self) -> Sequence[str]:
        """The queries of a run, as they stand in the setting."""
        return list(self._filters)

    async def rows(self, query: str) -> AsyncIterator[Sequence[FeedRow]]:
        """Walk the pages of a query. Raises what the client raises."""
        async for page in self._client.pages(self._filters[query], self._max_pages):
            place = {"query": query, "offset": page.offset or 0}
            yield [FeedRow(raw, {**place, "row": number}) for number, raw in enumerate(page.rows)]

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Read one row. Raises UnreadableRowError."""
        return self._parser.parse(raw, stamp)
