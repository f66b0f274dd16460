"""Messages of `flight-dead-letter-topic` into MongoDB, where people look at them."""

from collections.abc import Sequence

import structlog

from flightagents.errors import UnreadableRecordError
from flightagents.ports import DeadLetters, Message
from flightagents.records import DeadLetter, decode_dead_letter

_log = structlog.get_logger(__name__)


class StoreDeadLetters:
    """Stores a batch of dead letters."""

    def __init__(self, dead_letters: DeadLetters) -> None:
        self._dead_letters = dead_letters

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Store the letters; returns once they cannot be lost."""
        letters: list[DeadLetter] = []
        for message in messages:
            try:
                letters.append(decode_dead_letter(message.value))
            except UnreadableRecordError as exc:
                # A letter about a letter could go round for ever: the log is where this one ends.
                _log.error("no dead letter of ours", offset=message.offset, reason=str(exc))
        await self._dead_letters.store(letters)
