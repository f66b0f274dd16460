"""Every message of `flight-topic` into MongoDB; what is not ours becomes a dead letter.

Before it the poller published (poll.py). Track reads the same messages and skips what is dead-lettered here.
"""

import asyncio
from collections.abc import Sequence

from flightagents.clock import Clock
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.airline_book import AirlineBook
from flightagents.handlers.unreadable import letter_about, post
from flightagents.metrics import RECORDS_ARCHIVED
from flightagents.ports import Archive, Message, Publisher
from flightagents.records import DeadLetter, decode_flight_record

PART = 1000
"""Messages that are encoded in one go; MongoDB stores them while we encode the next ones."""


class ArchiveRecords:
    """Stores a batch whole, then the caller acks it."""

    def __init__(self, archive: Archive, publisher: Publisher, clock: Clock, airlines: AirlineBook) -> None:
        self._airlines = airlines
        self._archive = archive
        self._publisher = publisher
        self._clock = clock

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Store what can be stored, dead-letter the rest; returns once neither can be lost."""
        async with asyncio.TaskGroup() as stores:
            for start in range(0, len(messages), PART):
                documents, letters = self._read(messages[start : start + PART])
                await post(letters, self._publisher)
                stores.create_task(self._store(documents))
                await asyncio.sleep(0)  # so that it begins
        await self._airlines.keep()

    async def _store(self, documents: Sequence[bytes]) -> None:
        await self._archive.store(documents)
        RECORDS_ARCHIVED.inc(len(documents))

    def _read(self, messages: Sequence[Message]) -> tuple[list[bytes], list[DeadLetter]]:
        documents, letters = [], []
        for message in messages:
            try:
                record = decode_flight_record(message.value)
                documents.append(self._archive.document(record))
                self._airlines.note(record)
            except UnreadableRecordError as exc:
                letters.append(letter_about(message, exc, self._clock.now()))
        return documents, letters
