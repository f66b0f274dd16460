"""The parts of a notice that every text needs: local times, durations, numbers, places."""

import re
from datetime import UTC, date, datetime, timedelta

from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import Notice
from flightagents.domain.times import to_local

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_PLACE_WORD = re.compile(r"\s*(terminal|gate)\s+", re.IGNORECASE)
_LONGEST_PLACE = 12
"""Letters of a gate or terminal. The feed has "A12,A14"; a sentence in that field is a mistake."""


def local(moment: datetime, zone_name: str | None) -> datetime:
    """Give the airport's wall clock. A naive time, of an airport whose zone nobody knows, is one already."""
    return to_local(moment, zone_name).replace(tzinfo=None)


def flight_day(notice: Notice) -> date:
    """Give the day that the ticket has: the flight's own, else that of the time they believe in."""
    if notice.flight:
        return FlightId.parse(notice.flight).date
    return local(notice.old, notice.zone).date()


def apart(one: datetime, other: datetime) -> timedelta | None:
    """Give how much later `other` is than `one`; None where one of them has no zone."""
    if (one.tzinfo is None) is not (other.tzinfo is None):
        return None
    return other - one


def duration(length: timedelta) -> str:
    """Write 55 min, 2 h, 2 h 5 min. Not by Babel, which makes an hour of 55 minutes."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def place(name: str | None) -> str:
    """Write a gate or terminal without the word before it; empty where it is not known."""
    plain = _PLACE_WORD.sub("", one_line(name or ""))
    return plain if len(plain) <= _LONGEST_PLACE else ""


def one_line(text: str) -> str:
    """Make one line of a text from outside: control characters and marks that turn the writing are gone."""
    return " ".join(_CONTROL.sub(" ", text).split())


def in_utc(at: datetime) -> datetime:
    """Give a time for a header; business time is aware everywhere."""
    return at.astimezone(UTC).replace(microsecond=0)
