"""Whether the feed was asked for a booked segment, and answered without it: then its absence says something.

tasks.py asks for it. An outage answers nothing, so it makes no task and ends none.
"""

from collections.abc import Callable, Iterable, Sequence

from flightagents.domain.bookings import Segment
from flightagents.domain.freshness import answered_whole, shown_from
from flightagents.domain.watching import leaves_by
from flightagents.ports import QueryStandings

Showing = Callable[[Iterable[str]], Callable[[Segment], Sequence[str]]]
"""Gives, of these queries, what tells which of them would show a segment."""


class LookedFor:
    """Reads how asking went once, for as many segments as there are."""

    def __init__(
        self, standings: QueryStandings, showing: Showing, zone_of: Callable[[str], str | None]
    ) -> None:
        self._standings = standings
        self._showing = showing
        self._zone_of = zone_of

    async def __call__(self) -> Callable[[Segment], bool]:
        """Give what tells whether a query that would show a segment was answered since it should."""
        standings = await self._standings.all()
        shown_by = self._showing(standings)

        def was_looked_for(segment: Segment) -> bool:
            zone = self._zone_of(segment.departure) if segment.departure else None
            since = shown_from(leaves_by(segment, zone), by_date=False)
            return any(answered_whole(standings[query], since=since) for query in shown_by(segment))

        return was_looked_for
