"""Who is concerned by a flight, and which flights concern a booking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.alerting import UNCONFIRMED_PATIENCE, Current, Reason
from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus, match
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.times import to_local, to_utc
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
            return self._comparable(booked.departure.base, booked.departure.zone)
        return to_utc(self.segment.ticketed, self.state.departure.zone)

    def _comparable(self, base: datetime, zone: str | None) -> datetime:
        """A flight and the one that it became may differ in whether their airport's zone is known."""
        here = self.state.departure.zone
        if here is None:
            return to_local(base, zone)
        return base if base.tzinfo is not None else to_utc(base, here)


class Audience:
    """Joins bookings and flights."""

    def __init__(self, flights: FlightStore, bookings: Bookings) -> None:
        self._flights = flights
        self._bookings = bookings

    async def of_flights(self, flights: Sequence[str]) -> list[Case]:
        """Give everyone on these flights as they stand now, under the operating or any marketing number.

        A flight that was another one yesterday has the travellers of both.
        """
        moves = await self._flights.moves_of(flights)
        states = await self._flights.known_states(sorted({*flights, *(old for old, _ in moves)}))
        numbers = {number for state in states.values() for number in _numbers(state)}
        bookings = await self._bookings.on(numbers)
        cases = await self._cases(bookings, states, moves)
        return [case for case in cases if case.state.flight in flights]

    async def of_bookings(self, bookings: Sequence[Booking]) -> list[Case]:
        """Give the flights of these bookings that the feed has."""
        matches = await self.matches(bookings)
        booked = sorted({flight for _, _, found in matches for flight in found})
        moves = await self._flights.moves_of(booked) if booked else []
        states = await self._flights.known_states(sorted({*booked, *(new for _, new in moves)}))
        return await self._cases(bookings, states, moves)

    async def left_to_staff(self, flights: Sequence[str]) -> list[tuple[Booking, FlightState, Reason]]:
        """Give who is, or may be, on these flights and hears nothing of them, and why."""
        states = await self._flights.known_states(flights)
        numbers = {number: state for state in states.values() for number in _numbers(state)}
        bookings = await self._bookings.on(numbers)
        named = await self._flights.of_numbers(_numbers_of(bookings))
        aside = []
        for booking in bookings:
            for segment in booking.segments:
                state = numbers.get(_number(segment))
                if state is None:
                    continue
                found, means = match(segment, named.get(_number(segment), ()))
                if segment.status is SegmentStatus.REBOOKED and state.flight in means:
                    aside.append((booking, state, Reason.REBOOKED))
                elif segment.status is SegmentStatus.CONFIRMED and found is Match.AMBIGUOUS:
                    aside.append((booking, state, Reason.AMBIGUOUS))
        return aside

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
    ) -> list[Case]:
        flights = await self._flights.of_numbers(_numbers_of(bookings))
        became = dict(moves)
        booked: dict[tuple[str, str], Case] = {}
        followed: dict[tuple[str, str], Case] = {}
        for booking in bookings:
            for segment in booking.segments:
                if segment.status is not SegmentStatus.CONFIRMED:
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
