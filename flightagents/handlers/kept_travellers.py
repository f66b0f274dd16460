"""Keeps what was found out about flights until one of them is touched: in a storm each change is of a few.

Whoever follows the database tells what is touched there. While nobody does, nothing is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from time import monotonic

from flightagents.domain.touch import Touch
from flightagents.handlers.now_travellers import Travellers

KEPT_FOR = timedelta(seconds=60)
"""Real time, up to twice as long. What changes untouched is seen this much later: who is on a flight by one
of the numbers that it is sold under, when another flight gets that number."""
MOST = 1000
"""Flights, each with some 40 travellers; the one that was looked at first leaves first."""


class KeptTravellers:
    """Looks at those flights alone of which nothing is known, or something new."""

    def __init__(
        self,
        look: Callable[[Sequence[str]], Awaitable[Mapping[str, Travellers]]],
        *,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._look = look
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._told = False
        self._kept: dict[str, tuple[float, Travellers]] = {}
        self._meanwhile: set[str] = set()
        """Numbers touched while a look was on its way, which may have come too early for them."""
        self._is_void = False
        """So may all of that look."""

    def hear(self, touch: Touch | None) -> None:
        """Forget what was touched; None: from now on nobody tells."""
        self._told = touch is not None
        if touch is None or touch.flights is None:
            self._kept.clear()
            self._is_void = True
            return
        numbers = _numbers(touch.flights)
        self._meanwhile |= numbers
        for flight in [each for each, (_, known) in self._kept.items() if numbers & _numbers(known.stories)]:
            del self._kept[flight]

    async def __call__(self, flights: Sequence[str]) -> dict[str, Travellers]:
        """Give what is known of each of these flights."""
        async with self._looking:
            now = self._ticks()
            known = {
                flight: kept[1]
                for flight in flights
                if (kept := self._kept.get(flight)) is not None and kept[0] > now
            }
            if wanted := [flight for flight in flights if flight not in known]:
                known |= await self._look_anew(wanted)
            return known

    async def _look_anew(self, flights: Sequence[str]) -> Mapping[str, Travellers]:
        self._meanwhile, self._is_void = set(), not self._told
        began = self._ticks()
        found = await self._look(flights)
        if not self._is_void:
            for place, (flight, travellers) in enumerate(found.items()):
                self._kept.pop(flight, None)
                if self._meanwhile.isdisjoint(_numbers(travellers.stories)):
                    # What is looked at in one go is due again bit by bit: nobody waits for all of it.
                    until = began + KEPT_FOR.total_seconds() * (1 + place / len(found))
                    self._kept[flight] = until, travellers
            for flight in list(self._kept)[: max(0, len(self._kept) - MOST)]:
                del self._kept[flight]
        return found


def _numbers(flights: Iterable[str]) -> set[str]:
    """Give the numbers and dates of flights: one more of the same makes the bookings of all ambiguous."""
    return {flight.rsplit("|", 2)[0] for flight in flights}
