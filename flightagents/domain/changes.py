"""A change: something new about a flight, with what it was before, why we say so, and how grave it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.flight import End, FlightState

DELAY = timedelta(minutes=15)
"""Behind the base by this much a flight is delayed: the industry's own line (D15, A15)."""
STEP = timedelta(minutes=10)
"""Less than this apart from what was last said is no news."""
MAJOR_DELAY = timedelta(minutes=60)
CRITICAL_DELAY = timedelta(minutes=180)


class Kind(StrEnum):
    """What can be new, in the order in which the changes of one sighting are told."""

    FIRST_SEEN = "first_seen"
    DELAYED = "delayed"
    MOVED_EARLIER = "moved_earlier"
    ON_TIME_AGAIN = "on_time_again"
    CANCELLED_UNCONFIRMED = "cancelled_unconfirmed"
    CANCELLED = "cancelled"
    REINSTATED_UNCONFIRMED = "reinstated_unconfirmed"
    REINSTATED = "reinstated"
    DIVERTED_UNCONFIRMED = "diverted_unconfirmed"
    DIVERTED = "diverted"
    INCIDENT = "incident"
    DEPARTED = "departed"
    RETURNED_TO_GATE = "returned_to_gate"
    LANDED = "landed"
    GATE_CHANGED = "gate_changed"
    TERMINAL_CHANGED = "terminal_changed"
    BELT_ASSIGNED = "belt_assigned"
    AIRCRAFT_CHANGED = "aircraft_changed"
    MARKETED_AS_GROWN = "marketed_as_grown"
    MOVED_TO = "moved_to"
    LOST_SIGHT = "lost_sight"
    """Nobody sees it any more, and anything may have happened since."""
    SIGHT_REGAINED = "sight_regained"


ORDER = {kind: place for place, kind in enumerate(Kind)}


class Severity(StrEnum):
    """How grave a change is for those on the flight."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


class Reason(StrEnum):
    """Why we say so."""

    FIRST_LOOK = "first_look"
    SECOND_LOOK = "second_look"
    DELAY_CHANGED = "delay_changed"
    DELAY_WITHDRAWN = "delay_withdrawn"
    RETIMED = "retimed"
    STATUS = "status"
    RUNWAY_TIME = "runway_time"
    ROW_CHANGED = "row_changed"
    CODESHARE_SEEN = "codeshare_seen"
    OLD_FLIGHT_LEFT = "old_flight_left"
    OLD_FLIGHT_SILENT = "old_flight_silent"
    NOT_SEEN = "not_seen"
    SEEN_AGAIN = "seen_again"


Value = str | int | tuple[str, ...] | None
Fields = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEnd:
    """One end of the flight as it stood after the change."""

    airport: str
    zone: str | None
    base: datetime
    scheduled: datetime
    expected: datetime

    @classmethod
    def of(cls, end: End) -> "ChangeEnd":
        """Take the times of an end."""
        return cls(
            airport=end.airport,
            zone=end.zone,
            base=end.base,
            scheduled=end.scheduled,
            expected=end.expected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `record` is the `_id` of its record; `ordinal` counts the flight's changes."""

    id: str
    flight: str
    kind: Kind
    at: datetime
    ordinal: int
    before: Fields
    after: Fields
    severity: Severity
    reason: Reason
    departure: ChangeEnd
    arrival: ChangeEnd
    carrier: str
    marketed_as: tuple[str, ...]
    record: str
    state: FlightState | None = None
    """The whole state after the record, as it travels on the topic; not part of what a reader is shown."""


_SEVERITY = {
    Kind.CANCELLED: Severity.CRITICAL,
    Kind.REINSTATED: Severity.CRITICAL,
    Kind.DIVERTED: Severity.CRITICAL,
    Kind.INCIDENT: Severity.CRITICAL,
    Kind.CANCELLED_UNCONFIRMED: Severity.MAJOR,
    Kind.REINSTATED_UNCONFIRMED: Severity.MAJOR,
    Kind.DIVERTED_UNCONFIRMED: Severity.MAJOR,
    Kind.MOVED_EARLIER: Severity.MAJOR,
    Kind.RETURNED_TO_GATE: Severity.MAJOR,
    Kind.LOST_SIGHT: Severity.MAJOR,
    Kind.DELAYED: Severity.MINOR,
    Kind.ON_TIME_AGAIN: Severity.MINOR,
    Kind.GATE_CHANGED: Severity.MINOR,
    Kind.TERMINAL_CHANGED: Severity.MINOR,
    Kind.SIGHT_REGAINED: Severity.MINOR,
}


def severity(kind: Kind, lateness: timedelta) -> Severity:
    """Grade a change; `lateness` is the expected departure minus the base."""
    if kind is Kind.DELAYED and lateness >= CRITICAL_DELAY:
        return Severity.CRITICAL
    if kind is Kind.DELAYED and lateness >= MAJOR_DELAY:
        return Severity.MAJOR
    return _SEVERITY.get(kind, Severity.INFO)
