"""What the core needs of the world, as it wants to see it. `app` chooses what implements it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from flightagents.domain.alerting import Reason
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import (
    Envelope,
    Found,
    Notice,
    Notification,
    Outcome,
    Receipt,
    State,
)
from flightagents.domain.notifications import Message as RenderedMessage
from flightagents.domain.runs import RunStamp
from flightagents.domain.tasks import Task
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
        """Renew it if it is still ours and still at this run: nobody took over, however long we took."""

    async def release(self) -> None:
        """Let another worker have it at once."""


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

    async def open_states(self, since: date) -> list[FlightState]:
        """Give the state of every flight from that date on that has not left, landed or been cancelled."""

    async def of_numbers(self, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Give the flights of each number and date, by operating or any marketing number."""

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


class Bookings(Protocol):
    """Who is on which flight."""

    async def get(self, ids: Sequence[str]) -> dict[str, Booking]:
        """Give those of these bookings that exist."""

    async def on(self, numbers: Iterable[tuple[str, str]]) -> list[Booking]:
        """Give the bookings with a segment of one of these numbers and dates."""

    async def undecided(self) -> list[Booking]:
        """Give the bookings that were stored and never decided on: whoever stored them died."""

    async def of(self, reference: str) -> list[Booking]:
        """Give the bookings of a reference."""

    async def at(self, addresses: Sequence[str]) -> list[Booking]:
        """Give the bookings with one of these addresses."""

    async def forget(self, ids: Sequence[str]) -> None:
        """Delete bookings."""

    async def save(self, bookings: Sequence[Booking]) -> None:
        """Store bookings, as not decided on."""

    async def mark_decided(self, ids: Sequence[str]) -> None:
        """Note that these bookings were decided on."""


class Ledger(Protocol):
    """Every notification: outbox and audit in one. Here, what is decided."""

    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        """Give all rows of these flights for these addresses."""

    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        """Withdraw what waits to be sent about an older state of each flight (its identity, its ordinal)."""

    async def add(self, rows: Sequence[Notification]) -> int:
        """Insert rows that are not there yet; a row that a sender set aside comes to life again."""

    async def unsettled(self) -> list[Notification]:
        """Give the rows that ended untold, and whose person was not decided on again."""

    async def settle(self, row: Notification) -> None:
        """Note that the person was decided on again."""

    async def erase(self, bookings: Sequence[str], still_booked: Sequence[str] = ()) -> None:
        """Erase what was said to people who are to be forgotten; nothing more is sent to them.

        What was said at the address keys `still_booked` stays known, without name and reference.
        """


class Outbox(Protocol):
    """The ledger's rows as a sender takes them in hand. Each update is fenced by owner and attempt."""

    async def claim(
        self, owner: str, channels: Sequence[str], now: datetime, limit: int
    ) -> list[Notification]:
        """Take rows that are due and not held, and rows whose sender died: beyond "wire" as uncertain."""

    async def wire(self, row: Notification, message: RenderedMessage) -> bool:
        """Note, before bytes leave, that they may have; False if the row is not ours any more."""

    async def finish(
        self,
        row: Notification,
        state: State,
        detail: str,
        *,
        reason: Reason | None = None,
        provider_id: str | None = None,
        receipt_within: timedelta | None = None,
    ) -> None:
        """Record how it ended; `receipt_within`: the provider has promised a receipt."""

    async def postpone(
        self,
        row: Notification,
        reason: str,
        wait: timedelta,
        *,
        until: datetime | None = None,
        burned: bool = True,
    ) -> None:
        """Let it be claimed again after a wait (real time), and not before `until` (business time)."""

    async def leave_uncertain(
        self, row: Notification, reason: str, wait: timedelta, *, again: bool = False
    ) -> None:
        """Keep it at "wire", to be asked about after a wait; `again`: it may arrive twice."""


class Receipts(Protocol):
    """What providers report later about rows that they accepted. A row never moves backwards."""

    async def receive(self, receipt: Receipt) -> bool:
        """Move the row forward; False where it is unknown or has moved on already."""

    async def row_of(self, provider_id: str) -> str | None:
        """Give the row that a provider knows by this id."""

    async def overdue(self) -> list[Notification]:
        """Give the rows whose promised receipt has not come in time, and mark each of them once."""


class Tasks(Protocol):
    """What needs a person at the agency."""

    async def open(self, tasks: Sequence[Task]) -> list[Task]:
        """Add tasks that are not there yet, whatever their state; give those that were added."""

    async def close(self, ids: Sequence[str], why: str) -> None:
        """End tasks that nobody has to do any more; those that are done stay as they are."""

    async def erase(self, bookings: Sequence[str]) -> None:
        """Take people out of the tasks about them."""


class DeliveryChannel(Protocol):
    """A way to reach people."""

    @property
    def channel(self) -> Channel: ...

    async def send(self, envelope: Envelope, on_wire: Callable[[], Awaitable[None]]) -> Outcome:
        """Send one message. Awaits `on_wire` just before the first byte that could make it arrive.

        What `on_wire` raises passes through, and then nothing was sent. Never raises otherwise.
        """

    async def find(self, envelope: Envelope) -> Found:
        """Ask the provider whether it has the message; NO only from a source that would have shown it."""

    def close(self) -> None:
        """End what it keeps open."""


class Renderer(Protocol):
    """Finds the words."""

    def render(self, notice: Notice, channel: Channel, *, row: str, now: datetime) -> RenderedMessage:
        """Write a notice for a channel, in the recipient's language."""
