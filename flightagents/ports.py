"""What the core needs of the world, as it wants to see it. `app` chooses what implements it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.runs import RunStamp
from flightagents.records import DeadLetter, FlightRecord


class RowReader(Protocol):
    """Turns one row of the feed into a record."""

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Read a row. Raises UnreadableRowError with a named reason."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row as the feed sent it, and where it stood: query, offset of the page, position in it."""

    raw: object
    place: dict[str, Any]


class FlightSource(RowReader, Protocol):
    """The feed."""

    @property
    def queries(self) -> Sequence[str]:
        """The queries of a run, by name."""

    def rows(self, query: str) -> AsyncIterator[Sequence[FeedRow]]:
        """Walk the pages of a query. Raises FeedRefusedError or a RecoverableError, also after some pages."""


class Lease(Protocol):
    """The right to poll. One worker has it at a time."""

    async def begin_run(self, now: datetime) -> RunStamp | None:
        """Take or renew it and number a run; None while another worker holds it."""

    async def holds(self, stamp: RunStamp) -> bool:
        """Renew it if it is still ours and still at this run."""


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


class Archive(Protocol):
    """Keeps every record."""

    def document(self, record: FlightRecord) -> bytes:
        """Encode a record for `store`. Raises UnreadableRecordError for what the store cannot hold."""

    async def store(self, documents: Sequence[bytes]) -> None:
        """Insert what is not there yet; returns once it cannot be lost."""

    async def runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Give the runs that brought each flight, in order."""


class FlightStore(Protocol):
    """Keeps the latest state of each flight, and its history."""

    async def known_states(self, flights: Sequence[str]) -> dict[str, FlightState]:
        """Give the stored state of each of these flights that has one."""

    async def open_states(self) -> list[FlightState]:
        """Give the state of every flight that has neither left nor landed."""

    async def add_to_history(self, changes: Sequence[Change]) -> list[Change]:
        """Add changes to the history; give those that were not in it yet."""

    async def move_on(self, states: Iterable[FlightState]) -> None:
        """Store each state unless one of a higher ordinal is there already."""


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
