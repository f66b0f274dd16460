"""Changes of `flight-change-topic` -> history, latest state, and then who has to be told.

Before it track found the changes (track.py).
"""

from collections.abc import Sequence

from flightagents.domain.changes import Change
from flightagents.errors import UnreadableRecordError
from flightagents.ports import FlightStore, Message
from flightagents.records import decode_change


class AlertOnChanges:
    """First the facts are stored, then it is decided on them."""

    def __init__(self, flights: FlightStore) -> None:
        self._flights = flights

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Store the changes of a batch; returns once they cannot be lost."""
        changes = _ours(messages)
        await self._flights.add_to_history(changes)
        await self._flights.move_on(change.state for change in changes if change.state is not None)


def _ours(messages: Sequence[Message]) -> list[Change]:
    changes = []
    for message in messages:
        try:
            changes.append(decode_change(message.value))
        except UnreadableRecordError:
            continue
    return changes
