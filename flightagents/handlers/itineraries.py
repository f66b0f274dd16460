"""The connections of bookings, with all that is needed to judge and to tell them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus
from flightagents.domain.connections import MinimumTimes, Standing, is_short, standing_of
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.journeys import Connection, Leg, connections
from flightagents.handlers.audience import Audience, Case
from flightagents.handlers.in_the_air import InTheAir


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One person and one connection of theirs; `case` is the flight that brings them to it."""

    case: Case
    connection: Connection
    minimum: timedelta

    @property
    def booking(self) -> Booking:
        """Whose it is."""
        return self.case.booking

    @property
    def id(self) -> str:
        """Name it: the flight that they booked there, and the onward number and date of their ticket."""
        return f"{self.flights[0]}|{self.connection.to.designator}|{self.connection.to.flight_date}"

    @property
    def flights(self) -> tuple[str, ...]:
        """Give the flight that brings them to it; first the one that it was before a retime over midnight."""
        moved = self.case.moved_from
        return (moved.flight, self.case.state.flight) if moved else (self.case.state.flight,)

    @property
    def between(self) -> tuple[str, str]:
        """Give both flights; the onward one by its ticket while the feed does not have it."""
        connection = self.connection
        ticketed = f"{connection.to.designator}|{connection.to.flight_date}"
        return self.case.state.flight, connection.onward.flight if connection.onward else ticketed

    @property
    def onward_numbers(self) -> set[str]:
        """Give every number of the onward flight: another booking of the same person may name another."""
        onward = self.connection.onward
        known = (FlightId.parse(onward.flight).designator, *onward.marketed_as) if onward else ()
        return {self.connection.to.designator, *known}

    @property
    def is_short(self) -> bool:
        """Tell whether its times alone put it at risk."""
        return is_short(self.connection, self.minimum)

    def standing(self, now: datetime) -> Standing:
        """Tell how it stands."""
        return standing_of(self.connection, self.minimum, now)


class Itineraries:
    """Finds connections. `country` tells where an airport lies."""

    def __init__(
        self,
        audience: Audience,
        in_the_air: InTheAir,
        minimums: MinimumTimes,
        country: Callable[[str], str | None],
    ) -> None:
        self._audience = audience
        self._in_the_air = in_the_air
        self._minimums = minimums
        self._country = country

    async def of(self, bookings: Sequence[Booking]) -> list[Change]:
        """Give the connections of these bookings; without any query where nobody has two flights."""
        several = [booking for booking in bookings if len(_confirmed(booking)) > 1]
        if not several:
            return []
        cases = await self._in_the_air(await self._audience.of_bookings(several))
        unseen = {
            segment for segment, found, _ in await self._audience.matches(several) if found is Match.NOT_YET
        }
        theirs: dict[str, list[Case]] = {booking.id: [] for booking in several}
        for case in cases:
            theirs[case.booking.id].append(case)
        return [each for booking in several for each in self._of(booking, theirs[booking.id], unseen)]

    def _of(self, booking: Booking, cases: Sequence[Case], unseen: set[Segment]) -> list[Change]:
        moved = {case.moved_from.flight for case in cases if case.moved_from is not None}
        flown = {case.state.flight: case for case in cases if case.state.flight not in moved}
        legs = [_leg(case) for case in flown.values()]
        legs += [leg for each in _confirmed(booking) if each in unseen and (leg := _ticketed(each))]
        return [
            Change(
                case=flown[connection.inbound.flight],
                connection=connection,
                minimum=self._minimums.of(connection, protected=booking.protected, country=self._country),
            )
            for connection in connections(legs)
        ]


def _confirmed(booking: Booking) -> list[Segment]:
    return [segment for segment in booking.segments if segment.status is SegmentStatus.CONFIRMED]


def _leg(case: Case) -> Leg:
    """Whoever has a ticketed time was promised an arrival that lies as far from it as the feed's schedule."""
    booked: FlightState = case.moved_from or case.state
    leaves = case.current().base
    return Leg(
        designator=case.segment.designator,
        flight_date=case.segment.flight_date,
        departure=case.state.departure.airport,
        arrival=case.state.arrival.airport,
        leaves=leaves,
        arrives=booked.arrival.base + (leaves - booked.departure.base),
        state=case.state,
    )


def _ticketed(segment: Segment) -> Leg | None:
    """Without a route nobody knows where it leaves from, and without a time not when."""
    if segment.departure is None or segment.arrival is None or segment.ticketed is None:
        return None
    return Leg(
        designator=segment.designator,
        flight_date=segment.flight_date,
        departure=segment.departure,
        arrival=segment.arrival,
        leaves=segment.ticketed,
    )
