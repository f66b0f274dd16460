"""The flights that somebody is booked on, as the poller sees them: bookings joined with what the feed shows.

After it the planner (aviationstack/budget.py) decides which of them are worth a call.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.bookings import Match, Segment, match
from flightagents.domain.call_plan import month_end
from flightagents.domain.flight import OPERATING_ROW_MISSING, FlightId, FlightState, Status
from flightagents.domain.stories import became
from flightagents.domain.times import at_earliest, at_latest, to_utc
from flightagents.domain.watched import Outlook, Watched
from flightagents.domain.watching import leaves_by
from flightagents.handlers.audience import Audience
from flightagents.handlers.turns import in_turns
from flightagents.ports import Archive, Bookings, FlightStore, Ledger
from flightagents.records import FlightRecord

LOOK_BACK = timedelta(days=2)
"""The longest flights take 19 hours, and local dates differ from ours by a day at most."""
PAST = timedelta(days=28)
"""Of these days only what was booked is told."""
LOOK_AHEAD = timedelta(days=2)
"""The feed shows no flight earlier, so of later days nothing but the bookings is to be known."""
ASKED_AGAIN = timedelta(minutes=1)
"""Business time after which the bookings are read again."""
LEAST_PAUSE = timedelta(seconds=2)
"""Real time, where a simulated day makes minutes short; ten times as much for the days to come."""
GIVEN_UP = timedelta(hours=12)
"""After the last that is known of it nobody expects anything of a flight that the feed leaves as it was."""
REINSTATED_UNTIL = timedelta(hours=3)
"""After its time a cancelled flight will not fly any more."""
AT_ONCE = 1_000
"""Segments that are matched before others get their turn."""

Tickets = dict[tuple[str, date], tuple[Segment, int]]
"""By number and date: a segment, with a route where any has one, and how many fly it."""


@dataclass(frozen=True, slots=True)
class _Booked:
    """What is booked of these days."""

    flights: Mapping[str, int]
    """Travellers of each flight that the feed has shown; of one that became another, with that."""
    tickets: Tickets
    """Segments that the feed has not shown."""


@dataclass(slots=True)
class _Known:
    """What is kept between two looks."""

    booked: _Booked = field(default_factory=lambda: _Booked({}, {}))
    past: Sequence[Watched] = ()
    later: Sequence[Watched] = ()
    told: set[str] = field(default_factory=set)
    seen_at: dict[str, datetime] = field(default_factory=dict)
    states: dict[str, FlightState] = field(default_factory=dict)


class WatchList:
    """Joins them, tick after tick. The bookings are read once a minute, flights that are over not again."""

    def __init__(
        self,
        *,
        bookings: Bookings,
        flights: FlightStore,
        archive: Archive,
        ledger: Ledger,
        audience: Audience,
        zone_of: Callable[[str], str | None],
        clock: Clock,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`zone_of` names the zone of an airport; `ticks` gives real seconds."""
        self._bookings = bookings
        self._flights = flights
        self._archive = archive
        self._ledger = ledger
        self._audience = audience
        self._zone_of = zone_of
        self._clock = clock
        self._ticks = ticks
        self._known = _Known()
        self._looking = asyncio.Lock()
        self._pause = max(clock.real(ASKED_AGAIN), LEAST_PAUSE).total_seconds()
        self._near_at = self._later_at = -float("inf")

    async def __call__(self) -> list[Watched]:
        """Give all that is watched now, was in the past weeks, or will be until the month ends."""
        async with self._looking:  # the poller and the look at freshness may ask at once
            return await self._look()

    async def _look(self) -> list[Watched]:
        now, ticks = self._clock.now(), self._ticks()
        if ticks - self._near_at >= self._pause:
            await self._read_bookings(now)
            self._near_at = ticks
        if ticks - self._later_at >= 10 * self._pause:
            self._known.later = await self._later(now)
            self._known.past = await self._past(now)
            self._later_at = ticks
        await self._read_states(now)
        return [*self._shown(now), *self._not_shown(now), *self._known.later, *self._known.past]

    def saw(self, records: Sequence[FlightRecord]) -> None:
        """Remember what a run has brought of booked flights: the archive has it a moment later."""
        booked = self._known.booked.flights
        self._known.seen_at |= {
            record.flight: record.polled_at for record in records if record.flight in booked
        }

    async def _read_bookings(self, now: datetime) -> None:
        flown = await self._bookings.flown_by((now - LOOK_BACK).date(), (now + LOOK_AHEAD).date())
        known = self._known
        known.booked = booked = await self._join(flown)
        flights = list(booked.flights)
        shown = await self._archive.seen_at(flights)
        polled = {flight: seen for flight, seen in known.seen_at.items() if flight in booked.flights}
        known.seen_at = shown | {
            flight: max(seen, shown.get(flight, seen)) for flight, seen in polled.items()
        }
        known.told = await self._ledger.told_of(flights)
        known.states = {flight: known.states[flight] for flight in flights if flight in known.states}

    async def _join(self, flown: Sequence[tuple[Segment, int]]) -> _Booked:
        named = await self._flights.of_numbers({_number(segment) for segment, _ in flown})
        travellers: Counter[str] = Counter()
        tickets: Tickets = {}
        async for segment, people in in_turns(flown, AT_ONCE):
            candidates = named.get(_number(segment), ())
            means, flights = match(segment, candidates)
            # Whoever is booked on one of several hears nothing until staff know which; it is watched even so.
            for flight in candidates if means is Match.AMBIGUOUS else flights:
                travellers[flight] += people
            if means is Match.NOT_YET:
                _add(tickets, segment, people)
        moves = await self._audience.moves(travellers)
        followed: Counter[str] = Counter()
        for flight, people in travellers.items():
            followed[(flight, *became(flight, moves))[-1]] += people
        return _Booked(followed, tickets)

    async def _later(self, now: datetime) -> list[Watched]:
        since = (now + LOOK_AHEAD).date() + timedelta(days=1)
        until = (month_end(now) - timedelta(days=1)).date()
        return await self._booked_between(since, until) if since <= until else []

    async def _past(self, now: datetime) -> list[Watched]:
        """Give what was booked in the weeks before: it tells the planner how many flights a day has."""
        until = (now - LOOK_BACK).date() - timedelta(days=1)
        booked = await self._booked_between((now - PAST).date(), until)
        return [replace(each, outlook=Outlook.OVER) for each in booked]

    async def _booked_between(self, since: date, until: date) -> list[Watched]:
        """Give the flights of these days by their tickets alone, each once however these are written."""
        tickets: Tickets = {}
        async for segment, people in in_turns(await self._bookings.flown_by(since, until), AT_ONCE):
            _add(tickets, segment, people)
        return [self._expected(*each) for each in tickets.values()]

    async def _read_states(self, now: datetime) -> None:
        """Read each flight anew that may still change."""
        known = self._known
        over = {flight for flight, state in known.states.items() if outlook(state, now) is Outlook.OVER}
        wanted = sorted(known.booked.flights.keys() - over)
        known.states |= await self._flights.known_states(wanted) if wanted else {}

    def _shown(self, now: datetime) -> list[Watched]:
        known = self._known
        return [
            _watched(
                known.states[flight],
                people,
                now,
                told=flight in known.told,
                seen_at=known.seen_at.get(flight),
            )
            for flight, people in known.booked.flights.items()
            if flight in known.states
        ]

    def _not_shown(self, now: datetime) -> list[Watched]:
        tickets = self._known.booked.tickets.values()
        return [
            self._expected(segment, people)
            for segment, people in tickets
            if now < leaves_by(segment, self._zone(segment)) + GIVEN_UP
        ]

    def _zone(self, segment: Segment) -> str | None:
        return self._zone_of(segment.departure) if segment.departure else None

    def _expected(self, segment: Segment, people: int) -> Watched:
        leaves = segment.ticketed or datetime.combine(segment.flight_date, time.min)
        return Watched(
            designator=segment.designator,
            flight_date=segment.flight_date,
            departure=segment.departure,
            arrival=segment.arrival,
            travellers=people,
            leaves_at=at_earliest(to_utc(leaves, self._zone(segment))),
            leaves_by=None if segment.ticketed else leaves_by(segment, self._zone(segment)),
            arrives_at=None,
            outlook=Outlook.EXPECTED,
        )


