"""Looks at all open flights at once, for what no single record can show: a flight that became another one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.changes import Change
from flightagents.domain.moves import pairs, watch
from flightagents.handlers.counting import count_changes
from flightagents.ports import Archive, FlightStore

LOOK_BACK = timedelta(days=2)
"""A flight of an older date has left, or will never be shown again: the look would grow for ever."""


class WatchFlights:
    """Finds moved flights and adds them to the history. `also` hear of them after that, at each look."""

    def __init__(
        self,
        flights: FlightStore,
        archive: Archive,
        clock: Clock,
        also: Sequence[Callable[[Sequence[Change]], Awaitable[None]]] = (),
    ) -> None:
        self._flights = flights
        self._archive = archive
        self._clock = clock
        self._also = also

    async def __call__(self) -> None:
        """Look once."""
        now = self._clock.now()
        states = await self._flights.open_states(since=(now - LOOK_BACK).date())
        near = {state.flight: state for pair in pairs(states) for state in pair}
        if near:
            runs = await self._archive.runs_of(list(near))
            whole = await self._archive.whole_runs_of(list(near))
            moves = watch(near.values(), runs, now, whole=whole)
            count_changes(await self._flights.add_to_history(moves))
            for hear in self._also:
                await hear(moves)
