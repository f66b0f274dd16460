"""Whether a fact that staff are to be told still holds, as far as the flight's news have come since."""

from dataclasses import dataclass
from datetime import timedelta

from flightagents.domain.alerting import rung
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.rules import (
    CONFIRMED_BY,
    DISRUPTED,
    RESTORED,
    STAFF_RUNGS,
    by_the_clock,
    fact,
    lateness,
)

_ABOUT_TIME = frozenset({Kind.FIRST_SEEN, Kind.DELAYED, Kind.MOVED_EARLIER, Kind.ON_TIME_AGAIN})
OVERTAKING = _ABOUT_TIME | DISRUPTED | RESTORED
"""The kinds of change that `Truth.after` follows; no other can overtake a fact."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What of a flight can overtake a fact: CANCELLED or DIVERTED, and how far behind it was last said."""

    disruption: Status | None = None
    behind: timedelta = timedelta()

    @classmethod
    def of(cls, state: FlightState) -> "Truth":
        """Take it from the flight's state."""
        behind = by_the_clock(state.said_expected) - by_the_clock(state.departure.base)
        return cls(state.disruption, behind)

    def after(self, change: Change) -> "Truth":
        """Give what holds after the flight's next change: the same as of the state after it."""
        disruption, behind = self.disruption, self.behind
        if change.kind is Kind.FIRST_SEEN:
            disruption = None
        what = fact(change)
        if what in DISRUPTED:
            disruption = _disruption(what)
        elif what in RESTORED:
            disruption = None
        if change.kind in _ABOUT_TIME:
            behind = lateness(change)
        return Truth(disruption, behind)


def still_true(what: Kind, late: int, now: Truth) -> bool:
    """Tell whether a fact, of a delay of so many minutes, has not been overtaken."""
    if what in DISRUPTED:
        return now.disruption is _disruption(what)
    if what in RESTORED:
        return now.disruption is None
    if what is Kind.DELAYED:
        told = rung(timedelta(minutes=late), STAFF_RUNGS)
        return now.disruption is not Status.CANCELLED and rung(now.behind, STAFF_RUNGS) >= told
    return True


def _disruption(what: Kind) -> Status:
    return Status.CANCELLED if CONFIRMED_BY.get(what, what) is Kind.CANCELLED else Status.DIVERTED
