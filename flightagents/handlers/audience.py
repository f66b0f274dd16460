"""Who is concerned by a flight, and which flights concern a booking."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus, match
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.moves import Runs
from flightagents.domain.reasons import Reason
from flightagents.domain.stories import Move, became, speaking
from flightagents.handlers.cases import Case, as_one_person
from flightagents.handlers.turns import in_turns
from flightagents.ports import Archive, Bookings, FlightStore

Number = tuple[str, str]
"""A designator and a local date."""
States = Mapping[str, FlightState]
Named = Mapping[Number, Sequence[str]]
"""The flights of each number and date."""

_DAY = timedelta(days=1)
_AROUND = timedelta(days=2)
"""A flight that moved over midnight, perhaps twice, is one of another date."""
AT_ONCE = 200
"""Bookings that are matched before others get their turn: 10 ms."""
_ON_THEM = (None, Reason.MOVED)
"""Why travellers of a flight may hear nothing of it, and still are its travellers."""


class Audience:
    """Joins bookings and flights. `zone_of` names the zone of an airport."""

    def __init__(
        self,
        flights: FlightStore,
        bookings: Bookings,
        archive: Archive,
        zone_of: Callable[[str], str | None],
    ) -> None:
        self._flights = flights
        self._bookings = bookings
        self._archive = archive
        self._zone_of = zone_of

    async def of_flights(self, flights: Sequence[str], *, whole: bool = False) -> list[Case]:
        """Give everyone on these flights as they stand now, under the operating or any marketing number.

        A flight that was another one yesterday has the travellers of both, and so has the other one. `whole`:
        with the other flights that theirs has been, and with those who are left to staff.
        """
        moves = await self.moves(flights)
        wanted = {*flights, *(flight for move in moves for flight in move)}
        states = await self._flights.known_states(sorted(wanted))
        numbers = {number for state in states.values() for number in _numbers(state)}
        bookings = await self._bookings.on(numbers)
        cases = await self._cases(bookings, states, moves)
        if whole:
            return [case for case in cases if not set(flights).isdisjoint(case.flights)]
        return [case for case in cases if case.state.flight in flights and case.aside in _ON_THEM]

    async def of_bookings(self, bookings: Sequence[Booking], *, whole: bool = False) -> list[Case]:
        """Give the flights of these bookings that the feed has.

        `whole`: with those left to staff, and knowing of the person's other bookings, as decisions need it.
        """
        ids = {booking.id for booking in bookings}
        if whole:
            bookings = await self._with_others(bookings)
        named = await self._flights.of_numbers(_numbers_of(bookings))
        booked = sorted({flight for flights in named.values() for flight in flights})
        moves = await self.moves(booked)
        states = await self._flights.known_states(sorted({*booked, *(new for _, new in moves)}))
        cases = await self._cases(bookings, states, moves)
        return [case for case in cases if case.booking.id in ids and (whole or case.aside in _ON_THEM)]

    async def _with_others(self, bookings: Sequence[Booking]) -> list[Booking]:
        """Add the bookings of these days that share an address with them, and so on."""
        found = {booking.id: booking for booking in bookings}
        days = [segment.flight_date for booking in bookings for segment in booking.segments]
        asked: set[str] = set()
        while days and (new := {each for one in found.values() for each in one.addresses} - asked):
            asked |= new
            others = await self._bookings.at(sorted(new), (min(days) - _AROUND, max(days) + _AROUND))
            found = {each.id: each for each in others} | found
        return list(found.values())

    async def matches(
        self, bookings: Sequence[Booking], now: datetime | None = None
    ) -> list[tuple[Segment, Match, tuple[str, ...]]]:
        """Tell of each segment what the feed knows; by `now`, which of those it lacks will not come."""
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        found: list[tuple[Segment, Match, tuple[str, ...]]] = []
        for segment in (each for booking in bookings for each in booking.segments):
            known, theirs = match(segment, flights.get(_number(segment), ()))
            if known is Match.NOT_YET and now is not None and segment.is_past(now):
                known = Match.PAST
            found.append((segment, known, theirs))
        return found

    async def moves(self, flights: Iterable[str]) -> list[Move]:
        """Follow every move from and to these flights; without any it is one query."""
        moves: dict[Move, None] = {}
        known = asked = set(flights)
        while asked:
            found = await self._flights.moves_of(sorted(asked))
            moves |= dict.fromkeys(found)
            asked = {flight for move in found for flight in move} - known
            known = known | asked
        return list(moves)

    async def _cases(self, bookings: Sequence[Booking], states: States, moves: Sequence[Move]) -> list[Case]:
        named = await self._flights.of_numbers(_numbers_of(bookings))
        moved = sorted({each for move in moves for each in move})
        runs = await self._archive.runs_of(moved) if moves else {}
        whole = await self._archive.whole_runs_of(moved) if moves else {}
        cases: dict[tuple[str, str], Case] = {}
        async for booking in in_turns(bookings, AT_ONCE):
            for segment in booking.segments:
                for case in self._of_segment(booking, segment, named, states):
                    for each in _followed(case, states, moves, runs, whole):
                        key = booking.id, each.state.flight
                        # Of two segments that mean a flight, the one that its traveller hears of it by.
                        if key not in cases or (cases[key].aside is not None and each.aside is None):
                            cases[key] = each
        theirs = [_without_predecessors(case) for case in cases.values()]
        return as_one_person(await self._leaving_next(theirs, named, states))

    def _of_segment(self, booking: Booking, segment: Segment, named: Named, states: States) -> Iterable[Case]:
        found, flights = match(segment, named.get(_number(segment), ()))
        aside = None
        if segment.status is SegmentStatus.REBOOKED:
            aside = Reason.REBOOKED
        elif segment.status is not SegmentStatus.CONFIRMED:
            return
        elif found is Match.AMBIGUOUS:
            aside, flights = Reason.AMBIGUOUS, tuple(named.get(_number(segment), ()))
        for flight in flights:
            if flight in states:
                yield Case(booking=booking, segment=segment, state=states[flight], aside=aside)

    async def _leaving_next(self, cases: Sequence[Case], named: Named, states: States) -> list[Case]:
        """Note where people leave from next: there it is night for them, or not."""
        earlier: dict[int, list[Segment]] = defaultdict(list)
        async for case in in_turns(cases, AT_ONCE):
            for segment in sorted(case.booking.segments, key=lambda each: each.flight_date):
                days = case.segment.flight_date - segment.flight_date
                if segment.status is SegmentStatus.CONFIRMED and timedelta() <= days <= _DAY:
                    earlier[id(case)].append(segment)
        flights = {
            flight
            for segments in earlier.values()
            if len(segments) > 1
            for segment in segments
            for flight in match(segment, named.get(_number(segment), ()))[1]
        }
        unknown = sorted(flights - states.keys())
        known = {**states, **(await self._flights.known_states(unknown) if unknown else {})}
        return [
            self._with_next(case, earlier[id(case)], named, known) async for case in in_turns(cases, AT_ONCE)
        ]

    def _with_next(self, case: Case, segments: Sequence[Segment], named: Named, states: States) -> Case:
        for segment in segments:
            if segment is case.segment:
                return case
            flights = match(segment, named.get(_number(segment), ()))[1]
            theirs = [states[flight] for flight in flights if flight in states]
            today = segment.flight_date == case.segment.flight_date
            if any(state.departed or state.landed for state in theirs) or not (theirs or today):
                continue
            zone = theirs[0].departure.zone if theirs else self._zone_of(segment.departure or "")
            return replace(case, leaves_next_from=zone)
        return case


def _followed(case: Case, states: States, moves: Sequence[Move], runs: Runs, whole: Runs) -> list[Case]:
    """Give the case, and one for each flight that theirs became; one of them counts."""
    later = tuple(flight for flight in became(case.state.flight, moves) if flight in states)
    if not later or case.aside is Reason.REBOOKED:
        return [case]
    story = (case.state.flight, *later)
    counts = speaking([states[flight] for flight in story], runs, whole).flight
    return [
        replace(
            case,
            state=states[flight],
            moved_from=case.state if flight != case.state.flight else None,
            story=story,
            aside=case.aside if flight == counts else Reason.MOVED,
        )
        for flight in story
    ]


def _without_predecessors(case: Case) -> Case:
    """Whoever was on the flight that had this identity before has left with it."""
    gone = case.aside is None and case.state.left_without(case.own_base)
    return replace(case, aside=Reason.DEPARTED) if gone else case


def _numbers(state: FlightState) -> set[Number]:
    name = FlightId.parse(state.flight)
    return {(designator, name.date.isoformat()) for designator in (name.designator, *state.marketed_as)}


def _numbers_of(bookings: Iterable[Booking]) -> set[Number]:
    return {_number(segment) for booking in bookings for segment in booking.segments}


def _number(segment: Segment) -> Number:
    return segment.designator, segment.flight_date.isoformat()
