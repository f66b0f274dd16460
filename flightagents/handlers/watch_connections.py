"""Looks once a minute at flights in the air whose arrival moves: whoever changes flights is decided on again.

A slow flight in the air makes no change by itself (in_the_air.py). All else that a connection hangs on makes
one, and then it is decided where the change is heard (alert.py).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.flight import FlightId, FlightState
from flightagents.handlers.audience import Audience
from flightagents.handlers.decide import Decide
from flightagents.handlers.in_the_air import InTheAir
from flightagents.ports import Bookings, FlightStore

LOOK_BACK = timedelta(days=2)
"""The longest flights take 19 hours, and local dates differ from ours by a day at most."""
FLIGHTS = 10
"""Flights whose people are held in memory at once."""
PORTION = 50
"""Bookings decided on at once. Queries name each flight with each person: their size grows as a square."""

Times = tuple[datetime | None, datetime]
"""What a connection to or from a flight in the air hangs on: its take-off, and when it will arrive."""


class WatchConnections:
    """Decides again for people with several flights, one of them in the air and with other times than before.

    It remembers the times that it last decided on, for as long as the flight is in the air. A flight that it
    does not know is decided on whatever its times are: an earlier leader may have told people other ones.
    """

    def __init__(
        self,
        *,
        flights: FlightStore,
        bookings: Bookings,
        audience: Audience,
        in_the_air: InTheAir,
        decide: Decide,
        clock: Clock,
    ) -> None:
        self._flights = flights
        self._bookings = bookings
        self._audience = audience
        self._in_the_air = in_the_air
        self._decide = decide
        self._clock = clock
        self._decided: dict[str, Times] = {}

    async def __call__(self) -> None:
        """Look once. What fails holds up no other, and is decided at the next look: its times are not kept.

        Raises an ExceptionGroup of what failed, once all else is decided.
        """
        flying = await self._flights.in_the_air((self._clock.now() - LOOK_BACK).date())
        states = await self._flights.known_states(await self._booked(flying)) if flying else {}
        now = {
            flight: _times(state) for flight, state in (await self._in_the_air.now(states.values())).items()
        }
        self._decided = {flight: times for flight, times in self._decided.items() if flight in now}
        moved = [flight for flight, times in now.items() if self._decided.get(flight) != times]
        moved.sort(key=lambda flight: now[flight] == _times(states[flight]))  # nobody knows of the first yet
        failed: list[str] = []
        for start in range(0, len(moved), FLIGHTS):
            some = moved[start : start + FLIGHTS]
            failed += some if await self._failure(some, now) else ()
        # By itself: one whose people cannot be decided on holds up none that it was looked at with.
        if failures := [each for flight in failed if (each := await self._failure([flight], now))]:
            raise ExceptionGroup("people on some flights in the air could not be decided on", failures)

    async def _booked(self, flying: Mapping[str, Sequence[str]]) -> list[str]:
        """Leave out those that nobody of ours is on. Who is on one that moved is booked on another date."""
        moved = {flight for move in await self._flights.moves_of(list(flying)) for flight in move}
        every = {number for numbers in flying.values() for number in numbers}
        flown = await self._bookings.numbers_flown(sorted(every), _dates(flying))
        return sorted(
            flight for flight, numbers in flying.items() if flight in moved or not flown.isdisjoint(numbers)
        )

    async def _failure(self, flights: Sequence[str], now: Mapping[str, Times]) -> Exception | None:
        try:
            await self._decide_on(flights)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is the people's on these flights alone
            return exc
        self._decided |= {flight: now[flight] for flight in flights}
        return None

    async def _decide_on(self, flights: Sequence[str]) -> None:
        cases = await self._audience.of_flights(flights)
        aboard = list({case.booking.id: case.booking for case in cases}.values())
        for start in range(0, len(aboard), PORTION):
            await self._decide.for_connections(aboard[start : start + PORTION])


def _dates(flights: Collection[str]) -> list[date]:
    return sorted({FlightId.parse(flight).date for flight in flights})


def _times(state: FlightState) -> Times:
    return state.departure.actual, state.arrival.expected
