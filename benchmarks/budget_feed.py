"""A month of the feed for budget.py: what each call would show of the watched flights, and its total.

The story is the sandbox's, told for each day apart. Rows that nobody watches are only counted: each board
keeps when its rows begin to show, so that a total is a bisection.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

from flightagents.sandbox.day import Flight, flights_between
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.row_story import FeedRow, RowStory

_DAY = timedelta(days=1)
_MIDNIGHT = 5
"""In New York, as an hour of UTC."""
_BOARD = ("dep_iata", "arr_iata", "airline_iata")


@dataclass(eq=False, slots=True)
class Watchable:
    """A flight that may be watched: its operating row."""

    number: int
    flight: Flight
    story: RowStory
    day: date
    designator: str
    """As on the ticket."""

    @property
    def key(self) -> str:
        """Name it, whatever the feed calls it."""
        return f"{self.designator}|{self.day}|{self.flight.origin.iata}|{self.flight.destination.iata}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call brings: of all rows only the watched flights, each with its row."""

    shown: list[tuple[Watchable, FeedRow]]
    rows: int
    total: int


class Feed:
    """What the feed shows of a month at any instant."""

    def __init__(self, first: date, last: date, seed: int) -> None:
        self.flights: list[Watchable] = []
        self._boards: dict[tuple[str, ...], dict[date, list[RowStory]]] = {}
        self._begins: dict[tuple[str, ...], dict[date, list[datetime]]] = {}
        self._rows: dict[date, list[RowStory]] = {}
        days: dict[date, list[Flight]] = defaultdict(list)
        for flight in flights_between(first - _DAY, last + _DAY):
            days[flight.date].append(flight)
        for day, flights in sorted(days.items()):
            stories = FeedStory(flights, seed=seed).stories
            self._rows[day] = [story for story in stories if story.visible.times]
            if first <= day <= last:
                for story in stories:
                    if story.seller is None and not _nameless(story):
                        self._add(story, day)

    def _add(self, story: RowStory, day: date) -> None:
        flight = story.flight
        self.flights.append(Watchable(len(self.flights), flight, story, day, flight.designator))

    def answer(
        self, query: str, pages: int, page_size: int, now: datetime, watched: Iterable[Watchable]
    ) -> Answer:
        """Answer a call; `watched` are those that may be in it."""
        filters = dict(parse_qsl(query))
        day = date.fromisoformat(filters.pop("flight_date")) if "flight_date" in filters else None
        number = filters.pop("flight_iata", None) or filters.pop("flight_icao", None)
        fit = [
            (each, row)
            for each in watched
            if (number is None or each.designator == number) and (row := _row(each, filters, day, now))
        ]
        if number is not None:
            shown = [(each, row) for each, row in fit if number in _numbers(row)]
            return Answer(shown, len(shown), len(shown))
        status, delay = filters.pop("flight_status", None), filters.pop("min_delay_dep", None)
        if status is not None:
            total = self._filtered_total(filters, day, now, status, int(delay or 0))
            shown = (
                fit
                if total <= pages * page_size
                else [each for each in fit if _early(each[0], pages * page_size / total)]
            )
            return Answer(shown, min(total, pages * page_size), total)
        counts = self._counts(filters, day, now)
        total, room = sum(counts.values()), pages * page_size
        shown = (
            fit
            if total <= room
            else [
                each for each in fit if self._in_reach(each[0], filters, counts, room=room, now=now, day=day)
            ]
        )
        return Answer(shown, min(total, room), total)

    def _in_reach(
        self,
        each: Watchable,
        filters: dict[str, str],
        counts: dict[date, int],
        *,
        room: int,
        now: datetime,
        day: date | None,
    ) -> bool:
        """Tell whether a row stands on the pages that are walked: the latest date first, then by rank."""
        before = sum(count for date_, count in counts.items() if date_ > each.day)
        own = counts.get(each.day, 0)
        if before + own <= room or before >= room:
            return before + own <= room
        rows = self._board(filters)[each.day]
        ahead = sum(row.rank < each.story.rank and (day is not None or row.visible.at(now)) for row in rows)
        return before + ahead < room

    def _counts(self, filters: dict[str, str], day: date | None, now: datetime) -> dict[date, int]:
        key = _key(filters)
        self._board(filters)
        begins = self._begins[key]
        if day is not None:
            return {day: len(begins.get(day, ()))}
        today = now.date()
        counts = {
            date_: bisect_right(begins.get(date_, []), now) for date_ in (today + _DAY, today, today - _DAY)
        }
        # Until the local midnight that follows, what left the day before yesterday is called yesterday's.
        if now.hour < _MIDNIGHT:
            counts[today - 2 * _DAY] = len(begins.get(today - 2 * _DAY, ()))
        return counts

    def _filtered_total(
        self, filters: dict[str, str], day: date | None, now: datetime, status: str, delay: int
    ) -> int:
        board, today = self._board(filters), now.date()
        days = [day] if day is not None else [today + _DAY, today, today - _DAY]
        return sum(
            (day is not None or row.visible.at(now))
            and row.plot.status.at(now - row.lag) == status
            and (not delay or (row.plot.delay.at(now - row.lag) or 0) >= delay)
            for date_ in days
            for row in board.get(date_, ())
        )

    def _board(self, filters: dict[str, str]) -> dict[date, list[RowStory]]:
        key = _key(filters)
        if key not in self._boards:
            wanted = [(name, filters[name]) for name in _BOARD if name in filters]
            self._boards[key] = {
                day: [row for row in rows if all(_of(row, name) == value for name, value in wanted)]
                for day, rows in self._rows.items()
            }
            self._begins[key] = {
                day: sorted(row.visible.times[0] for row in rows) for day, rows in self._boards[key].items()
            }
        return self._boards[key]


def _key(filters: dict[str, str]) -> tuple[str, ...]:
    return tuple(filters.get(name, "") for name in _BOARD)


def _of(row: RowStory, name: str) -> str:
    if name == "dep_iata":
        return row.flight.origin.iata
    if name == "arr_iata":
        return row.flight.destination.iata
    return row.seller.carrier if row.seller else row.flight.carrier


def _row(each: Watchable, filters: dict[str, str], day: date | None, now: datetime) -> FeedRow | None:
    """Give the row if it passes: its board, its date or whether it shows, and the filters."""
    story = each.story
    if any(_of(story, name) != filters[name] for name in _BOARD if name in filters):
        return None
    if day is None and not story.visible.at(now):
        return None
    row = story.at(now)
    if day is not None and row.flight_date != day.isoformat():
        return None
    if "flight_status" in filters and row.row["flight_status"] != filters["flight_status"]:
        return None
    least = int(filters.get("min_delay_dep", 0))
    return None if least and (row.row["departure"]["delay"] or 0) < least else row


def _numbers(row: FeedRow) -> tuple[str | None, str | None]:
    return row.row["flight"]["iata"], row.row["flight"]["icao"]


def _nameless(story: RowStory) -> bool:
    return any(patch == ("flight", "number", None) for patch in story.patches)


def _early(each: Watchable, share: float) -> bool:
    return each.story.rank < share
