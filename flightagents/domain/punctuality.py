"""How punctually flights leave: what one counts as, and what the days of airports and airlines add up to.

On-time performance in the field's words: a departure is late from 15 minutes behind its plan on (D15); a
cancelled flight is cancelled and not late; a diverted one has left, late or not. The plan is the first
schedule that we saw, and the hour is that of the departure airport's own clock. What a day is compared with
stands in usual.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from flightagents.domain.changes import DELAY
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.times import to_local

VERSION = 1
"""Grows whenever a flight counts as something else than before, so that it is counted anew."""
HOURS = range(24)
MINUTE = timedelta(minutes=1)
EARLIEST, LATEST = -60, 24 * 60
"""Minutes behind plan that are told apart; what lies beyond counts as these."""
D15 = DELAY // MINUTE
TAXI_OUT = timedelta(minutes=30)
"""A flight left its gate so long before it took off, at the most. Departures count at the gate."""


class Scope(StrEnum):
    """Whose departures are counted."""

    AIRPORT = "airport"
    AIRLINE = "airline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What one flight counts as."""

    zone: str | None
    """Of the departure airport; None where nobody knows it, and its times are its own wall clock's."""
    hour: int
    """The local hour of the planned departure."""
    minutes: int | None
    """Whole minutes behind plan; None where that is not known, or not yet."""
    cancelled: bool
    diverted: bool


def counted(state: FlightState) -> Counted:
    """Tell what a flight counts as, now that it stands so.

    A flight that waits is known once it is late: it cannot be on time any more. Whether it is on time shows
    only when it has left.
    """
    departure, cancelled = state.departure, state.disruption is Status.CANCELLED
    late = _left_gate(state) - departure.base
    known = not cancelled and (state.has_left or late >= DELAY)
    return Counted(
        zone=departure.zone,
        hour=to_local(departure.base, departure.zone).hour,
        minutes=max(EARLIEST, min(LATEST, late // MINUTE)) if known else None,
        cancelled=cancelled,
        diverted=state.disruption is Status.DIVERTED,
    )


def _left_gate(state: FlightState) -> datetime:
    """Give the departure that the feed announced, as far as the take-off allows it.

    A take-off is a runway time: as such it calls every second punctual flight late. But nobody takes off
    before the gate, and whoever took off an hour late without a word of it did not leave on time.
    """
    expected, took_off = state.departure.expected, state.departure.actual
    if took_off is None:
        return expected
    return max(took_off - TAXI_OUT, min(expected, took_off))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many departures were planned, and what became of them. They add up in any order."""

    planned: int = 0
    known: int = 0
    """Of how many it is known whether they are late; a flight that never leaves nor says why is not."""
    late: int = 0
    cancelled: int = 0
    diverted: int = 0
    delays: Mapping[int, int] = field(default_factory=dict)
    """How many of the known were how many minutes behind plan; empty where they were not asked for."""

    def __add__(self, other: Self) -> "Counts":
        return total((self, other))

    @property
    def share_late(self) -> float | None:
        """Give the share of the known that is late, from 0 to 1."""
        return self.late / self.known if self.known else None

    @property
    def share_cancelled(self) -> float | None:
        """Give the share of the planned that is cancelled, from 0 to 1."""
        return self.cancelled / self.planned if self.planned else None

    @property
    def median_delay(self) -> timedelta | None:
        """Give the median of the delays: below the true one by less than a minute, if it is no extreme."""
        middle = (self._ranked((self._told + 1) // 2), self._ranked(self._told // 2 + 1))
        return sum(middle) / 2 * MINUTE if self._told else None

    @property
    def _told(self) -> int:
        return sum(self.delays.values())

    def _ranked(self, rank: int) -> int:
        passed = 0
        for minutes in sorted(self.delays):
            passed += self.delays[minutes]
            if passed >= rank:
                return minutes
        return 0


def total(counts: Iterable[Counts]) -> Counts:
    """Add counts up."""
    planned = known = late = cancelled = diverted = 0
    delays: dict[int, int] = {}
    for each in counts:
        planned += each.planned
        known += each.known
        late += each.late
        cancelled += each.cancelled
        diverted += each.diverted
        for minutes, number in each.delays.items():
            delays[minutes] = delays.get(minutes, 0) + number
    return Counts(
        planned=planned, known=known, late=late, cancelled=cancelled, diverted=diverted, delays=delays
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """The departures of an hour by one zone's clock: an airline's hour comes once in each zone."""

    zone: str | None
    hour: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The departures of one local date."""

    scope: Scope
    code: str
    date: date
    slots: tuple[Slot, ...]
