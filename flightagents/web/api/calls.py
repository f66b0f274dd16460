"""What the API calls: ports for what is only read, use cases for what is done. wiring/ chooses them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from flightagents.domain.back_test import BackTest
from flightagents.domain.booking_edits import BookingDraft
from flightagents.domain.booking_intake import TakenDrafts
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.flight_file import FlightFile
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import Ranking
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
from flightagents.web.staff.message_calls import ShowMessages
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.traveller_desk import TravellerActs, UploadBookings


class OpenFile(Protocol):
    """Opens the file of a flight; what is no identity of one is a ValueError."""

    async def __call__(self, flight: str, *, sees_people: bool) -> FlightFile | None:
        """Give it; None where nothing is kept."""


class ActOnTasks(Protocol):
    """What staff do about tasks; each answer has `id`, `done` and `why_not`."""

    async def assign(
        self, ids: Sequence[str], who: str, to: str | None = None, *, force: bool = False
    ) -> Sequence[object]:
        """Give tasks to somebody, or take them."""

    async def release(self, ids: Sequence[str], who: str) -> Sequence[object]:
        """Let anybody take them."""

    async def finish(self, ids: Sequence[str], who: str, note: str = "") -> Sequence[object]:
        """Note that they are done."""

    async def reopen(self, ids: Sequence[str], who: str) -> Sequence[object]:
        """Open them again."""

    async def note(self, ids: Sequence[str], who: str, text: str) -> Sequence[object]:
        """Add a note."""


class Resending(Protocol):
    """How resending ended, in a word."""

    @property
    def may_be_confirmed(self) -> bool:
        """Whether asking once more, confirmed, may send it all the same."""


class Resent(Protocol):
    """How it ended, and the row where there is one."""

    @property
    def end(self) -> Resending:
        """Tell how it ended."""

    @property
    def row(self) -> str | None:
        """Name the row."""


class ActOnMessages(Protocol):
    """What staff do about single messages."""

    async def hold_messages(self, messages: Sequence[str], who: str) -> Sequence[object]:
        """Hold messages that wait."""

    async def release_messages(self, messages: Sequence[str], who: str) -> Sequence[object]:
        """Let them go."""

    async def replay_messages(self, messages: Sequence[str], who: str) -> Sequence[object]:
        """Try messages again that were given up, or refused by the provider."""

    async def resend_message(
        self, message: str, channel: Channel, who: str, *, again: bool = False
    ) -> Resent:
        """Send the news of a message by a channel."""


class TakeDrafts(Protocol):
    """Takes many bookings in."""

    async def __call__(
        self, drafts: Sequence[BookingDraft], who: str, *, store: bool, anyway: bool
    ) -> TakenDrafts:
        """Do it; without `anyway` nothing is stored where too many messages would be sent."""


class Mended(Protocol):
    """What a letter gives, and did."""

    @property
    def key(self) -> str:
        """Name the letter."""

    @property
    def outcome(self) -> str | None:
        """Tell what came of it; None for a preview that could be replayed."""

    @property
    def effect(self) -> str | None:
        """Tell what its record would do."""

    @property
    def record(self) -> object:
        """Give the record, or None; it has a `flight`."""

    @property
    def changes(self) -> Sequence[object]:
        """Name the news that it makes."""

    @property
    def problem(self) -> object:
        """Give what is wrong with it, or None."""


class Mend(Protocol):
    """Dead letters, mended; each act is logged with the letter."""

    async def show(self, key: str) -> object | None:
        """Give a letter with its text: `kept`, `place`, `text`, `cut`, `problem`."""

    async def preview(self, key: str, correction: str | None = None) -> Mended:
        """Tell what it would give."""

    async def replay(self, key: str, who: str, correction: str | None = None) -> Mended:
        """Publish what it gives."""

    async def replay_all(
        self, reason: str, who: str, *, cursor: str | None = None
    ) -> tuple[Sequence[Mended], str | None]:
        """Publish what some letters of a reason give; give where to go on. Raises CursorError."""

    async def dismiss(self, key: str, who: str, why: str) -> Mended:
        """Set it aside."""


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

    flights: FlightSearch
    changes: ChangeSearch
    messages: MessageSearch
    tasks: TaskDesk
    letters: Letters
    audit: Audit
    open_file: OpenFile
    now: NowCalls
    show_message: ShowMessages
    on_messages: ActOnMessages
    on_tasks: ActOnTasks
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
    system: str
    """What it is called in an evidence file."""
