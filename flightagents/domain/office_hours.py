"""When staff want to be told: hours of the day and days of the week, by the agency's own clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = tuple(range(7))
MIDNIGHT = time()

_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """A span of the local day on some weekdays; the whole day where both ends are the same.

    A span over midnight belongs to the day that it begins on. Days count from Monday, which is 0.
    """

    begin: time = MIDNIGHT
    end: time = MIDNIGHT
    days: tuple[int, ...] = EVERY_DAY

    @classmethod
    def parse(cls, hours: str = "", days: str = "") -> "OfficeHours":
        """Read 06:00-22:00 and mon-fri,sun; what is empty sets no bounds. Raises ValueError."""
        return cls(*_span(hours), _days(days))

    def cover(self, local: datetime) -> bool:
        """Tell whether a moment, by the agency's clock, lies within."""
        today, clock = local.weekday(), local.time()
        if self.begin < self.end:
            return today in self.days and self.begin <= clock < self.end
        yesterday = (today - 1) % len(DAYS)
        begun = today in self.days and clock >= self.begin
        return begun or (yesterday in self.days and clock < self.end)

    def __str__(self) -> str:
        """Write "mon-fri 06:00-22:00"."""
        return " ".join(filter(None, (self.days_written, self.hours_written))) or "always"

    @property
    def hours_written(self) -> str:
        """Write 06:00-22:00 as `parse` reads it; nothing for the whole day."""
        return "" if self.begin == self.end else f"{self.begin:%H:%M}-{self.end:%H:%M}"

    @property
    def days_written(self) -> str:
        """Write mon-fri as `parse` reads it; nothing for every day."""
        return "" if self.days == EVERY_DAY else _written(self.days)


def _span(text: str) -> tuple[time, time]:
    if not text.strip():
        return MIDNIGHT, MIDNIGHT
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"hours {text!r}: write them as 06:00-22:00; 22:00-06:00 goes over midnight")
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    begin, end = time(begin_hour, begin_minute), time(end_hour, end_minute)
    if begin == end:
        raise ValueError(f"hours {text!r}: they begin and end at the same time; leave them out for all day")
    return begin, end


def _days(text: str) -> tuple[int, ...]:
    if not text.strip():
        return EVERY_DAY
    found: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        last = last if dash else first
        if first not in DAYS or last not in DAYS:
            raise ValueError(f"days {text!r}: write them as mon-fri or sat,sun, of {', '.join(DAYS)}")
        begin, end = DAYS.index(first), DAYS.index(last)
        found.update((begin + step) % len(DAYS) for step in range((end - begin) % len(DAYS) + 1))
    return tuple(sorted(found))


def _written(days: Sequence[int]) -> str:
    unbroken = len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1))  # noqa: PLR2004 - a pair is listed
    return f"{DAYS[days[0]]}-{DAYS[days[-1]]}" if unbroken else ",".join(DAYS[day] for day in days)