def outlook(state: FlightState, now: datetime) -> Outlook:
    """Tell what may still become of a flight."""
    leaves, arrives = at_latest(state.departure.expected), at_latest(state.arrival.expected)
    if state.landed or now > max(leaves, arrives) + GIVEN_UP:
        return Outlook.OVER
    if state.disruption is Status.CANCELLED:
        return Outlook.OVER if now > leaves + REINSTATED_UNTIL else Outlook.CANCELLED
    # A single row that says so may be wrong: before its time a flight has left by its runway time alone.
    return Outlook.AIRBORNE if state.departed or (state.has_left and now >= leaves) else Outlook.WAITING


def _watched(
    state: FlightState, people: int, now: datetime, *, told: bool, seen_at: datetime | None
) -> Watched:
    name = FlightId.parse(state.flight)
    return Watched(
        designator=name.designator,
        flight_date=name.date,
        departure=name.departure,
        arrival=name.arrival,
        travellers=people,
        leaves_at=at_earliest(state.departure.expected).astimezone(UTC),
        arrives_at=at_latest(state.arrival.expected).astimezone(UTC),
        outlook=outlook(state, now),
        flight=state.flight,
        shown_as=state.marketed_as if state.operating_row_missing == OPERATING_ROW_MISSING else (),
        told=told,
        seen_at=max(seen_at, state.seen_at) if seen_at else state.seen_at,
        unconfirmed_since=None if state.disruption_confirmed else state.disruption_at,
    )


def _add(tickets: Tickets, segment: Segment, people: int) -> None:
    key = segment.designator, segment.flight_date
    other, others = tickets.get(key, (segment, 0))
    tickets[key] = (other if other.departure else segment), others + people


def _number(segment: Segment) -> tuple[str, str]:
    return segment.designator, segment.flight_date.isoformat()
