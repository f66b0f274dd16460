"""What is known of one flight after each look, and what was news of it, by the rules that the system has.

Truth is what one would know who looked at each change the moment the feed shows it.
"""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from benchmarks.budget_feed import Watchable
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.changes import DELAY, Change, Kind
from flightagents.domain.flight import FlightId, FlightState, Status
from flightagents.domain.runs import RunStamp, put_in_order
from flightagents.domain.tracking import advance
from flightagents.domain.watched import Outlook, Watched
from flightagents.errors import UnreadableRowError
from flightagents.records import FlightRecord
from flightagents.sandbox.row_story import FeedRow

NEWS = frozenset(
    {
        Kind.DELAYED,
        Kind.MOVED_EARLIER,
        Kind.ON_TIME_AGAIN,
        Kind.CANCELLED_UNCONFIRMED,
        Kind.REINSTATED_UNCONFIRMED,
        Kind.DIVERTED_UNCONFIRMED,
        Kind.INCIDENT,
        Kind.RETURNED_TO_GATE,
    }
)
SECOND_LOOK = timedelta(seconds=60)
_PARSER = RowParser()
_ANY = datetime(2013, 1, 1, tzinfo=UTC)
_PARSED: dict[int, FlightRecord | None] = {}


def is_news(change: Change) -> bool:
    """Tell whether it matters to who is booked; a first sight does where something is wrong already."""
    if change.kind is not Kind.FIRST_SEEN:
        return change.kind in NEWS
    state = change.state
    if state is None:
        return False
    late = state.departure.expected - state.departure.base >= DELAY
    return state.disruption is not None or state.incident or late


@dataclass(slots=True)
class Known:
    """What looks have taught about a flight."""

    each: Watchable
    watched: Watched
    state: FlightState | None = None
    row: FeedRow | None = None
    run: int = 0
    looks: list[datetime] = field(default_factory=list)

    def look(self, row: FeedRow, now: datetime) -> None:
        """Learn from a look; the same row again teaches something only where a second look is waited for."""
        self.looks.append(now)
        state = self.state
        waits = state is not None and not (
            state.disruption_confirmed and state.delay_gone_at is None and state.back_at is None
        )
        if row is self.row and not waits:
            self.watched = replace(self.watched, seen_at=now)
            return
        self.row = row
        self.state, changes = self.learn(row, now)
        told = self.watched.told or any(is_news(change) for change in changes)
        self.watched = _watched(self.watched, self.state, told=told, now=now)

    def learn(self, row: FeedRow, now: datetime) -> tuple[FlightState | None, tuple[Change, ...]]:
        """Give the state after a row, and what it changed."""
        record = parsed(row)
        if record is None:
            return self.state, ()
        self.run += 1
        return advance(self.state, replace(record, run=self.run, polled_at=now))


def parsed(row: FeedRow) -> FlightRecord | None:
    """Read a row, once for all who look at it."""
    if id(row) not in _PARSED:
        try:
            record = _PARSER.parse(row.row, RunStamp(1, _ANY))
            (_PARSED[id(row)],) = put_in_order([record])
        except UnreadableRowError:
            _PARSED[id(row)] = None
    return _PARSED[id(row)]


def _watched(before: Watched, state: FlightState | None, *, told: bool, now: datetime) -> Watched:
    if state is None:
        return replace(before, seen_at=now)
    return replace(
        before,
        designator=FlightId.parse(state.flight).designator,
        flight=before.flight or f"{before.key}|{before.departure}|{before.arrival}",
        leaves_at=state.departure.expected,
        arrives_at=state.arrival.expected,
        outlook=_outlook(state),
        told=told,
        seen_at=now,
        unconfirmed_since=None if state.disruption_confirmed else state.disruption_at,
    )


def _outlook(state: FlightState) -> Outlook:
    if state.landed:
        return Outlook.OVER
    if state.disruption is Status.CANCELLED:
        return Outlook.CANCELLED
    return Outlook.AIRBORNE if state.departed else Outlook.WAITING


def truth(each: Watchable, shows_from: datetime, *, dated: bool) -> list[datetime]:
    """Give when each piece of news of a flight can first be seen."""
    known = Known(each, ticket(each, 1))
    news: list[datetime] = []
    times = sorted({shows_from, *(time for time in each.story.changes_at if time > shows_from)})
    for time in times:
        for at in (time, time + SECOND_LOOK):
            if not dated and not each.story.visible.at(at):
                continue
            row = each.story.at(at)
            known.state, changes = known.learn(row, at)
            news += [time for change in changes if is_news(change)]
    return news


def left_at(each: Watchable) -> datetime:
    """Give when nothing is to be told before departure any more: its take-off shows, or hours of silence."""
    off = each.story.plot.off.times
    return off[0] if off else each.flight.scheduled_departure + timedelta(hours=6)


def ticket(each: Watchable, travellers: int) -> Watched:
    """Watch a flight as it stands on a ticket."""
    flight = each.flight
    return Watched(
        designator=each.designator,
        flight_date=each.day,
        departure=flight.origin.iata,
        arrival=flight.destination.iata,
        travellers=travellers,
        leaves_at=flight.scheduled_departure,
        arrives_at=flight.scheduled_arrival,
        outlook=Outlook.EXPECTED,
    )


def ages(each: Watchable, news: list[datetime], looks: list[datetime]) -> list[timedelta]:
    """Give how old each piece of news is when a look first shows it.

    A look after departure comes too late for what was new before: such news is as old as it was then. What is
    new later (a diversion) counts until the feed changes no more.
    """
    left = left_at(each)
    last = max(each.story.changes_at, default=left)
    found = []
    for time in news:
        index = bisect_left(looks, time)
        ends = left if time < left else max(last, time)
        found.append((min(looks[index], ends) if index < len(looks) else ends) - time)
    return found
