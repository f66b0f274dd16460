"""A notification: one fact, for one recipient, on one channel; its states, and how sends end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from flightagents.domain.alerting import Told
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE, FOR_STAFF, PLACES, Said


class State(StrEnum):
    """Where a notification stands."""

    PENDING = "pending"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    SUPPRESSED = "suppressed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


TOLD = frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.DELIVERED})
"""The states in which the recipient knows, or may know."""

PUTS_OFF = frozenset({Said.LATER, Said.EARLIER})
"""After these a person believes in another time than that of the schedule."""

SETTLED_AS = frozenset({Reason.SHADOW, Reason.RATE_LIMIT})
"""Reasons for setting a row aside after which nobody is decided on again: it would only end so again."""


class Stage(StrEnum):
    """How far a sender got with a notification that it claimed."""

    CLAIMED = "claimed"
    WIRE = "wire"
    """Bytes may have left: written durably just before they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent. Rendered once and kept: a retry is the same message, to the letter.

    `html` and the headers are the email's; an SMS has `text` alone.
    """

    text: str
    subject: str = ""
    html: str | None = None
    message_id: str = ""
    date: datetime | None = None
    references: str = ""
    """Names the flight's thread, so that mail programs show its emails together; no email has it as id."""
    unsubscribe: str = ""
    """Address that one click posts to (RFC 8058); empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """The flight that a connection is about: the one after the flight of the notice. Times are UTC.

    `departure` is the airport that they connect at, `arrives` when the flight before is expected there.
    """

    designator: str
    departure: str
    arrival: str
    zone: str | None
    leaves: datetime
    arrives: datetime
    protected: bool | None
    """One ticket: the airline has to carry them on; else the onward one is theirs to save. None: unknown."""
    flight_date: date | None = None
    """On the ticket: with the number it says which flight this is, however it is retimed."""
    diverted: bool = False
    """The flight before is diverted, so nobody knows when it arrives."""
    round: int = 1
    """Grows each time after a connection is called safe again: what is then said is said anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotice:
    """What staff are told, in English: a title and a line for each fact. `flights` are identities."""

    title: str
    lines: tuple[str, ...]
    flights: tuple[str, ...] = ()
    severity: str = "minor"
    task: str | None = None
    """Of an alarm: the task that nobody has taken."""
    kind: Kind | None = None
    """Of one change: what it tells, how many minutes late the flight is, how many of ours are on it."""
    late: int = 0
    travellers: int = 0
    changes: tuple[str, ...] = ()
    """Ids of the changes that a digest tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a message says, before it has words. Times are UTC; `zone` is that of the airport of departure."""

    said: Said
    designator: str
    """The number on the recipient's ticket."""
    operated_as: str | None
    """The operating flight's number, where that is another."""
    departure: str
    arrival: str
    zone: str | None
    old: datetime
    """When the recipient believes that it leaves; of a cancelled flight, when it was planned to."""
    new: datetime
    language: str
    flight: str = ""
    """The flight's identity, where it is known."""
    name: str = ""
    reference: str = ""
    gate_from: str | None = None
    gate: str | None = None
    terminal_from: str | None = None
    terminal: str | None = None
    onward: Onward | None = None
    """Of a connection."""
    was_diverted: bool = False
    """Of a flight that is on again: they were told that it is diverted, and sit in it."""
    overdue: bool = False
    """The time that it names has passed, and no take-off is known."""
    as_of: datetime | None = None
    """When the flight was seen last, where that is too long ago to speak of now."""
    page: str = ""
    """Address of the recipient's page about this flight; empty where the web has no public address."""
    unsubscribe: str = ""
    """Address that ends these messages with one click; empty likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One row of the ledger. `ordinal` is that of the flight's state it was decided on.

    A traveller's row has a `booking` and a `notice`; one for staff a `rule` (its subscription) and `staff`.
    `address_key` is a keyed hash: the address itself stands in the booking alone. Whoever was forgotten has
    left a row without booking, address and notice.
    """

    id: str
    flight: str
    ordinal: int
    booking: str | None
    channel: Channel
    address_key: str | None
    said: Said
    notice: Notice | None
    created_at: datetime
    expires_at: datetime
    record: str | None = None
    """The `_id` of the record that brought what is told, so that the log can be followed back to its poll."""
    state: State = State.PENDING
    reason: Reason = Reason.NEWS
    not_before: datetime | None = None
    stage: Stage | None = None
    tries: int = 0
    """Sends that the provider did not take."""
    attempt: int = 0
    """Grows with each claim: with `owner` it fences out a sender whose lease ran out."""
    owner: str | None = None
    rule: str | None = None
    staff: StaffNotice | None = None
    changes: tuple[str, ...] = ()
    """Ids of the changes that a row for staff tells."""
    link: str | None = None
    """Token of the recipient's page about this flight."""
    hold: bool = False
    """Held by staff: it is sent when they release it."""
    turn: int = 0
    """How much they had been told of the other flights that theirs was: an old state may be news again."""
    waits_since: datetime | None = None
    """When the first of what was withdrawn unsent here was decided (business time); None: it was this one."""
    in_vain_since: datetime | None = None
    """When a provider first did not take it, or one that was withdrawn unsent before it; in real time."""
    stuck: bool = False
    """It was due, and could not be handed over for so long that another channel was sought."""
    fallback_of: str | None = None
    """The row on another channel that failed, or was stuck."""
    receipt_by: datetime | None = None
    """Until when the provider has promised a receipt, in real time; None where it promised none."""
    message: Message | None = None
    wire_at: datetime | None = None
    """When bytes first may have left, in real time."""
    last_wire_at: datetime | None = None
    """When bytes last may have left: what was sent again a moment ago may not show yet."""
    maybe_twice: bool = False
    provider_id: str | None = None
    trace: tuple[str, ...] = field(default=())
    """What happened to it so far, newest last; bounded."""

    @property
    def due_since(self) -> datetime:
        """Since when it should have left: when it was decided, or when it might leave at the earliest."""
        decided = self.waits_since or self.created_at
        return max(decided, self.not_before or decided)


