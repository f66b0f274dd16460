"""What a traveller's page shows, in their language: how the flight stands, its facts, its story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from flightagents.domain.changes import Kind
from flightagents.domain.flight import End
from flightagents.domain.page import Chapter, FlightPage, Happened, Standing, Wrote
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.web.clock import Clock
from flightagents.web.words import Words

_TONES = {
    Standing.ON_TIME: "good",
    Standing.LEFT: "good",
    Standing.LANDED: "good",
    Standing.LATE: "late",
    Standing.OVERDUE: "late",
    Standing.SILENT: "late",
    Standing.UNCLEAR: "late",
    Standing.EARLY: "bad",
    Standing.CANCELLED: "bad",
    Standing.DIVERTED: "bad",
    Standing.MOVED: "bad",
}
_WITHOUT_TIMES = frozenset({Standing.CANCELLED, Standing.MOVED})
"""A flight that does not leave has no expected times, gate or terminal."""
_GONE = frozenset({Standing.LEFT, Standing.LANDED})
_CALL_FIRST = frozenset({Standing.CANCELLED, Standing.DIVERTED, Standing.MOVED})
"""Where the number to call comes before the facts."""
_MARKS = {"good": "✓", "late": "!", "bad": "!"}
"""The tone is told by a mark and by the words as well: colour alone tells not everybody."""
_CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story: when, and what."""

    at: Markup
    text: Markup
    ours: bool
    """Whether it is something that we wrote to them."""


class FlightView:
    """The parts of the page that flight.html puts in place."""

    def __init__(self, page: FlightPage, words: Words) -> None:
        self._page = page
        self._words = words
        self.departure = page.state.departure
        self.arrival = page.state.arrival
        self.tone = _TONES[page.standing]
        self.mark = _MARKS[self.tone]
        self.urgent = page.standing in _CALL_FIRST
        self.designator = page.designator
        self.operated_as = page.operated_as
        self.emails = page.emails
        self._clock = Clock(words, page.base, self.departure)
        self.day = self._clock.day(self._clock.ticket)

    @property
    def headline(self) -> Markup:
        """Say how the flight stands."""
        return self._standing("headline")

    @property
    def advice(self) -> Markup:
        """Say what that means."""
        return self._standing("advice")

    def _standing(self, part: str) -> Markup:
        words, page, departure = self._words, self._page, self.departure
        time: datetime | None
        match page.standing:
            case Standing.ON_TIME:
                time = departure.scheduled
            case Standing.LEFT:
                time = departure.actual
            case Standing.LANDED:
                time = self.arrival.actual
            case Standing.SILENT | Standing.UNCLEAR:
                time = page.seen_at
            case _:
                time = departure.expected
        if page.moved_to is not None:
            return words(f"standing.moved.{part}", day=self._clock.day(page.moved_to))
        if time is None:
            return words(f"standing.{page.standing}.{part}_untimed", airport=self._end.airport)
        if page.standing is Standing.ON_TIME and page.state.delay is None:
            part = f"{part}_unreported"  # no delay also means that nobody knows of one
        base, spoken = self._clock.spoken(page.base, departure), self._clock.spoken(time, self._end)
        return words(f"standing.{page.standing}.{part}", base=base, time=spoken, airport=self._end.airport)

    @property
    def _end(self) -> End:
        return self.arrival if self._page.standing is Standing.LANDED else self.departure

    @property
    def facts(self) -> list[tuple[Markup, Markup | str]]:
        """Give label and value of what there is to know."""
        return list(self._facts())

    def _facts(self) -> Iterator[tuple[Markup, Markup | str]]:
        words, page = self._words, self._page
        stands = page.standing not in _WITHOUT_TIMES
        gone = page.standing in _GONE or page.state.departed or page.state.landed
        if page.operated_as:
            yield words("fact.operated"), page.operated_as
        yield words("fact.planned_departure"), self._at(page.base, self.departure)
        if page.state.departed and self.departure.actual is not None:
            yield words("fact.left"), self._at(self.departure.actual, self.departure)
        elif (
            stands
            and page.standing not in (Standing.ON_TIME, Standing.LEFT)
            and self.departure.expected != page.base
        ):
            name = "fact.last_known_departure" if page.standing is Standing.SILENT else "fact.departure"
            yield words(name), self._at(self.departure.expected, self.departure)
        if stands and page.standing is not Standing.DIVERTED:
            yield from self._arrival()
        if stands and not gone:
            yield from self._places()

    def _arrival(self) -> Iterator[tuple[Markup, Markup | str]]:
        words, arrival = self._words, self.arrival
        if arrival.actual is not None:
            yield words("fact.landed"), self._at(arrival.actual, arrival)
        else:
            name = "fact.last_known_arrival" if self._page.standing is Standing.SILENT else "fact.arrival"
            yield words(name), self._at(arrival.expected, arrival)
        if arrival.belt and self._page.state.landed:
            yield words("fact.belt"), arrival.belt

    def _places(self) -> Iterator[tuple[Markup, Markup | str]]:
        if self.departure.terminal:
            yield self._words("fact.terminal"), self.departure.terminal
        if self.departure.gate:
            yield self._words("fact.gate"), self.departure.gate

    @property
    def story(self) -> list[Told]:
        """Give the lines of the story, newest first; its times are the airport of departure's."""
        return [
            Told(self._clock.listed(each.at, self.departure), self._tell(each), isinstance(each, Wrote))
            for each in self._page.story
        ]

    def _tell(self, chapter: Chapter) -> Markup:
        return self._wrote(chapter) if isinstance(chapter, Wrote) else self._happened(chapter)

    def _happened(self, chapter: Happened) -> Markup:
        end = self.arrival if chapter.kind is Kind.LANDED else self.departure
        name = f"happened.{chapter.kind}"
        match chapter.kind:
            case Kind.LANDED if chapter.time is None:
                return self._words(f"{name}_untimed")
            case Kind.MOVED_TO:
                return self._words(name, day=self._clock.day(date.fromisoformat(chapter.day)))
            case Kind.REINSTATED if chapter.was_diverted:
                return self._words("happened.diversion_withdrawn")
            case _:
                time = self._clock.spoken(chapter.time, end) if chapter.time else ""
                return self._words(name, time=time, place=chapter.place, before=chapter.place_before)

    def _wrote(self, chapter: Wrote) -> Markup:
        name = _CONNECTION if chapter.said in CONNECTIONS else str(chapter.caution or chapter.said)
        time = self._clock.spoken(chapter.time, self.departure) if chapter.time else ""
        if chapter.said in (Said.GATE, Said.TERMINAL) and not chapter.place:
            name = "place"
        what = self._words(f"wrote.{name}", time=time, place=chapter.place)
        channels = self._words("channels." + "_".join(chapter.channels))
        return self._words("wrote.by", channels=channels, what=what)

    @property
    def last_look(self) -> Markup:
        """Say when the flight was last seen in the feed."""
        return self._words("page.last_look", time=self._clock.spoken(self._page.seen_at, self.departure))

    def _at(self, moment: datetime, end: End) -> Markup:
        """Write 14:35 (LHR)."""
        return Markup("{} ({})").format(self._clock.listed(moment, end), end.airport)
