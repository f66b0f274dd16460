"""Who is concerned by a flight, and which flights concern a booking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.alerting import UNCONFIRMED_PATIENCE, Current
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
    """One person and one flight that they are on.

    `moved_from` is the flight they were booked on, where it was retimed over midnight and is this one now.
    """

    booking: Booking
    segment: Segment
    state: FlightState
    moved_from: FlightState | None = None

    def current(self, moved: Moved = NOT_MOVED, patience: timedelta = UNCONFIRMED_PATIENCE) -> Current:
        """Give the flight as it stands for this person."""
        return Current(
            state=self.state,
            base=self._base(),
            gate_from=moved.gate_from,
            terminal_from=moved.terminal_from,
            patience=patience,
            zone=self.state.departure.zone,
        )

    def _base(self) -> datetime:
        """A ticketed time is what the person was promised; else what we saw first."""
        booked = self.moved_from or self.state
        if self.segment.ticketed is None or self.segment.departure not in (None, booked.departure.airport):
            return booked.departure.base
        return to_utc(self.segment.ticketed, self.state.departure.zone)


class Audience:
    """Joins bookings and flights."""

    def __init__(self, flights: FlightStore, bookings: Bookings) -> None:
        self._flights = flights
        self._bookings = bookings

    async def of_flights(
        self, flights: Sequence[str], status: SegmentStatus = SegmentStatus.CONFIRMED
    ) -> list[Case]:
        """Give everyone on these flights as they stand now, under the operating or any marketing number.

        A flight that was another one yesterday has the travellers of both.
        """
        moves = await self._flights.moves_of(flights)
        states = await self._flights.known_states(sorted({*flights, *(old for old, _ in moves)}))
        numbers = {number for state in states.values() for number in _numbers(state)}
        bookings = await self._bookings.on(numbers)
        cases = await self._cases(bookings, states, moves, status)
        return [case for case in cases if case.state.flight in flights]

    async def of_bookings(self, bookings: Sequence[Booking]) -> list[Case]:
        """Give the flights of these bookings that the feed has."""
        matches = await self.matches(bookings)
        booked = sorted({flight for _, _, found in matches for flight in found})
        moves = await self._flights.moves_of(booked) if booked else []
        states = await self._flights.known_states(sorted({*booked, *(new for _, new in moves)}))
        return await self._cases(bookings, states, moves, SegmentStatus.CONFIRMED)

    async def matches(self, bookings: Sequence[Booking]) -> list[tuple[Segment, Match, tuple[str, ...]]]:
        """Tell of each segment what the feed knows."""
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        return [
            (segment, *match(segment, flights.get(_number(segment), ())))
            for booking in bookings
            for segment in booking.segments
        ]

    async def _cases(
        self,
        bookings: Sequence[Booking],
        states: Mapping[str, FlightState],
        moves: Sequence[tuple[str, str]],
        status: SegmentStatus,
    ) -> list[Case]:
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        became = dict(moves)
        booked: dict[tuple[str, str], Case] = {}
        followed: dict[tuple[str, str], Case] = {}
        for booking in bookings:
            for segment in booking.segments:
                if segment.status is not status:
                    continue
                for flight in match(segment, flights.get(_number(segment), ()))[1]:
                    if (old := states.get(flight)) is None:
                        continue
                    booked.setdefault((booking.id, flight), Case(booking, segment, old))
                    if (new := states.get(became.get(flight, ""))) is not None:
                        key = booking.id, new.flight
                        followed.setdefault(key, Case(booking, segment, new, moved_from=old))
        return list((followed | booked).values())


def _numbers(state: FlightState) -> set[Number]:
    name = FlightId.parse(state.flight)
    return {(designator, name.date.isoformat()) for designator in (name.designator, *state.marketed_as)}


def _numbers_of(bookings: Iterable[Booking]) -> set[Number]:
    return {_number(segment) for booking in bookings for segment in booking.segments}


def _number(segment: Segment) -> Number:
    return segment.designator, segment.flight_date.isoformat()