def told_by(rows: Iterable[Notification]) -> Told:
    """Sum up what a person knows of a flight from their rows, oldest first, whatever the channel.

    What was sent again without evidence may have arrived the first time, however it ended.
    """
    rows = [row for row in rows if row.state in TOLD or row.maybe_twice]
    known = [row for row in rows if row.said not in BESIDE | FOR_STAFF]
    expected: datetime | None = None
    cancelled = diverted = put_off = False
    gate = terminal = None
    for row in known:
        if row.said not in PLACES:
            put_off = row.said in PUTS_OFF
        if row.said in (Said.CANCELLED, Said.DIVERTED):
            cancelled, diverted = row.said is Said.CANCELLED, row.said is Said.DIVERTED
            continue
        if row.notice is None:
            continue
        if row.said not in PLACES:
            cancelled = diverted = False
            expected = row.notice.new
        if row.channel is Channel.EMAIL:  # which names every place that has changed, whatever it is about
            gate = row.notice.gate if row.notice.gate_from else gate
            terminal = row.notice.terminal if row.notice.terminal_from else terminal
    return Told(
        expected=expected,
        cancelled=cancelled,
        diverted=diverted,
        gate=gate,
        terminal=terminal,
        later=len({(row.flight, row.ordinal, row.turn) for row in known if _says_later(row)}),
        put_off=put_off,
        no_news=_has_no_news(rows),
    )


def _has_no_news(rows: Sequence[Notification]) -> bool:
    """Tell whether it was said that there is no news, and nothing of the flight since, on any channel."""
    place = max((_place(row) for row in rows if row.said is Said.NO_NEWS), default=None)
    news = (_place(row) for row in rows if row.said not in BESIDE | FOR_STAFF)
    return place is not None and max(news, default=place) <= place


def _place(row: Notification) -> tuple[datetime, int, int]:
    return row.created_at, row.ordinal, row.turn


def _says_later(row: Notification) -> bool:
    """On time again is later too, to whoever was told that it leaves ahead of its time."""
    back = row.said is Said.ALL_CLEAR and row.notice is not None and row.notice.new > row.notice.old
    return row.said is Said.LATER or back


def may_tell(row: Notification) -> bool:
    """Tell whether a row has told its recipient, or still may soon; one that is stuck may not."""
    if row.state in (State.ACCEPTED, State.DELIVERED):
        return True
    return row.state in TOLD | {State.PENDING} and not row.stuck


class Silence(NamedTuple):
    """A decision not to tell a person, made on a state of a flight. `person` is a keyed hash."""

    flight: str
    ordinal: int
    person: str
    reason: Reason
