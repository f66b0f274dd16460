"""How a flight stands for the staff, in one word: what a list is searched and sorted by."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flightagents.domain.changes import DELAY, STEP, Kind, Severity, severity
from flightagents.domain.flight import End, FlightState, Status

MINUTE = timedelta(minutes=1)


class Trouble(StrEnum):
    """What is wrong with a flight, the gravest first."""

    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    INCIDENT = "incident"
    DELAYED = "delayed"
    """15 minutes behind the base, or more: until it has left by its departure, then by its arrival."""
    EARLIER = "earlier"
    """To leave 10 minutes ahead of the base, or more: people miss it. In the air nobody minds."""
    NONE = "none"


_DISRUPTED = {Status.CANCELLED: Trouble.CANCELLED, Status.DIVERTED: Trouble.DIVERTED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, and how grave that is. `unconfirmed`: a second look is still awaited.

    A disruption that was taken back stays what is wrong until a second look has confirmed that it is over.
    """

    trouble: Trouble
    unconfirmed: bool
    severity: Severity


def judge(state: FlightState) -> Verdict:
    """Tell what is wrong with a flight."""
    wrong, unconfirmed = _trouble(state), not state.disruption_confirmed
    return Verdict(wrong, unconfirmed, _severity(wrong, lateness(state), unconfirmed=unconfirmed))


def counting_end(state: FlightState) -> End:
    """Give the end that is still to come, or was the last: the departure until it has left."""
    has_left = state.has_left and state.disruption is not Status.CANCELLED
    return state.arrival if has_left else state.departure


def lateness(state: FlightState) -> timedelta:
    """Give how far that end is expected behind its base; negative where it is ahead."""
    end = counting_end(state)
    return end.expected - end.base


def _trouble(state: FlightState) -> Trouble:
    word = state.disruption if state.disruption_confirmed else state.disruption or state.disrupted_from
    if word in _DISRUPTED:
        return _DISRUPTED[word]
    # The feed never says that an incident is over; a landing as planned does.
    if state.status is Status.INCIDENT or (state.incident and not state.landed):
        return Trouble.INCIDENT
    if state.landed:
        return Trouble.NONE
    late = lateness(state)
    if late >= DELAY:
        return Trouble.DELAYED
    return Trouble.EARLIER if late <= -STEP and not state.has_left else Trouble.NONE


def _severity(wrong: Trouble, late: timedelta, *, unconfirmed: bool) -> Severity:
    match wrong:
        case Trouble.CANCELLED | Trouble.DIVERTED:
            return Severity.MAJOR if unconfirmed else Severity.CRITICAL
        case Trouble.INCIDENT:
            return Severity.CRITICAL
        case Trouble.DELAYED:
            return severity(Kind.DELAYED, late)
        case Trouble.EARLIER:
            return Severity.MAJOR
        case Trouble.NONE:
            return Severity.INFO
