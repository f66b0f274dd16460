"""A flight: one leg on one day. What one row says of it (Sighting), and what we know of it (FlightState)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from flightagents.domain import codes
from flightagents.domain.times import at_latest, to_utc, zone

OPERATING_ROW_MISSING = 3
"""Runs that brought a flight without its operating row before a marketing row may speak for it."""

LONGEST_DELAY_MINUTES = 7 * 24 * 60
"""The longest delay in 36,892 historical rows was below two days; beyond a week it is a mistake."""
YEARS = range(2000, 2100)
RUNS = range(2**63)
"""What MongoDB can count."""
LONGEST_PLACE = 64
"""Characters of a gate, terminal or belt. Real ones have a few; what is longer would fill every message."""

FORGET_AFTER = timedelta(hours=72)
"""The feed lists all of yesterday, and a day lasts up to 50 hours around the world."""


class Status(StrEnum):
    """The feed's words. There is no "delayed" among them: that is ours to derive."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    LANDED = "landed"
    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    INCIDENT = "incident"
    UNKNOWN = "unknown"


_UNDER_WAY = frozenset({Status.ACTIVE, Status.LANDED, Status.DIVERTED})
"""An incident may be on the ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SightedEnd:
    """One end of a flight as one row shows it. `actual` is runway time; `delay` is whole minutes."""

    airport: str
    zone: str | None
    scheduled: datetime
    estimated: datetime | None = None
    actual: datetime | None = None
    delay: int | None = None
    terminal: str | None = None
    gate: str | None = None
    belt: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no later rule could reckon with. Raises ValueError."""
        known = self.zone is not None
        for moment in (self.scheduled, self.estimated, self.actual):
            if moment is None:
                continue
            if (moment.tzinfo is not None) is not known:
                raise ValueError(f"{self.airport}: a time is in UTC if, and only if, the zone is known")
            if moment.year not in YEARS:
                raise ValueError(f"{self.airport}: {moment} is not of this century")
        if self.delay is not None and abs(self.delay) > LONGEST_DELAY_MINUTES:
            raise ValueError(f"{self.airport}: a delay of {self.delay} minutes")
        for place in (self.terminal, self.gate, self.belt):
            if place is not None and len(place) > LONGEST_PLACE:
                raise ValueError(f"{self.airport}: a place of {len(place)} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one row of one run says of a flight, in our words and in UTC.

    `leads`: of all rows of its flight in its run this is the one that may speak (the operating row, else
    the smallest marketing designator). `marketed_as`: all marketing designators that the run brought.
    """

    id: str
    flight: str
    designator: str
    operating: bool
    leads: bool
    run: int
    polled_at: datetime
    marketed_as: tuple[str, ...]
    phase: Status
    departure: SightedEnd
    arrival: SightedEnd
    registration: str | None = None
    icao24: str | None = None
    filtered: bool = False
    """Whatever asked for it in its run may have left out other rows of its flight."""
    narrow: bool = False
    """Whatever asked for it may have left out other days of its number, or what is on time: so their absence
    says nothing."""

    def __post_init__(self) -> None:
        """Refuse what no later rule could reckon with. Raises ValueError."""
        if self.polled_at.tzinfo is None or self.run not in RUNS:
            raise ValueError("a sighting has a run and a poll time in UTC")
        _require_known_names(self.flight, self.departure.zone, self.arrival.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a flight as we know it. `base` is the first schedule that we saw."""

    airport: str
    zone: str | None
    base: datetime
    scheduled: datetime
    expected: datetime
    actual: datetime | None = None
    terminal: str | None = None
    gate: str | None = None
    belt: str | None = None


STATE_VERSION = 1
"""Grows with each change of FlightState that code of an older version would misread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightState:
    """All that we know of a flight, and all that deciding on its next sighting needs."""

    version: int = STATE_VERSION
    flight: str
    carrier: str
    ordinal: int = 0
    """How many changes of this flight there have been."""
    first_run: int
    first_record: str
    """The `_id` of the record that it was first seen in."""
    record: str | None = None
    """The `_id` of the record that brought its last change; None in states of before this was kept."""
    run: int
    seen_at: datetime
    """Order: a sighting of an older run changes nothing."""
    operating_row_missing: int = 0
    marketed_as: tuple[str, ...] = ()

    status: Status
    departure: End
    arrival: End
    registration: str | None = None
    icao24: str | None = None
    departed: bool = False
    landed: bool = False
    incident: bool = False

    said_expected: datetime
    """The expected departure as the last change said that was about it."""
    named_expected: datetime | None = None
    """The latest at any change since, where that is later: each starts decisions, so people may know it."""
    delay: int | None = None
    """The delay in force, in minutes. Kept while its withdrawal waits for a second look."""
    delay_gone_at: datetime | None = None

    disruption: Status | None = None
    """CANCELLED or DIVERTED while the feed says so."""
    disruption_confirmed: bool = True
    disruption_at: datetime | None = None
    disrupted_from: Status = Status.UNKNOWN
    """What the feed said before the disruption, or its end, that waits for or had its second look."""

    active_at: datetime | None = None
    """The last look at which the feed called the departed flight active."""
    back_at: datetime | None = None
    """The first look after that at which it was called scheduled again."""
    returned_from: datetime | None = None
    """The take-off that a return to the gate has undone."""
    predecessor_left: datetime | None = None
    """When another flight left that had this identity before: those who were on it are not on this one."""

    @property
    def latest_named(self) -> datetime:
        """The latest departure that a person who knows of the last change may have been told."""
        return self.named_expected or self.said_expected

    def left_without(self, base: datetime) -> bool:
        """Tell whether whoever was to leave at `base` was on the flight that had this identity before."""
        left = self.predecessor_left
        return left is not None and base - left < self.departure.base - base

    @property
    def open(self) -> bool:
        """Whether it may still leave."""
        return not (self.departed or self.landed or self.disruption is Status.CANCELLED)

    @property
    def has_left(self) -> bool:
        """Whether people sit in it, for all we know: the feed may say so without any runway time.

        A single row that says so may be wrong, so nothing that a traveller waits for goes by this alone.
        """
        diverted = self.disruption is Status.DIVERTED
        return self.departed or self.landed or diverted or self.status in _UNDER_WAY


def identity(designator: str, flight_date: str, departure: str, arrival: str) -> str:
    """Give BA117|2026-11-22|LHR|JFK. The schedule is no part of it: it moves."""
    return f"{designator}|{flight_date}|{departure}|{arrival}"


@dataclass(frozen=True, slots=True)
class FlightId:
    """The four parts of an identity."""

    designator: str
    date: date
    departure: str
    arrival: str

    @staticmethod
    def parse(text: str) -> "FlightId":
        """Read an identity. Raises ValueError if it is not one."""
        return _parsed(text)

    @property
    def carrier(self) -> str:
        """The operating airline's code."""
        return codes.carrier(self.designator)


_DAY = 65_536
"""A day of the whole feed has about 60,000 flights."""


@lru_cache(maxsize=_DAY)
def _parsed(text: str) -> FlightId:
    designator, flight_date, departure, arrival = text.split("|")
    return FlightId(designator, date.fromisoformat(flight_date), departure, arrival)


@lru_cache(maxsize=_DAY)
def _require_known_names(flight: str, *zones: str | None) -> None:
    if FlightId.parse(flight).date.year not in YEARS:
        raise ValueError(f"{flight!r} is not of this century")
    for name in zones:
        if name is not None:
            try:
                zone(name)
            except KeyError:
                raise ValueError(f"{name!r} is no time zone") from None


def forget_at(state: FlightState, keep: timedelta = FORGET_AFTER) -> datetime:
    """Tell when to forget a flight: `keep` after the later of its date's end and its expected arrival."""
    midnight = datetime.combine(FlightId.parse(state.flight).date + timedelta(days=1), time.min)
    date_end = at_latest(to_utc(midnight, state.departure.zone))
    return max(date_end, at_latest(state.arrival.expected)).astimezone(UTC) + keep
