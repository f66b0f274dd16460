"""Every message of `flight-topic` into MongoDB; what is not ours becomes a dead letter.

Before it the poller published (poll.py). Track reads the same messages and skips what is dead-lettered here.
"""

from collections.abc import Sequence

import structlog

from flightagents.clock import Clock
from flightagents.errors import UnreadableRecordError
from flightagents.ports import Archive, Message, Publisher
from flightagents.records import (
    DEAD_LETTER_TOPIC,
    DeadLetter,
    DeadLetterSource,
    dead_letter,
    decode_flight_record,
    encode,
)

_log = structlog.get_logger(__name__)


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
                letters.append(self._letter(message, exc))
        if letters:
            reasons = sorted({letter.reason for letter in letters})
            _log.warning(
                "messages that are not ours", topic=messages[0].topic, count=len(letters), reasons=reasons
            )
            await self._publisher.publish(DEAD_LETTER_TOPIC, [(each.id, encode(each)) for each in letters])
        await self._archive.store(documents)

    def _letter(self, message: Message, exc: UnreadableRecordError) -> DeadLetter:
        """Its place on the topic is its id, so a redelivery makes the same letter."""
        return dead_letter(
            exc.reason,
            exc.detail,
            raw=message.value or b"",
            source=DeadLetterSource.TOPIC,
            place={"topic": message.topic, "partition": message.partition, "offset": message.offset},
            at=self._clock.now(),
        )
