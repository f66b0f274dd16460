"""What the API calls: ports for what is only read, use cases for what is done. wiring/ chooses them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from flightagents.domain.airlines import Airlines
from flightagents.domain.back_test import BackTest
from flightagents.domain.booking_edits import BookingDraft
from flightagents.domain.booking_intake import TakenDrafts
from flightagents.domain.bookings import Booking
from flightagents.domain.budget_sheet import BudgetSheet
from flightagents.domain.flight_file import FlightFile
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import Ranking
from flightagents.domain.sights import KeptSight
from flightagents.domain.system_health import SystemHealth
from flightagents.domain.usual import Punctuality
from flightagents.ports import (
    Audit,
    ChangeSearch,
    FlightSearch,
    Letters,
    MessageSearch,
    PeopleSearch,
    TaskDesk,
)
from flightagents.web.api.answers_admin import RuleTyped
from flightagents.web.staff.mending import Mend
from flightagents.web.staff.message_calls import MessageActs, ShowMessages
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.tasks import TaskActs
from flightagents.web.staff.traveller_desk import TravellerActs, UploadBookings


class OpenFile(Protocol):
    """Opens the file of a flight; what is no identity of one is a ValueError."""

    async def __call__(self, flight: str, *, sees_people: bool) -> FlightFile | None:
        """Give it; None where nothing is kept."""


class TakeDrafts(Protocol):
    """Takes many bookings in."""

    async def __call__(
        self, drafts: Sequence[BookingDraft], who: str, *, store: bool, anyway: bool
    ) -> TakenDrafts:
        """Do it; without `anyway` nothing is stored where too many messages would be sent."""


class Rules(Protocol):
    """Rules for staff. A refused one is a RuleRefusedError, another version a RuleConflictError."""

    async def all(self) -> Sequence[KeptRule]:
        """Give all."""

    async def save(self, name: str, typed: RuleTyped, *, by: str, seen: int) -> KeptRule:
        """Put one in force."""

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove one; what is no name is a ValueError."""

    async def back_test(self, typed: RuleTyped, length: timedelta) -> BackTest:
        """Try one on the days that were; another length is a ValueError."""


class ShowPunctuality(Protocol):
    """How airports and airlines do."""

    async def of_airport(self, code: str) -> Punctuality | None:
        """Tell of an airport."""

    async def of_airline(self, code: str) -> Punctuality | None:
        """Tell of an airline."""

    async def ranked(self, scope: Scope) -> Ranking | None:
        """Give the busiest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCalls:
    """Everything."""

    airlines: Callable[[], Airlines]
    """Those whose names are known by now."""
    flights: FlightSearch
    sights: Callable[[Collection[str]], Awaitable[Mapping[str, KeptSight]]]
    """How fresh what we know of flights is, where anybody is booked on them."""
    changes: ChangeSearch
    messages: MessageSearch
    tasks: TaskDesk
    letters: Letters
    audit: Audit
    open_file: OpenFile
    now: NowCalls
    show_message: ShowMessages
    on_messages: MessageActs
    on_tasks: TaskActs
    people: PeopleSearch
    key: Callable[[str], str]
    """Gives the key that names a booking outside, for its id."""
    version: Callable[[Booking], str]
    take: TakeDrafts
    on_bookings: TravellerActs
    uploads: UploadBookings
    mend: Mend
    rules: Rules
    punctuality: ShowPunctuality
    health: Callable[[], Awaitable[SystemHealth]]
    budget: Callable[[], Awaitable[BudgetSheet]]
    system: str
    """What it is called in an evidence file."""


class Routes:
    """Some of the routes, which answer by what `calls` gives at that time."""

    def __init__(self, calls: Callable[[], ApiCalls]) -> None:
        self._calls = calls
