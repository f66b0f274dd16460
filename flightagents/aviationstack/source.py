"""AviationStack behind the port `FlightSource`: any query in its own words, fetched and parsed."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.nature import nature_of
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.query_standing import QueryNature
from flightagents.domain.runs import RunStamp
from flightagents.errors import SettingsError
from flightagents.ports import FeedPage, FeedRow, MayAsk
from flightagents.records import FlightRecord

UNFILTERED = "(unfiltered)"
"""The query without any filter."""
_BY_PART = {
    "dep": ("iata", "icao"),
    "arr": ("iata", "icao"),
    "airline": ("iata", "icao", "name"),
    "flight": ("iata", "icao", "number", "status", "date"),
    "min_delay": ("dep", "arr"),
    "max_delay": ("dep", "arr"),
}
FILTERS = frozenset(f"{part}_{what}" for part, names in _BY_PART.items() for what in names)
"""The parameters that AviationStack documents; one value each."""


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


def parse_queries(text: str) -> dict[str, dict[str, str]]:
    """Read "dep_iata=JFK;arr_iata=JFK&flight_status=cancelled". Raises SettingsError naming the part."""
    queries: dict[str, dict[str, str]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        filters = dict(parse_qsl(part, keep_blank_values=True))
        wrong = sorted(filters.keys() - FILTERS)
        if wrong or not filters or not all(filters.values()):
            raise SettingsError(
                f"FLIGHTAGENTS_POLL_QUERIES: {part!r} is no query "
                f"({', '.join(wrong) or 'a value is missing'}); write filter=value, joined by &, from: "
                f"{', '.join(sorted(FILTERS))}"
            )
        queries[part] = filters
    return queries
