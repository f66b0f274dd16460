"""What the lists of flights, changes, messages, tasks and acts may be asked for."""

from datetime import date

from flightagents.domain.acts import Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind
from flightagents.domain.flight_list import FlightSort
from flightagents.domain.message_list import Audience
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.domain.trouble import Trouble
from flightagents.ports.desk import TaskSort
from flightagents.web.api.answers import Utc
from flightagents.web.api.routes import Paged, Text


class FlightsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which flights; all that is given has to hold."""

    text: Text = ""
    airline: Text = ""
    airport: Text = ""
    departure: Text = ""
    arrival: Text = ""
    date_from: date | None = None
    date_to: date | None = None
    trouble: frozenset[Trouble] = frozenset()
    only_open: bool = False
    sort: FlightSort = FlightSort.LEAVES
    descending: bool = False


class ChangesAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes. `since` is included, `until` is not."""

    flight: Text = ""
    kind: frozenset[Kind] = frozenset()
    since: Utc | None = None
    until: Utc | None = None


class NotificationsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of the ledger. `since` is included, `until` is not; `reference` is for agents."""

    flight: Text = ""
    reference: Text = ""
    state: frozenset[State] = frozenset()
    channel: frozenset[Channel] = frozenset()
    said: frozenset[Said] = frozenset()
    reason: frozenset[Reason] = frozenset()
    audience: Audience | None = None
    only_held: bool = False
    since: Utc | None = None
    until: Utc | None = None


class TasksAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tasks; without `state` those that nobody has done yet. `due`: the soonest to resolve first."""

    state: frozenset[TaskState] = frozenset()
    kind: frozenset[TaskKind] = frozenset()
    assignee: Text = ""
    flight: Text = ""
    sort: TaskSort = TaskSort.NEWEST


class AuditAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts; `thing` and `id` belong together."""

    by: Text = ""
    thing: Thing | None = None
    id: Text = ""
