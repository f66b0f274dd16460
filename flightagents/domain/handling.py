"""What staff have done about a disrupted flight, and whether somebody has to look at it (again).

An acknowledgement holds for what was seen. Graver or other trouble later is news again, also to whoever has
put the flight off for an hour.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flightagents.domain.changes import Severity
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.rules import GRAVITY
from flightagents.domain.trouble import Trouble

LONGEST_NOTE = 500
"""Characters: a note is a line for the next shift."""
MOST_NOTES = 30
LATER_STILL = 60
"""Minutes: a delay that has grown by this much since it was seen is other trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who has seen which trouble, and when."""

    by: str
    at: datetime
    ordinal: int
    severity: Severity
    trouble: Trouble
    late: int = 0

    @classmethod
    def of(cls, row: FlightRow, by: str, at: datetime) -> "Seen":
        """Note that somebody has seen it as it stands."""
        return cls(
            by=by, at=at, ordinal=row.ordinal, severity=row.severity, trouble=row.trouble, late=row.late
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What one of the staff has written about a flight."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What staff have done about one flight. `version` grows with each act."""

    flight: str
    assigned_to: str | None = None
    acknowledged: Seen | None = None
    """Also what was on the page when it was put off."""
    snoozed_until: datetime | None = None
    notes: tuple[Note, ...] = ()
    """Oldest first; the last of them are kept."""
    holds_messages: bool = False
    held_by: str | None = None
    held_at: datetime | None = None
    version: int = 0


class Attention(StrEnum):
    """Whether a disrupted flight needs somebody's eyes, and why, or why not."""

    NEW = "new"
    WORSE = "worse"
    """Graver or other trouble than what was seen."""
    SNOOZE_OVER = "snooze_over"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    NO_TROUBLE = "no_trouble"

    @property
    def needed(self) -> bool:
        """Tell whether somebody has to look."""
        return self in (Attention.NEW, Attention.WORSE, Attention.SNOOZE_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """How a flight stands with the staff. `held`: its messages wait, also for what it was or became."""

    handling: Handling
    held: bool
    attention: Attention


def needs_attention(handling: Handling, row: FlightRow, now: datetime) -> Attention:
    """Tell whether somebody has to look at a flight as it stands now."""
    if row.trouble is Trouble.NONE:
        return Attention.NO_TROUBLE
    if handling.acknowledged is None:
        return Attention.NEW
    if is_worse(row, handling.acknowledged):
        return Attention.WORSE
    if handling.snoozed_until is None:
        return Attention.ACKNOWLEDGED
    return Attention.SNOOZED if now < handling.snoozed_until else Attention.SNOOZE_OVER


def is_worse(row: FlightRow, seen: Seen) -> bool:
    """Tell whether this is graver, or something else, than what was seen. Less of the same is not."""
    graver = GRAVITY[row.severity] > GRAVITY[seen.severity]
    grown = row.trouble is Trouble.DELAYED and row.late - seen.late >= LATER_STILL
    return row.ordinal > seen.ordinal and (graver or row.trouble is not seen.trouble or grown)
