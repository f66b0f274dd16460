"""The arrival that the newest rows show of flights in the air.

It moves without a change: nobody aboard waits for news of it, but whoever is to change flights does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.handlers.cases import Case
from flightagents.ports import Archive


class InTheAir:
    """Brings the states of flights in the air up to the newest rows of the archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def __call__(self, cases: Sequence[Case]) -> list[Case]:
        """Give the cases, those of flights in the air as they stand now; without a query where none is."""
        states = await self.now({case.state.flight: case.state for case in cases}.values())
        return [
            replace(case, state=states[case.state.flight]) if _flies(case.state) else case for case in cases
        ]

    async def now(self, states: Iterable[FlightState]) -> dict[str, FlightState]:
        """Give, by flight, those of these states that are of flights in the air, as they stand now."""
        flying = {state.flight: state for state in states if _flies(state)}
        shown = await self._archive.newest_rows(sorted(flying)) if flying else {}
        return flying | {flight: advance(flying[flight], row)[0] for flight, row in shown.items()}


def _flies(state: FlightState) -> bool:
    return state.departed and not state.landed
