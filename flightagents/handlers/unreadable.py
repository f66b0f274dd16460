"""A message on one of our topics that is not ours -> a dead letter, under its place as id."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from flightagents.errors import UnreadableRecordError
from flightagents.handlers.counting import count_letters
from flightagents.ports import Message, Publisher
from flightagents.records import DEAD_LETTER_TOPIC, DeadLetter, DeadLetterSource, dead_letter, encode

_log = structlog.get_logger(__name__)


def letter_about(message: Message, exc: UnreadableRecordError, at: datetime) -> DeadLetter:
    """Write a dead letter about a message."""
    return dead_letter(
        exc.reason,
        exc.detail,
        raw=message.value or b"",
        source=DeadLetterSource.TOPIC,
        place={"topic": message.topic, "partition": message.partition, "offset": message.offset},
        at=at,
    )


async def post(letters: Sequence[DeadLetter], publisher: Publisher) -> None:
    """Send dead letters; returns once they cannot be lost."""
    if letters:
        reasons = sorted({letter.reason for letter in letters})
        topics = sorted({str(letter.place["topic"]) for letter in letters})
        _log.warning("messages that are not ours", topics=topics, count=len(letters), reasons=reasons)
        await publisher.publish(DEAD_LETTER_TOPIC, [(each.id, encode(each)) for each in letters])
        count_letters(letters)
