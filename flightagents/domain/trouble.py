"""What is wrong with a flight as it stands: one word for staff, and how grave it is.

A change tells what is new. This tells what is still so, however many changes ago it began.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.changes import DELAY, STEP, Kind, Severity, severity
from flightagents.domain.disruption import WORDS
from flightagents.domain.flight import FlightState, Status


class TroubleKind(StrEnum):
    """What is wrong; where several are, the first of these."""

    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    INCIDENT = "incident"
    REINSTATED = "reinstated"
    """It flies after all, and those who were told otherwise have to come."""
    RETURNED = "returned_to_gate"
    EARLIER = "earlier"
    LATER = "later"


GRAVEST_FIRST = tuple(Severity)
CHECK_IN_CLOSES = timedelta(minutes=60)
"""Before departure. Airlines say 40 to 60 minutes, and the feed does not say which."""

_CONFIRMED = {
    TroubleKind.CANCELLED: Kind.CANCELLED,
    TroubleKind.DIVERTED: Kind.DIVERTED,
    TroubleKind.REINSTATED: Kind.REINSTATED,
}
_UNCONFIRMED = {
    TroubleKind.CANCELLED: Kind.CANCELLED_UNCONFIRMED,
    TroubleKind.DIVERTED: Kind.DIVERTED_UNCONFIRMED,
    TroubleKind.REINSTATED: Kind.REINSTATED_UNCONFIRMED,
}
_ALIKE = {
    TroubleKind.INCIDENT: Kind.INCIDENT,
    TroubleKind.RETURNED: Kind.RETURNED_TO_GATE,
    TroubleKind.EARLIER: Kind.MOVED_EARLIER,
    TroubleKind.LATER: Kind.DELAYED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong, as of a flight's state of this ordinal."""

    kind: TroubleKind
    severity: Severity
    ordinal: int
    late: int = 0
    """Minutes behind the base; negative when ahead of it."""


def trouble_of(state: FlightState) -> Trouble | None:
    """Tell what is wrong with a flight; None where it goes as it was sold."""
    lateness = state.departure.expected - state.departure.base
    kind = _kind(state, lateness)
    if kind is None:
        return None
    confirmed = _CONFIRMED if state.disruption_confirmed else _UNCONFIRMED
    change = confirmed.get(kind) or _ALIKE[kind]
    return Trouble(
        kind=kind,
        severity=severity(change, lateness),
        ordinal=state.ordinal,
        late=int(lateness / timedelta(minutes=1)),
    )


def resolved_by(state: FlightState, trouble: Trouble) -> datetime:
    """Tell until when staff can still help: naive where nobody knows the airport's zone.

    Of a cancelled flight that is its old departure: by then the others of that hour have gone too. Of a
    diverted one it is the arrival, since its people sit in it. Whoever has to be on this very flight sooner
    than they believe must be there when check-in closes; a later one gives them until it leaves.
    """
    match trouble.kind:
        case TroubleKind.CANCELLED:
            return state.departure.scheduled
        case TroubleKind.DIVERTED:
            return state.arrival.expected
        case TroubleKind.EARLIER | TroubleKind.REINSTATED:
            return state.departure.expected - CHECK_IN_CLOSES
        case TroubleKind.INCIDENT | TroubleKind.RETURNED | TroubleKind.LATER:
            return state.departure.expected


def _kind(state: FlightState, lateness: timedelta) -> TroubleKind | None:
    if state.disruption is Status.CANCELLED:
        return TroubleKind.CANCELLED
    if state.disruption is Status.DIVERTED:
        return TroubleKind.DIVERTED
    if state.incident:
        return TroubleKind.INCIDENT
    if not state.open:
        return TroubleKind.LATER if lateness >= DELAY else None
    if state.disruption_at is not None and state.disrupted_from in WORDS:
        return TroubleKind.REINSTATED
    if state.returned_from is not None:
        return TroubleKind.RETURNED
    if lateness <= -STEP:
        return TroubleKind.EARLIER
    return TroubleKind.LATER if lateness >= DELAY else None
