"""Looks at all open flights at once, for what no single record can show: a flight that became another one."""

from flightagents.clock import Clock
from flightagents.domain.moves import pairs, watch
from flightagents.ports import Archive, FlightStore


class WatchFlights:
    """Finds moved flights and adds them to the history."""

    def __init__(self, flights: FlightStore, archive: Archive, clock: Clock) -> None:
        self._flights = flights
        self._archive = archive
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        states = await self._flights.open_states()
        near = {state.flight: state for pair in pairs(states) for state in pair}
        if near:
            runs = await self._archive.runs_of(list(near))
            await self._flights.add_to_history(watch(near.values(), runs, self._clock.now()))
