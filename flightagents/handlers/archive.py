"""Every message of `flight-topic` into MongoDB; what is not ours becomes a dead letter.

Before it the poller published (poll.py). Track reads the same messages and skips what is dead-lettered here.
"""

from collections.abc import Sequence

from flightagents.clock import Clock
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.unreadable import letter_about, post
from flightagents.ports import Archive, Message, Publisher
from flightagents.records import decode_flight_record


class ArchiveRecords:
    """Stores a batch whole, then the caller acks it."""

    def __init__(self, archive: Archive, publisher: Publisher, clock: Clock) -> None:
        self._archive = archive
        self._publisher = publisher
        self._clock = clock

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Store what can be stored, dead-letter the rest; returns once neither can be lost."""
        documents, letters = [], []
        for message in messages:
            try:
                documents.append(self._archive.document(decode_flight_record(message.value)))
            except UnreadableRecordError as exc:
                letters.append(letter_about(message, exc, self._clock.now()))
        await post(letters, self._publisher)
        await self._archive.store(documents)
