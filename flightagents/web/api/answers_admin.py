"""What the API takes and answers about rules and dead letters."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.rules import RuleReason
from flightagents.ports import LetterState
from flightagents.records import DeadLetterSource
from flightagents.web.api.answers import Utc
from flightagents.web.api.routes import LONGEST, Cursor


class RuleTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as a form has it: several values with commas between them, and an empty filter means all."""

    to: str = ""
    channel: str = ""
    airports: str = ""
    airlines: str = ""
    kinds: str = ""
    min_severity: str = ""
    hours: str = ""
    days: str = ""


class RuleSaved(RuleTyped, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule in the place of the version that was seen; 0: there was none."""

    seen: int = 0


class BackTestAsked(RuleTyped, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to try on the last days, 28 of them at most."""

    last_days: int = 7


class RecipientAnswer(Struct, frozen=True, kw_only=True):
    """Where a rule tells."""

    channel: Channel
    address: str


class RuleAnswer(Struct, frozen=True, kw_only=True):
    """A rule for staff; a viewer does not see whom it tells."""

    name: str
    version: int
    to: tuple[RecipientAnswer, ...] | None
    airports: tuple[str, ...]
    airlines: tuple[str, ...]
    kinds: tuple[Kind, ...]
    min_severity: Severity
    hours: str
    days: str
    updated_by: str
    updated_at: datetime | None


class RemovedAnswer(Struct, frozen=True, kw_only=True):
    """The name of what was removed."""

    removed: str


class ExampleAnswer(Struct, frozen=True, kw_only=True):
    """One alert that a rule would have made."""

    at: Utc
    flight: str
    fact: Kind
    severity: Severity
    gathered: bool


class BackTestAnswer(Struct, frozen=True, kw_only=True):
    """What a rule would have sent; `cut`: it was too much to look at, so what came later is not counted."""

    summary: str
    begin: Utc
    end: Utc
    looked_until: Utc
    changes_looked_at: int
    would_send: int
    digests: int
    recipients: int
    median_minutes_before_departure: float | None
    by_kind: dict[Kind, int]
    by_channel: dict[Channel, int]
    by_day: dict[date, int]
    by_hour: dict[int, int]
    silent: dict[RuleReason, int]
    examples: tuple[ExampleAnswer, ...]
    cut: bool


class LetterAnswer(Struct, frozen=True, kw_only=True):
    """A dead letter: something that could not be read, why, and what became of it."""

    id: str
    reason: str
    detail: str
    source: DeadLetterSource
    at: Utc
    state: LetterState
    by: str
    moved_at: Utc | None
    note: str


class ProblemOfLetter(Struct, frozen=True, kw_only=True):
    """What is wrong with a letter today."""

    reason: str
    detail: str


class LetterShown(Struct, frozen=True, kw_only=True):
    """A dead letter with its text, safe to show; `problem` is null where it can be read by now."""

    letter: LetterAnswer
    place: str
    text: str
    cut: bool
    problem: ProblemOfLetter | None


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read in the place of a letter's own text; null: the text itself."""

    correction: str | None = None


class Dismissal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a letter is not worth it."""

    why: str


class ReasonReplayed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All new letters of a reason, some at a time: `after` is `next` of the answer before."""

    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    after: Cursor | None = None


class MendedAnswer(Struct, frozen=True, kw_only=True):
    """What a letter gives, and did. `outcome` is null for a preview that could be replayed."""

    id: str
    outcome: str | None
    effect: str | None
    flight: str | None
    changes: tuple[Kind, ...]
    problem: ProblemOfLetter | None
