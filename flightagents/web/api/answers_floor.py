"""What the API answers about what staff work on: disruptions, tasks, messages, and how their acts ended.

`booking` and `reference` are null for a viewer, and so is what staff and travellers have written.
"""

from msgspec import Struct

from flightagents.domain.acts import Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Severity
from flightagents.domain.handling import Attention
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.domain.trouble import Trouble
from flightagents.web.api.answers import Flight, FlightChange, Moment, Utc


class Reached(Struct, frozen=True, kw_only=True):
    """How many travellers know: `told`, `unsure`, `waiting`, `not_told` add up; nobody tells `aside`."""

    travellers: int
    told: int
    unsure: int
    waiting: int
    not_told: dict[str, int]
    aside: dict[Reason, int]


class SeenBy(Struct, frozen=True, kw_only=True):
    """Who has seen which trouble, and when."""

    by: str
    at: Utc
    trouble: Trouble
    severity: Severity
    late: int


class NoteOf(Struct, frozen=True, kw_only=True):
    """What one of the staff has written."""

    by: str
    at: Utc
    text: str


class Handled(Struct, frozen=True, kw_only=True):
    """What staff have done about a flight; a viewer sees no notes."""

    assigned_to: str | None
    acknowledged: SeenBy | None
    snoozed_until: Utc | None
    holds_messages: bool
    held_by: str | None
    held_at: Utc | None
    version: int
    notes: tuple[NoteOf, ...]


class TaskOf(Struct, frozen=True, kw_only=True):
    """An unfinished task about a flight."""

    id: str
    kind: TaskKind
    state: TaskState


class DisruptedFlight(Struct, frozen=True, kw_only=True):
    """What is wrong, whom of ours it hits, who knows, and what is done. A greater `urgency` comes first."""

    flight: Flight
    last_change: FlightChange | None
    reached: Reached
    connections_at_risk: int
    tasks: tuple[TaskOf, ...]
    resolve_by: Utc
    handling: Handled
    held: bool
    attention: Attention
    needs_attention: bool
    urgency: float


class Disruptions(Struct, frozen=True, kw_only=True):
    """The disruptions of now; `cut`: there are more than are looked at."""

    items: tuple[DisruptedFlight, ...]
    next: str | None
    cut: bool


class TaskAnswer(Struct, frozen=True, kw_only=True):
    """Something that needs a person. For a viewer one about a traveller has no `summary`."""

    id: str
    kind: TaskKind
    flight: str | None
    booking: str | None
    summary: str | None
    created_at: Utc
    resolve_by: Utc | None
    state: TaskState
    claimed_by: str | None
    quote: str | None


class NotificationAnswer(Struct, frozen=True, kw_only=True):
    """A row of the ledger: one fact for one recipient on one channel. `rule` is that of a row for staff."""

    id: str
    flight: str
    ordinal: int
    channel: Channel
    said: Said
    state: State
    reason: Reason
    created_at: Utc
    expires_at: Moment
    not_before: Utc | None
    hold: bool
    stuck: bool
    tries: int
    maybe_twice: bool
    fallback_of: str | None
    rule: str | None
    booking: str | None
    reference: str | None


class EventAnswer(Struct, frozen=True, kw_only=True):
    """Something that happened to a message: an attempt to send it, what the provider said, a new reason."""

    at: Utc
    text: str


class ActAnswer(Struct, frozen=True, kw_only=True):
    """How an act on one thing ended: done, or why not; `taken_by` names who has it."""

    id: str
    done: bool
    why_not: str | None = None
    taken_by: str | None = None


class ActsAnswer(Struct, frozen=True, kw_only=True):
    """How an act on many things ended, for each, in the order in which they were asked for."""

    items: tuple[ActAnswer, ...]


class ResentAnswer(Struct, frozen=True, kw_only=True):
    """How resending ended; `may_be_confirmed`: asking with `again` may send it all the same."""

    end: str
    row: str | None
    may_be_confirmed: bool


class AboutAnswer(Struct, frozen=True, kw_only=True):
    """What an act was done to."""

    thing: Thing
    id: str


class AuditAnswer(Struct, frozen=True, kw_only=True):
    """One act of the staff."""

    at: Utc
    by: str
    did: Did
    about: AboutAnswer
    detail: str


class MessageShown(Struct, frozen=True, kw_only=True):
    """One row of the ledger with its words. `events` is all that happened to it, `acts` what staff did."""

    id: str
    flight: str
    channel: Channel
    said: Said
    state: State
    reason: Reason
    why: str
    created_at: Utc
    expires_at: Moment
    held: bool
    flight_held: bool
    tries: int
    maybe_twice: bool
    fallback_of: str | None
    rule: str | None
    booking: str | None
    subject: str
    text: str
    html: str
    provider_id: str
    events: tuple[EventAnswer, ...]
    acts: tuple[AuditAnswer, ...]
