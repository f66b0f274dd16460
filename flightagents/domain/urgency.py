"""In which order staff look at disrupted flights: time left x severity x travellers.

    score = travellers x WEIGHT[severity] / (half an hour + the hours until it is too late, or since)

The half hour keeps the last minutes from outshouting everything. What is too late by an hour counts as what
has an hour left: its people still stand there, and it sinks as time goes by. A flight that has left counts a
twentieth, unless it is diverted. Flights without travellers of ours score 0, and are ordered among
themselves as if each had one (`Urgency.place`).
"""

from datetime import timedelta
from typing import NamedTuple

from flightagents.domain.changes import Severity

WEIGHT = {Severity.CRITICAL: 8.0, Severity.MAJOR: 4.0, Severity.MINOR: 2.0, Severity.INFO: 1.0}
LEFT = 0.05
"""What is in the air cannot be caught any more; its connections are tasks of their own."""

_HOUR = timedelta(hours=1)
_LEAST = 0.5


class Urgency(NamedTuple):
    """How urgent a flight is. Compare these: the greater one comes first."""

    score: float
    place: float
    """The same for one traveller: what orders flights of the same score."""


def urgency(severity: Severity, travellers: int, time_left: timedelta, *, left: bool = False) -> Urgency:
    """Weigh one flight; `time_left` until staff can help no more, negative after that."""
    one = WEIGHT[severity] / (_LEAST + abs(time_left) / _HOUR) * (LEFT if left else 1.0)
    return Urgency(round(travellers * one, 3), round(one, 3))
