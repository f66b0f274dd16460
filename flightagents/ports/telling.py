"""Notifications: what is decided, sent and reported."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import (
    Accepted,
    Envelope,
    Found,
    Misconfigured,
    NoReceipt,
    Outcome,
    Receipt,
    Reply,
    Retry,
)
from flightagents.domain.notifications import Message as RenderedMessage
from flightagents.domain.notifications import Notice, Notification, Silence, StaffNotice, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said


class Ledger(Protocol):
    """Every notification: outbox and audit in one. Here, what is decided."""

    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        """Give all rows of these flights for these addresses, without their messages."""

    async def told_of(self, flights: Collection[str]) -> set[str]:
        """Give those of these flights of which a traveller was told something, or may have been."""

    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        """Withdraw what waits to be sent about an older state of each flight (its identity, its ordinal)."""

    async def add(self, rows: Sequence[Notification]) -> list[Notification]:
        """Insert rows that are not there yet and give those; one that was set aside comes to life again."""

    async def unsettled(self) -> list[Notification]:
        """Give some of the rows that somebody has to look at once, since they ended untold or are stuck."""

    async def settle(self, rows: Sequence[Notification]) -> None:
        """Note that the people were decided on again."""

    async def get(self, row: str) -> Notification | None:
        """Give a row."""

    async def hold(self, row: str, on: bool) -> bool:
        """Hold a row that waits, or let it go to be judged anew; False if it does not wait."""

    async def replay(self, row: str) -> bool:
        """Let a row be tried again that we gave up or a provider refused; False if it is none."""

    async def erase(self, bookings: Sequence[str], still_booked: Sequence[str] = ()) -> None:
        """Erase what was said to people who are to be forgotten; nothing more is sent to them.

        What was said at the address keys `still_booked` stays known, without name and reference.
        """


class Silences(Protocol):
    """Why people were not told: what the ledger, which holds what they were told, does not show."""

    async def note(self, silences: Sequence[Silence], at: datetime) -> list[Silence]:
        """Keep decisions not to tell, with their time, and give those that are new; the others stay."""

    async def newest_of(self, flights: Collection[str]) -> dict[str, dict[str, Reason]]:
        """Give, by flight and person, the reason of the last decision not to tell them."""


class Outbox(Protocol):
    """The ledger's rows as a sender takes them in hand. Each update is fenced by owner and attempt."""

    async def due(self, channels: Sequence[str], now: datetime, limit: int) -> int:
        """Count what `claim` would take."""

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
        message: RenderedMessage | None = None,
    ) -> None:
        """Record how it ended; `receipt_within`: the provider has promised a receipt.

        `message` is what would have been sent, where it is to be shown.
        """

    async def postpone(
        self,
        row: Notification,
        reason: str,
        wait: timedelta,
        *,
        until: datetime | None = None,
        burned: bool = True,
        in_vain: bool = False,
    ) -> None:
        """Let it be claimed again after a wait (real time), and not before `until` (business time).

        `in_vain`: it was offered to the provider, which did not take it.
        """

    async def leave_uncertain(
        self, row: Notification, reason: str, wait: timedelta, *, again: bool = False
    ) -> None:
        """Keep it at "wire", to be asked about after a wait.

        `again`: it is sent once more, and may arrive twice; until it is at the wire anew nobody has to ask.
        """

    async def heard(
        self,
        address_keys: Sequence[str],
        window: timedelta,
        said: Collection[Said],
        *,
        apart_from: Sequence[str] = (),
    ) -> dict[str, int]:
        """Count what says this and left for each address within a while (real time), but for these rows."""


class RateLimit(Protocol):
    """How much may be handed to one provider now, by all workers together."""

    async def take(self, wanted: int) -> int:
        """Take some out, of what is wanted; none until it is worth a claim."""

    async def give_back(self, unused: int) -> None:
        """Count these as not sent."""


@dataclass(frozen=True, slots=True)
class ChannelBacklog:
    """How many rows should have left by now, and since when the oldest of them (business time)."""

    rows: int
    oldest: datetime


class Waiting(Protocol):
    """Rows that wait longer than they should."""

    async def backlog(self, now: datetime) -> dict[Channel, ChannelBacklog]:
        """Count what is due and has not ended, of each channel that has any; up to 10,000 rows in all.

        What staff hold is not due; what waits for its next try is.
        """

    async def expire(self, now: datetime) -> list[Notification]:
        """End what still waits, held or not, and is too late for anybody; give it."""

    async def stuck(
        self, after: timedelta, due_by: datetime, down: Collection[Channel]
    ) -> list[Notification]:
        """Mark travellers' rows that cannot leave; give those, each of them once.

        They were tried in vain for so long (real time), or were due by then and their channel is down. They
        go on waiting, and are unsettled: somebody has to look at them once.
        What staff hold is not among them.
        """

    async def of_travellers(self, flights: Collection[str]) -> dict[str, int]:
        """Count what waits to be told of each of these flights to its travellers."""

    async def only_shown(self, now: datetime) -> int:
        """Unsettle what shadow mode only showed and is not too late; give how much that is."""


class Receipts(Protocol):
    """What providers report later about rows that they accepted. A row never moves backwards."""

    async def receive(self, receipt: Receipt) -> bool:
        """Move the row forward; False where it is unknown or has moved on already."""

    async def row_of(self, provider_id: str) -> str | None:
        """Give the row that a provider knows by this id."""

    async def answered(self, rows: Sequence[str]) -> Notification | None:
        """Give the first of these rows that there is; those of an answer may be anybody's."""

    async def overdue(self, channel: Channel) -> list[Notification]:
        """Give a channel's rows whose promised receipt has not come in time, each of them once.

        They stay told, and are unsettled: somebody has to look at them once.
        """


class BounceSource(Protocol):
    """Where bounces and delivery reports arrive as mails."""

    async def read(self) -> list[tuple[str, bytes]]:
        """Give some mails that nobody has read, by a key; long ones are cut. Raises MailboxOutageError."""

    async def done(self, key: str) -> None:
        """Mark a mail as read; one that is gone already is no error. Raises MailboxOutageError."""

    def close(self) -> None:
        """End what it keeps open."""


ReadReceipt = Callable[[bytes], Receipt | Reply | NoReceipt]
"""Reads a mail as a report of what became of one of ours, or as a person's. Never raises."""


class DeliveryChannel(Protocol):
    """A way to reach people."""

    @property
    def channel(self) -> Channel: ...

    async def send(self, envelope: Envelope, on_wire: Callable[[], Awaitable[None]]) -> Outcome:
        """Send one message. Awaits `on_wire` just before the first byte that could make it arrive.

        What `on_wire` raises passes through, and then nothing was sent. Never raises otherwise.
        """

    async def find(self, envelope: Envelope) -> Accepted | Found:
        """Ask the provider whether it has the message; NO only from a source that would have shown it."""

    async def trouble(self) -> Misconfigured | Retry | None:
        """Try to get in, and send nothing; give what is wrong with that. Never raises."""

    def close(self) -> None:
        """End what it keeps open."""


class Renderer(Protocol):
    """Finds the words."""

    def render(self, notice: Notice, channel: Channel, *, row: str, now: datetime) -> RenderedMessage:
        """Write a notice for a channel, in the recipient's language."""


class StaffRenderer(Protocol):
    """Finds the words for staff."""

    def render(self, staff: StaffNotice, channel: Channel, *, row: str, now: datetime) -> RenderedMessage:
        """Write what staff are told, in English."""
