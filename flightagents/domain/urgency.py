"""In which order staff look at disrupted flights, and until when they can help.

    score = travellers x WEIGHT[severity] / (half an hour + the hours until it is too late, or since)

The half hour keeps the last minutes from outshouting everything. What is too late by an hour counts as what
has an hour left: its people still stand there, and it sinks as time goes by. A flight that has left counts a
twentieth, unless it is diverted. Flights without travellers of ours score 0, and are ordered among
themselves as if each had one (`Urgency.alone`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.changes import Severity
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.times import at_latest
from flightagents.domain.trouble import Trouble

WEIGHT = {Severity.CRITICAL: 8.0, Severity.MAJOR: 4.0, Severity.MINOR: 2.0, Severity.INFO: 1.0}
LEFT = 0.05
"""What is in the air cannot be caught any more; its connections are tasks of their own."""
CHECK_IN_CLOSES = timedelta(minutes=60)
"""Before departure. Airlines say 40 to 60 minutes, and the feed does not say which."""

_HOUR = timedelta(hours=1)
_LEAST = 0.5


class Urgency(NamedTuple):
    """How urgent a flight is. Compare these: the greater one comes first."""

    score: float
    alone: float
    """The same for one traveller: what orders flights of the same score."""


def urgency(severity: Severity, travellers: int, time_left: timedelta, *, left: bool = False) -> Urgency:
    """Weigh one flight; `time_left` until staff can help no more, negative after that."""
    one = WEIGHT[severity] / (_LEAST + abs(time_left) / _HOUR) * (LEFT if left else 1.0)
    return Urgency(round(travellers * one, 3), round(one, 3))


def urgency_of(row: FlightRow, travellers: int, now: datetime, resolve_by: datetime) -> Urgency:
    """Weigh a flight as it stands; `resolve_by` may be sooner than its own, for a task about it."""
    left = not row.open and row.trouble not in (Trouble.CANCELLED, Trouble.DIVERTED)
    return urgency(row.severity, travellers, resolve_by - now, left=left)


def resolve_by(row: FlightRow) -> datetime:
    """Tell until when staff can still help, in UTC.

    Mostly the departure. A cancelled flight's is the old one: by then the others of that hour are gone too.
    Only whoever has to be on this very flight sooner than they believe must be there when check-in closes,
    so that counts where it is earlier; a later flight gives them until it leaves. In the air it is the
    arrival, where the next flight may be missed.
    """
    if row.trouble is Trouble.CANCELLED:
        return at_latest(row.departure.scheduled)
    if row.trouble is Trouble.DIVERTED or not row.open:
        return at_latest(row.arrival.expected)
    leaves = at_latest(row.departure.expected)
    return leaves - CHECK_IN_CLOSES if row.trouble is Trouble.EARLIER else leaves
