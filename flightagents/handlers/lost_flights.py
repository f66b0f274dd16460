"""Which flights nobody sees any more: what the leader kept (watch_freshness.py), and what came since."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

from flightagents.ports import Sights

SeenAt = Callable[[str], Awaitable[datetime | None]]
"""Gives when a flight was seen last, in business time; None where nobody knows."""


class LostFlights:
    """Any worker may ask: what was seen a moment ago is in sight again before the leader notes it."""

    def __init__(self, sights: Sights, seen_at: SeenAt) -> None:
        self._sights = sights
        self._seen_at = seen_at

    async def __call__(self, flights: Collection[str]) -> Mapping[str, datetime]:
        """Give when each of these that is lost was seen last."""
        kept = await self._sights.of(flights) if flights else {}
        lost: dict[str, datetime] = {}
        for flight, sight in kept.items():
            if (at := sight.lost_at) is not None and (await self._seen_at(flight) or at) <= at:
                lost[flight] = at
        return lost
