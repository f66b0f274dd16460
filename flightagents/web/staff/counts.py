"""How much waits for a person, by page: in the way around of every page, and in the title of its tab."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from flightagents.web.access.gate import Visitor
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.now import TOPICS
from flightagents.web.staff.stream import COUNTS

Counts = Callable[[], Awaitable[Mapping[str, int]]]
"""Counts by the path of a page."""


class CountsList:
    """The list of counts; the same for everybody, for it names nobody."""

    def __init__(self, counts: Callable[[], Counts]) -> None:
        self._counts = counts

    def __call__(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list."""
        del query, visitor
        return Listing(COUNTS, COUNTS, TOPICS | {"dead_letters"}, self._make, on_page=False)

    async def _make(self) -> Sequence[Row]:
        return [Row(path, f"{number:,}") for path, number in (await self._counts()()).items()]
