"""How a page writes times: the airport's wall clock, with the day where it is not that of the ticket."""

import re
from datetime import date, datetime

from babel.dates import format_date
from markupsafe import Markup

from flightagents.domain.flight import End
from flightagents.domain.times import to_local
from flightagents.web.words import Words

_ABBREVIATED = re.compile(r"(?<=[^\W\d_])\.")
"""The full stop of "nov.", which would end a sentence; not that of the German "22."."""


class Clock:
    """The clocks of a flight whose ticket says that it leaves at `base` from `departure`.

    A moment that is no airport's, such as a look at the flight, is in UTC where nobody knows the zone.
    """

    def __init__(self, words: Words, base: datetime, departure: End) -> None:
        self._words = words
        self.ticket = to_local(base, departure.zone).date()

    def listed(self, moment: datetime, end: End) -> Markup:
        """Write 14:35, or "Mon 23 Nov 01:35" on another day."""
        return self._written(moment, end, "{day} {clock}")

    def spoken(self, moment: datetime, end: End) -> Markup:
        """Write 14:35, or "01:35 on Mon 23 Nov" on another day, as it stands in a sentence."""
        return self._written(moment, end, self._words("time.other_day", clock="{clock}", day="{day}"))

    def day(self, day: date) -> str:
        """Write Sun 22 Nov."""
        pattern = str(self._words("time.day"))
        return _ABBREVIATED.sub("", format_date(day, pattern, locale=self._words.locale))

    def _written(self, moment: datetime, end: End, other_day: str) -> Markup:
        wall = to_local(moment, end.zone).replace(tzinfo=None)
        clock = f"{wall:%H:%M}" if end.zone or moment.tzinfo is None else f"{wall:%H:%M} UTC"
        text = clock
        if wall.date() != self.ticket:
            text = str(other_day).format(clock=clock, day=self.day(wall.date()))
        return Markup('<time datetime="{}">{}</time>').format(wall.isoformat("T", "minutes"), text)
