"""Kafka, and what hangs on it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from flightagents.records import DeadLetter


class Publisher(Protocol):
    """Kafka, to write to."""

    async def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Send records (key, value) in order; returns once the broker has acknowledged them all."""


class Message(Protocol):
    """One message as it came from a topic."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


class Delivery(Protocol):
    """A batch of messages of one partition, which may be taken away from us while we work."""

    @property
    def records(self) -> Sequence[Message]: ...
    @property
    def current(self) -> bool: ...


class DeadLetters(Protocol):
    """Keeps what could not be read."""

    async def store(self, letters: Sequence[DeadLetter]) -> None:
        """Insert what is not there yet."""


class StateTable(Protocol):
    """The last-known state of each flight of our partitions, as JSON."""

    def get(self, key: str) -> bytes | None:
        """Give the entry of a flight."""

    def values(self) -> Iterable[bytes]:
        """Give all entries."""

    def __setitem__(self, key: str, value: bytes) -> None: ...

    def __delitem__(self, key: str) -> None: ...

    async def durable(self) -> None:
        """Wait until everything written so far cannot be lost."""


class OwnTopics(Protocol):
    """Our topics, for whoever makes them anew."""

    async def members(self) -> int:
        """Count the workers in the group."""

    async def unread(self, topics: Iterable[str]) -> int:
        """Count the records that no worker has committed."""

    async def renew(self) -> None:
        """Delete them, and make them as the settings ask."""
