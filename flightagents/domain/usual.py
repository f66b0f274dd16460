"""Today's departures of an airport or an airline beside the last 28 days, and whether one can tell anything.

Only hours that are over are compared, each with the same local hours of every one of those days, whatever
weekday: four Mondays are too few, and one holiday among them would be a quarter. Lateness grows over a day,
so a morning is never held against whole days. The 28 days are the newest that are final: the last of them
is three days ago, when it is over everywhere on earth and nothing of it changes any more.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from flightagents.domain.punctuality import HOURS, MINUTE, Counts, Day, Scope, Slot, total
from flightagents.domain.times import to_local

DAYS = 28
FINAL_AFTER = timedelta(days=3)
"""A local date so far behind that of UTC is over everywhere, and its latest flights have left."""
WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
"""The clocks farthest behind UTC and ahead of it."""
LEAST_DAYS = 7
LEAST_FLIGHTS = 20
"""Fewer flights tell nothing: one of them is more than 5 percent."""
LEAST_KNOWN = 0.5
"""Where less than half is known, the late are: those on time are known only once they have left."""
LEAST_IN_AN_HOUR = 5


class Basis(StrEnum):
    """Whether two numbers may be compared, and why not."""

    ENOUGH = "enough"
    FEW_DAYS = "few_days"
    FEW_FLIGHTS = "few_flights"
    FEW_KNOWN = "few_known"


class Measure(StrEnum):
    """What can be shown of departures: numbers of flights a day, shares from 0 to 1, minutes."""

    DEPARTURES = "departures"
    LATE = "late"
    CANCELLED = "cancelled"
    SHARE_LATE = "share_late"
    SHARE_CANCELLED = "share_cancelled"
    MEDIAN_DELAY = "median_delay"


_OF_THE_KNOWN = frozenset({Measure.LATE, Measure.SHARE_LATE, Measure.MEDIAN_DELAY})
_NUMBERS = frozenset({Measure.DEPARTURES, Measure.LATE, Measure.CANCELLED})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers in a measure's unit, and today minus usual, where the basis is enough to tell."""

    today: float | None
    usual: float | None
    difference: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of a series. None: nothing to show, or too few flights to tell."""

    hour: int
    today: float | None
    usual: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """A measure hour by hour: 24 bars."""

    measure: Measure
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What `days` days with departures, from `since` to `until`, add up to."""

    scope: Scope
    code: str
    days: int
    since: date
    until: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """A local hour: all of today, as far as it is over, and all usual days together."""

    hour: int
    today: Counts
    over: Counts
    usual: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """How an airport or an airline does today. `so_far` and `usual` are of the hours that are over."""

    scope: Scope
    code: str
    today: Counts
    so_far: Counts
    usual: Counts
    usual_days: int
    """How many days `usual` adds up."""
    hours: tuple[Hour, ...]

    def compare(self, measure: Measure) -> Comparison:
        """Hold today so far against the same hours of the usual days."""
        today, usual = value(measure, self.so_far), value(measure, self.usual, self.usual_days)
        basis = self._basis(measure)
        if basis is not Basis.ENOUGH or today is None or usual is None:
            return Comparison(today, usual, None, basis if basis is not Basis.ENOUGH else Basis.FEW_KNOWN)
        return Comparison(today, usual, today - usual, basis)

    def series(self, measure: Measure) -> Series:
        """Give a measure hour by hour; numbers of flights for the whole day, the others for hours over."""
        return Series(measure, tuple(self._bar(measure, each) for each in self.hours))

    def _basis(self, measure: Measure) -> Basis:
        if self.usual_days < LEAST_DAYS:
            return Basis.FEW_DAYS
        sides = (self.so_far, self.usual)
        if measure in _OF_THE_KNOWN and not all(_mostly_known(each) for each in sides):
            return Basis.FEW_KNOWN
        if measure not in _NUMBERS and any(_weight(measure, each) < LEAST_FLIGHTS for each in sides):
            return Basis.FEW_FLIGHTS
        return Basis.ENOUGH

    def _bar(self, measure: Measure, hour: Hour) -> Bar:
        if measure in _NUMBERS:
            usual = value(measure, hour.usual, self.usual_days)
            return Bar(hour.hour, value(measure, hour.today), usual)
        today, usual = (
            value(measure, each) if _weight(measure, each) >= LEAST_IN_AN_HOUR else None
            for each in (hour.over, hour.usual)
        )
        return Bar(hour.hour, today, usual)


def value(measure: Measure, counts: Counts, days: int = 1) -> float | None:
    """Give a measure of what `days` days add up to; None where nothing is known."""
    match measure:
        case Measure.DEPARTURES:
            return counts.planned / days if days else None
        case Measure.LATE:
            return counts.late / days if days else None
        case Measure.CANCELLED:
            return counts.cancelled / days if days else None
        case Measure.SHARE_LATE:
            return counts.share_late
        case Measure.SHARE_CANCELLED:
            return counts.share_cancelled
        case Measure.MEDIAN_DELAY:
            median = counts.median_delay
            return None if median is None else median / MINUTE


def _weight(measure: Measure, counts: Counts) -> int:
    return counts.known if measure in _OF_THE_KNOWN else counts.planned


def _mostly_known(counts: Counts) -> bool:
    return counts.known >= LEAST_KNOWN * (counts.planned - counts.cancelled)


def todays(now: datetime) -> tuple[date, ...]:
    """Give the local dates that are today somewhere on earth, in order."""
    return tuple(sorted({(now.astimezone(UTC) + ahead).date() for ahead in (WEST, timedelta(), EAST)}))


def punctuality(
    scope: Scope, code: str, days: Iterable[Day], usual: Usual | None, now: datetime
) -> Punctuality:
    """Put today, out of the days that may be it, beside what is usual. An unknown zone goes by UTC."""
    clocks = _Clocks(now)
    today = [slot for day in days for slot in day.slots if clocks.at(slot).date() == day.date]
    past = usual.slots if usual else ()
    hours = _hours(today, past, clocks)
    return Punctuality(
        scope=scope,
        code=code,
        today=total(hour.today for hour in hours),
        so_far=total(hour.over for hour in hours),
        usual=_total(slot for slot in past if clocks.is_over(slot)),
        usual_days=usual.days if usual else 0,
        hours=hours,
    )


class _Clocks:
    """What the clocks show now, each read once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._read: dict[str | None, datetime] = {}

    def at(self, slot: Slot) -> datetime:
        if slot.zone not in self._read:
            self._read[slot.zone] = to_local(self._now, slot.zone)
        return self._read[slot.zone]

    def is_over(self, slot: Slot) -> bool:
        return slot.hour < self.at(slot).hour


def _hours(today: Iterable[Slot], past: Iterable[Slot], clocks: _Clocks) -> tuple[Hour, ...]:
    all_day, over, usual = (defaultdict[int, list[Slot]](list) for _ in range(3))
    for slot in today:
        all_day[slot.hour].append(slot)
        if clocks.is_over(slot):
            over[slot.hour].append(slot)
    for slot in past:
        usual[slot.hour].append(slot)
    return tuple(Hour(hour, _total(all_day[hour]), _total(over[hour]), _total(usual[hour])) for hour in HOURS)


def _total(slots: Iterable[Slot]) -> Counts:
    return total(slot.counts for slot in slots)
