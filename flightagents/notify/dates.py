"""How each language that we write in writes days and times. The clock has 24 hours in all of them."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

_ABBREVIATED = re.compile(r"(?<=[^\W\d_])\.")
"""The full stop of "nov.", which would end a sentence; not that of the German "22."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One language's. `short` and `long` are days as Babel's patterns."""

    locale: str
    short: str = "EEE d MMM"
    long: str = "EEEE d MMMM"
    first: str = ""
    """What follows the number of a month's first day where the month is written out."""
    first_short: str = ""
    """The same beside a short month."""
    oclock: str = ""
    """What follows a time in a sentence."""
    on: str
    """What stands between a time and its day in a sentence."""

    def short_day(self, day: date) -> str:
        """Write Sun 22 Nov."""
        return _ABBREVIATED.sub("", self._written(day, self.short, self.first_short))

    def long_day(self, day: date) -> str:
        """Write Sunday 22 November."""
        return self._written(day, self.long, self.first)

    def _written(self, day: date, pattern: str, first: str) -> str:
        if first and day.day == 1:
            pattern = pattern.replace("d", f"d'{first}'", 1)
        return format_date(day, pattern, locale=self.locale)


STYLES = {
    "en": Style(locale="en_GB", on=" on "),
    "de": Style(locale="de", short="EEE d. MMM", long="EEEE, d. MMMM", oclock=" Uhr", on=" am "),
    "fr": Style(locale="fr", first="er", first_short="er", on=" le "),
    "es": Style(locale="es", long="EEEE d 'de' MMMM", on=" del "),
    "pt": Style(locale="pt", long="EEEE, d 'de' MMMM", first="º", on=" de "),
}
"""By language: one for each folder of texts."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the recipient's ticket would print it: wall clock of the airport that it is about."""

    clock: str
    day: str
    long_day: str
    shows_day: bool
    """Whether it is on another day than the one that the message names."""
    oclock: str
    on: str

    @classmethod
    def of(cls, wall: datetime, named: date, style: Style) -> "Moment":
        """Write a wall clock's time, in a message that names a day."""
        return cls(
            clock=f"{wall:%H:%M}",
            day=style.short_day(wall.date()),
            long_day=style.long_day(wall.date()),
            shows_day=wall.date() != named,
            oclock=style.oclock,
            on=style.on,
        )

    def __str__(self) -> str:
        """Write 16:40, or "Mon 23 Nov 01:10" on another day."""
        return self.full if self.shows_day else self.clock

    @property
    def full(self) -> str:
        """Write Sun 22 Nov 16:40."""
        return f"{self.day} {self.clock}"

    @property
    def spoken(self) -> str:
        """Write 16:40, or "01:10 on Mon 23 Nov" within a sentence."""
        return f"{self.clock}{self.on}{self.day}" if self.shows_day else self.clock

    @property
    def long(self) -> str:
        """Write 16:40, or "01:10 on Monday 23 November"."""
        time = f"{self.clock}{self.oclock}"
        return f"{time}{self.on}{self.long_day}" if self.shows_day else time
