"""Changes of `flight-change-topic` -> history, latest state, and then who has to be told.

Before it track found the changes (track.py); after it come decide.py and deliver.py. The facts are stored
before anybody asks who is concerned, so that an import running beside this cannot be missed by both.
"""

from collections.abc import Awaitable, Callable, Sequence

from flightagents.clock import Clock
from flightagents.domain.changes import Change, Kind
from flightagents.domain.vital_signs import Measure
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.cases import Moved
from flightagents.handlers.counting import count_changes, time_changes
from flightagents.handlers.decide import Decide
from flightagents.handlers.unreadable import letter_about, post
from flightagents.ports import FlightStore, Message, Publisher
from flightagents.pulse import PULSE
from flightagents.records import decode_change


class AlertOnChanges:
    """First the facts are stored, then it is decided on them. `also` hear of them after that."""

    def __init__(
        self,
        flights: FlightStore,
        decide: Decide,
        publisher: Publisher,
        clock: Clock,
        also: Sequence[Callable[[Sequence[Change]], Awaitable[None]]] = (),
    ) -> None:
        self._flights = flights
        self._decide = decide
        self._publisher = publisher
        self._clock = clock
        self._also = also

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Store the changes of a batch and decide; returns once neither can be lost."""
        changes, letters = [], []
        for message in messages:
            try:
                changes.append(decode_change(message.value))
            except UnreadableRecordError as exc:
                letters.append(letter_about(message, exc, self._clock.now()))
        await post(letters, self._publisher)
        new = await self._flights.add_to_history(changes)
        count_changes(new)
        time_changes(new, self._clock)
        await self._flights.move_on(change.state for change in changes if change.state is not None)
        for polled_at in {change.at for change in changes}:
            PULSE[Measure.POLL_TO_CHANGE].note(self._clock.real(self._clock.now() - polled_at))
        await self._decide.for_flights(list({change.flight: None for change in changes}), _moves(changes))
        for hear in self._also:
            await hear(changes)


def _moves(changes: Sequence[Change]) -> dict[str, Moved]:
    """Give the gate and terminal that each flight had before all of these: nobody heard of those between."""
    moves: dict[str, Moved] = {}
    for change in changes:
        known = moves.get(change.flight, Moved())
        if change.kind is Kind.GATE_CHANGED:
            moves[change.flight] = known._replace(gate_from=known.gate_from or str(change.before["gate"]))
        elif change.kind is Kind.TERMINAL_CHANGED:
            before = known.terminal_from or str(change.before["terminal"])
            moves[change.flight] = known._replace(terminal_from=before)
    return moves
