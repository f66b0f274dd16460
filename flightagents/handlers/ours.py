"""Which of all disrupted flights somebody of ours may be booked on: of a bad day there are thousands."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic

from flightagents.domain.touch import Touch
from flightagents.ports import Bookings, FlightSearch

BEFORE = timedelta(hours=6)
"""Since it left, or arrived: longer ago nobody stands at the counter any more."""
AHEAD = timedelta(hours=24)
KNOWN_FOR = timedelta(seconds=10)
"""Real time for which the answer to so large a question holds; flights that are touched are asked about."""
KNOWN_IN_A_STORM = timedelta(seconds=2)
"""The same where nobody knows which flights are touched."""
MOST_TOUCHED = 300
"""That are asked about apart; of more the next large question tells."""


class Ours:
    """Remembers them. Who is booked on which flight is asked for by number alone."""

    def __init__(
        self, search: FlightSearch, bookings: Bookings, *, ticks: Callable[[], float] = monotonic
    ) -> None:
        self._search = search
        self._bookings = bookings
        self._ticks = ticks
        self._known: tuple[float, list[str]] | None = None
        self._touched: set[str] = set()
        self._holds = KNOWN_FOR

    def hear(self, touch: Touch | None) -> None:
        """Note that flights were touched."""
        if touch is None or touch.flights is None or len(self._touched) > MOST_TOUCHED:
            self._holds = KNOWN_IN_A_STORM
        else:
            self._touched |= touch.flights

    async def __call__(self, now: datetime) -> Sequence[str]:
        """Give the flights, the gravest first, before them those that were touched just now."""
        began, touched, holds = self._ticks(), self._touched, self._holds
        self._touched, self._holds = set(), KNOWN_FOR
        known = self._known
        try:
            if known is None or began - known[0] >= holds.total_seconds():
                self._known = known = began, await self._ours(now, None)
            elif touched:
                ours = await self._ours(now, touched)
                self._known = known = known[0], [*ours, *(each for each in known[1] if each not in touched)]
                self._holds = min(self._holds, holds)
        except BaseException:
            self._touched, self._holds = self._touched | touched, min(self._holds, holds)
            raise
        return known[1]

    async def _ours(self, now: datetime, among: Collection[str] | None) -> list[str]:
        numbers = await self._search.numbers_of_disrupted(now, before=BEFORE, ahead=AHEAD, among=among)
        every = sorted({each for theirs in numbers.values() for each in theirs})
        around = [now.date() + timedelta(days=days) for days in range(-2, 4)]
        flown = await self._bookings.numbers_flown(every, around) if every else set()
        return [flight for flight, theirs in numbers.items() if not flown.isdisjoint(theirs)]
