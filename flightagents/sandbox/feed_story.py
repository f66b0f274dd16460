"""Every row that the feed holds of a day, and which of them it shows at an instant, in which order.

Comes after `row_story` (one row) and before `aviationstack` (pages of them over HTTP). The same seed tells
the same day: nothing here depends on when or how often it is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from flightagents.sandbox.codeshares import Marketing, marketed
from flightagents.sandbox.day import Flight
from flightagents.sandbox.departing import cancelled, departing
from flightagents.sandbox.flying import flying
from flightagents.sandbox.places import places_of
from flightagents.sandbox.plot import AHEAD, MINUTE, SECOND, Plot
from flightagents.sandbox.quirks import NAMELESS, quirks_of
from flightagents.sandbox.row_story import FeedRow, RowStory
from flightagents.sandbox.steps import Steps
from flightagents.sandbox.twists import After, Before, draw, twists_of

# The real feed's free plan, at the interval that the first version of this system polled with.
DEFAULT_LOOK = timedelta(seconds=60)

# Shares of flights.
_OPERATING_ROW_NEVER_SHOWN = 0.02
_OPERATING_ROW_BLINKS = 0.02
_NAMELESS_COPY = 0.01
_LIVE = 0.14
_SHOWS_TAIL = 0.5

# Shares of codeshare rows, and how stale they are, in seconds.
_MARKETED_LATER = 0.1
_STALE = ((0.12, (10 * 60, 40 * 60)), (0.02, (3 * 3600, 4 * 3600)))
_FRESH = (0, 40)

# The order shifts while one pages through it: every ten minutes one row in thirty stands somewhere else.
_SHUFFLE_EVERY = timedelta(minutes=10)
_SHUFFLED = 1 / 30
_EPOCH = datetime(2013, 1, 1, tzinfo=UTC)


class FeedStory:
    """What the feed shows of some flights at any instant."""

    def __init__(self, flights: Iterable[Flight], *, seed: int, look: timedelta = DEFAULT_LOOK) -> None:
        """Invent the story; `look` is the time between two polls, for what shows for one look only."""
        flights = list(flights)
        self._seed = seed
        self._rows: list[RowStory] = []
        self._ordered: list[RowStory] = []
        self._shuffle: int | None = None
        for flight, sellers in zip(flights, marketed(flights, seed), strict=True):
            self._rows += _rows_of(flight, sellers, seed, look)

    @property
    def stories(self) -> Sequence[RowStory]:
        """Each row through its days, shown or not."""
        return self._rows

    def rows(self, now: datetime, day: date | None = None) -> list[FeedRow]:
        """Return the rows at an instant: latest date first, otherwise in no order that means anything.

        Without a day: from yesterday to about six hours ahead (fact 3). With one: all of that date.
        """
        shown = []
        for story in self._order(now):
            if day is None and not story.visible.at(now):
                continue
            row = story.at(now)
            if day is None or row.flight_date == day.isoformat():
                shown.append(row)
        shown.sort(key=lambda row: row.flight_date, reverse=True)
        return shown

    def _order(self, now: datetime) -> list[RowStory]:
        """Sort the rows as the feed does around an instant: drawn once for each ten minutes."""
        shuffle = (now - _EPOCH) // _SHUFFLE_EVERY
        if shuffle != self._shuffle:
            rng = Random(f"{self._seed}|{shuffle}")
            ranks = [rng.random() if rng.random() < _SHUFFLED else story.rank for story in self._rows]
            pairs = sorted(zip(ranks, range(len(ranks)), strict=True))
            self._shuffle, self._ordered = shuffle, [self._rows[index] for _, index in pairs]
        return self._ordered


def _rows_of(
    flight: Flight, sellers: tuple[Marketing, ...], seed: int, look: timedelta
) -> Iterator[RowStory]:
    """Make the rows of one flight: the operating one, one for each seller, now and then a nameless copy."""
    name = f"{seed}|{flight.designator}|{flight.date}|{flight.origin.iata}"
    rng = Random(name)
    plot = _plot(flight, rng, look)
    places = places_of(flight, rng)
    shows_live, shows_tail = rng.random() < _LIVE, rng.random() < _SHOWS_TAIL
    begin = flight.scheduled_departure - AHEAD + rng.randint(-15 * 60, 15 * 60) * SECOND
    end = _end_of_tomorrow(flight, plot)
    for seller in (None, *sellers):
        patches = quirks_of(
            flight, seller or Marketing(flight.carrier, flight.number), rng, seed=seed, sold=bool(sellers)
        )
        if seller is None:
            visible = _operating_visible(begin, end, rng, look, sold=bool(sellers))
            lag = timedelta()
        else:
            later = rng.randint(30, 240) * MINUTE if rng.random() < _MARKETED_LATER else timedelta()
            visible = Steps(False, [(begin + later, True), (end, False)])
            lag = rng.randint(*draw(_STALE, _FRESH, rng)) * SECOND
        yield RowStory(
            *(flight, plot, places, seller, visible),
            rank=rng.random(),
            lag=lag,
            patches=patches,
            shows_live=shows_live,
            shows_tail=shows_tail,
        )
    if rng.random() < _NAMELESS_COPY:
        at = flight.scheduled_departure - rng.randint(0, 300) * MINUTE
        visible = Steps(False, [(at, True), (at + 20 * MINUTE, False)])
        yield RowStory(flight, plot, places, None, visible, rank=rng.random(), patches=NAMELESS)


def _plot(flight: Flight, rng: Random, look: timedelta) -> Plot:
    if flight.cancelled:
        return cancelled(flight, rng)
    # What is invented is there for its passengers' rights: nothing odd may hide them.
    before, after = (Before.PLAIN, After.PLAIN) if flight.invented else twists_of(flight, rng)
    return flying(departing(flight, before, rng, look), flight, after, rng, look)


def _operating_visible(
    begin: datetime, end: datetime, rng: Random, look: timedelta, *, sold: bool
) -> Steps[bool]:
    """Hide the operating row of a few flights that others sell: for ever, or for four looks."""
    draws = rng.random()
    if sold and draws < _OPERATING_ROW_NEVER_SHOWN:
        return Steps(False)
    changes = [(begin, True), (end, False)]
    if sold and draws < _OPERATING_ROW_NEVER_SHOWN + _OPERATING_ROW_BLINKS:
        gone = begin + rng.randint(60, 300) * MINUTE
        changes += [(gone, False), (gone + 4 * look, True)]
    return Steps(False, changes)


def _end_of_tomorrow(flight: Flight, plot: Plot) -> datetime:
    """Find the end of the day after its date: until then the feed calls it yesterday's."""
    local = plot.departure.last.astimezone(flight.origin.zone).date() + timedelta(days=2)
    return datetime.combine(local, time(), flight.origin.zone)
