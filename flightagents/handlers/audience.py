"""Who is concerned by a flight, and which flights concern a booking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flightagents.domain.alerting import Current
from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus, match
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.times import to_utc
from flightagents.ports import Bookings, FlightStore

Number = tuple[str, str]


class Moved(NamedTuple):
    """Where a flight left from before its gate or terminal was changed just now."""

    gate_from: str | None = None
    terminal_from: str | None = None


NOT_MOVED = Moved()


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one flight that they are on."""

    booking: Booking
    segment: Segment
    state: FlightState

    def current(self, moved: Moved = NOT_MOVED) -> Current:
        """Give the flight as it stands for this person."""
        return Current(
            state=self.state,
            base=_base(self.segment, self.state),
            gate_from=moved.gate_from,
            terminal_from=moved.terminal_from,
        )


def _base(segment: Segment, state: FlightState) -> datetime:
    """A ticketed time is what the person was promised; else what we saw first."""
    if segment.ticketed is None or segment.departure not in (None, state.departure.airport):
        return state.departure.base
    return to_utc(segment.ticketed, state.departure.zone)


class Audience:
    """Joins bookings and flights."""

    def __init__(self, flights: FlightStore, bookings: Bookings) -> None:
        self._flights = flights
        self._bookings = bookings

    async def of_flights(self, flights: Sequence[str]) -> list[Case]:
        """Give everyone on these flights as they stand now, under the operating or any marketing number."""
        states = await self._flights.known_states(flights)
        numbers = {number for state in states.values() for number in _numbers(state)}
        return await self._cases(await self._bookings.on(numbers), states)

    async def of_bookings(self, bookings: Sequence[Booking]) -> list[Case]:
        """Give the flights of these bookings that the feed has."""
        matches = await self.matches(bookings)
        wanted = {flight for _, _, found in matches for flight in found}
        states = await self._flights.known_states(sorted(wanted))
        return await self._cases(bookings, states)

    async def matches(self, bookings: Sequence[Booking]) -> list[tuple[Segment, Match, tuple[str, ...]]]:
        """Tell of each segment what the feed knows."""
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        return [
            (segment, *match(segment, flights.get(_number(segment), ())))
            for booking in bookings
            for segment in booking.segments
        ]

    async def _cases(self, bookings: Sequence[Booking], states: Mapping[str, FlightState]) -> list[Case]:
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        cases: dict[tuple[str, str], Case] = {}
        for booking in bookings:
            for segment in booking.segments:
                if segment.status is SegmentStatus.CONFIRMED:
                    for flight in match(segment, flights.get(_number(segment), ()))[1]:
                        if flight in states:
                            cases.setdefault((booking.id, flight), Case(booking, segment, states[flight]))
        return list(cases.values())


def _numbers(state: FlightState) -> set[Number]:
    name = FlightId.parse(state.flight)
    return {(designator, name.date.isoformat()) for designator in (name.designator, *state.marketed_as)}


def _numbers_of(bookings: Iterable[Booking]) -> set[Number]:
    return {_number(segment) for booking in bookings for segment in booking.segments}


def _number(segment: Segment) -> Number:
    return segment.designator, segment.flight_date.isoformat()
