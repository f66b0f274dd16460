"""Looks once a minute at everyone who changes flights: a slow flight in the air makes no change by itself."""

from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import SegmentStatus
from flightagents.handlers.decide import Decide
from flightagents.ports import Bookings

AROUND = timedelta(days=1)
"""Local dates differ from ours by a day at most."""


class WatchConnections:
    """Decides again for bookings with several flights of these days."""

    def __init__(self, bookings: Bookings, decide: Decide, clock: Clock) -> None:
        self._bookings = bookings
        self._decide = decide
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        today = self._clock.now().date()
        since, until = today - AROUND, today + AROUND
        changing = [
            booking
            for booking in await self._bookings.flying(since, until)
            if sum(
                each.status is SegmentStatus.CONFIRMED and since <= each.flight_date <= until
                for each in booking.segments
            )
            > 1
        ]
        if changing:
            await self._decide.for_bookings(changing, new=False)
