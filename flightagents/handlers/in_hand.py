"""A flight as lists show it -> who has it in hand: two looks by an index, one of which is mostly empty."""

import asyncio

from flightagents.clock import Clock
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import Handling, InHand, needs_attention
from flightagents.ports import Handlings


class ShowInHand:
    """Reads only."""

    def __init__(self, handlings: Handlings, clock: Clock) -> None:
        self._handlings = handlings
        self._clock = clock

    async def __call__(self, row: FlightRow) -> InHand:
        """Tell how a flight stands with the staff, whether or not anything is wrong with it."""
        known, held = await asyncio.gather(self._handlings.get([row.flight]), self._handlings.held())
        handling = known.get(row.flight) or Handling(flight=row.flight)
        return InHand(
            handling=handling,
            held=row.flight in held,
            attention=needs_attention(handling, row, self._clock.now()),
        )
