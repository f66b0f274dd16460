"""The parts of a notice that every text needs: local times, days, durations, numbers, places."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date

from flightagents.domain import codes
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import Notice
from flightagents.domain.times import zone

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_PLACE_WORD = re.compile(r"\s*(terminal|gate)\s+", re.IGNORECASE)
_LONGEST_PLACE = 12
"""Letters of a gate or terminal. The feed has "A12,A14"; a sentence in that field is a mistake."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the recipient's ticket would print it: wall clock of the airport of departure."""

    clock: str
    day: str
    long_day: str
    shows_day: bool
    """Whether it is on another day than the flight's."""

    def __str__(self) -> str:
        """Write 16:40, or "Mon 23 Nov 01:10" on another day."""
        return f"{self.day} {self.clock}" if self.shows_day else self.clock

    @property
    def long(self) -> str:
        """Write 16:40, or "01:10 on Monday 23 November"."""
        return f"{self.clock} on {self.long_day}" if self.shows_day else self.clock


def local(moment: datetime, zone_name: str | None) -> datetime:
    """Give the airport's wall clock. A naive time, of an airport whose zone nobody knows, is one already."""
    if moment.tzinfo is None or zone_name is None:
        return moment.replace(tzinfo=None)
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None)


def flight_day(notice: Notice) -> date:
    """Give the day that the ticket has: the flight's own, else that of the time they believe in."""
    if notice.flight:
        return FlightId.parse(notice.flight).date
    return local(notice.old, notice.zone).date()


def moment(notice: Notice, at: datetime, locale: str) -> Moment:
    """Write a time of the flight."""
    wall = local(at, notice.zone)
    return Moment(
        clock=f"{wall:%H:%M}",
        day=short_day(wall.date(), locale),
        long_day=long_day(wall.date(), locale),
        shows_day=wall.date() != flight_day(notice),
    )


def short_day(day: date, locale: str) -> str:
    """Write Sun 22 Nov."""
    return format_date(day, "EEE d MMM", locale=locale)


def long_day(day: date, locale: str) -> str:
    """Write Sunday 22 November."""
    return format_date(day, "EEEE d MMMM", locale=locale)


def span(notice: Notice) -> str:
    """Write how far the new time is from the old one; empty where one of them has no zone."""
    if (notice.old.tzinfo is None) is not (notice.new.tzinfo is None):
        return ""
    return duration(abs(notice.new - notice.old))


def duration(length: timedelta) -> str:
    """Write 55 min, 2 h, 2 h 5 min. Not by Babel, which makes an hour of 55 minutes."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def operated(notice: Notice) -> str:
    """Write "BA as BA117" for a flight that another airline flies under its own number; else nothing."""
    if notice.operated_as is None or notice.operated_as == notice.designator:
        return ""
    return f"{codes.carrier(notice.operated_as)} as {notice.operated_as}"


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
