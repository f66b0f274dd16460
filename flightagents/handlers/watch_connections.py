"""Looks once a minute at everyone who changes flights: a slow flight in the air makes no change by itself."""

from collections import Counter
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import SegmentStatus
from flightagents.handlers.decide import Decide
from flightagents.ports import Bookings

AROUND = timedelta(days=1)
"""Local dates differ from ours by a day at most."""

PORTION = 50
"""Bookings decided on at once. Queries name each flight with each person: their size grows as a square."""


class WatchConnections:
    """Decides again for people with several flights of these days, in one booking or in more."""

    def __init__(self, bookings: Bookings, decide: Decide, clock: Clock) -> None:
        self._bookings = bookings
        self._decide = decide
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        today = self._clock.now().date()
        since, until = today - AROUND, today + AROUND
        flying = await self._bookings.flying(since, until)
        flights: Counter[str] = Counter()
        for booking in flying:
            days = [each.flight_date for each in booking.segments if each.status is SegmentStatus.CONFIRMED]
            flights.update(booking.addresses * sum(since <= day <= until for day in days))
        changing = [each for each in flying if any(flights[address] > 1 for address in each.addresses)]
        for start in range(0, len(changing), PORTION):
            await self._decide.for_bookings(changing[start : start + PORTION], new=False)
