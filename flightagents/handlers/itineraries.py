"""The connections of people, with all that is needed to judge and to tell them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus, is_same_person
from flightagents.domain.connections import MinimumTimes, Standing, is_short, standing_of
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.journeys import Connection, Leg, connections, first_onward
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case
from flightagents.handlers.in_the_air import InTheAir
from flightagents.ports import Bookings

_APART = timedelta(days=2)
"""Between the local dates of two flights that connect: a stay of a day, and a night in the air."""
_MOST_BOOKINGS = 30
"""Of one person in these days. An address that more of them have is an office's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One person and one connection of theirs; `case` is the flight that brings them to it."""

    case: Case
    connection: Connection
    minimum: timedelta
    protected: bool | None
    """One ticket; two bookings are two. None: unknown."""

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
        """Give every flight that the one which brings them to it has been, the one that they booked first."""
        return self.case.flights

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


@dataclass(frozen=True, slots=True)
class _Journey:
    """The flights of one booking, and the connections among them."""

    booking: Booking
    flown: Mapping[str, Case]
    legs: Sequence[Leg]
    connections: Sequence[Connection]

    @property
    def ends(self) -> list[Leg]:
        """Give the flights after which it knows no other."""
        return [leg for leg in self.legs if all(leg is not each.from_ for each in self.connections)]

    @property
    def starts(self) -> list[Leg]:
        """Give the flights before which it knows no other."""
        return [leg for leg in self.legs if all(leg is not each.to for each in self.connections)]


class Itineraries:
    """Finds connections. `country` tells where an airport lies."""

    def __init__(
        self,
        bookings: Bookings,
        audience: Audience,
        in_the_air: InTheAir,
        minimums: MinimumTimes,
        country: Callable[[str], str | None],
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._in_the_air = in_the_air
        self._minimums = minimums
        self._country = country

    async def of(self, bookings: Sequence[Booking]) -> list[Change]:
        """Give the connections of these bookings, and those between them and others of the same people.

        Separate tickets are mostly separate bookings. One query finds those others, and where nobody has two
        flights there is no other.
        """
        others = await self._others_of(bookings)
        several = {
            each.id: each
            for booking in bookings
            for each in (booking, *others[booking.id])
            if others[booking.id] or len(_confirmed(booking)) > 1
        }
        if not several:
            return []
        journeys = await self._journeys(list(several.values()))
        changes: list[Change] = []
        for booking in bookings:
            if (mine := journeys.get(booking.id)) is not None:
                changes += self._within(mine)
                changes += self._between(mine, [journeys[each.id] for each in others[booking.id]])
        return changes

    async def _others_of(self, bookings: Sequence[Booking]) -> dict[str, list[Booking]]:
        """Give, by id, what else the person of each booking flies around these days."""
        addresses = sorted({address for each in bookings for address in each.addresses})
        flown = [segment.flight_date for each in bookings for segment in _confirmed(each)]
        around = (min(flown) - _APART, max(flown) + _APART) if flown else None
        theirs = await self._bookings.at(addresses, around) if addresses and around else []
        stored = {each.id: each for each in theirs}
        at: dict[str, list[Booking]] = defaultdict(list)
        for each in (stored | {each.id: each for each in bookings}).values():  # a preview's are not stored
            for address in each.addresses:
                at[address].append(each)
        others: dict[str, list[Booking]] = {}
        for booking in bookings:
            found = {each.id: each for address in booking.addresses for each in at[address]}
            near = [each for each in found.values() if each.id != booking.id and _may_join(booking, each)]
            theirs = near if len(near) < _MOST_BOOKINGS else []
            others[booking.id] = [each for each in theirs if is_same_person(booking, each)]
        return others

    async def _journeys(self, bookings: Sequence[Booking]) -> dict[str, _Journey]:
        cases = await self._in_the_air(await self._audience.of_bookings(bookings))
        unseen = {
            segment for segment, found, _ in await self._audience.matches(bookings) if found is Match.NOT_YET
        }
        theirs: dict[str, list[Case]] = {booking.id: [] for booking in bookings}
        for case in cases:
            theirs[case.booking.id].append(case)
        return {booking.id: _journey(booking, theirs[booking.id], unseen) for booking in bookings}

    def _within(self, journey: _Journey) -> list[Change]:
        protected = journey.booking.protected
        return [self._change(journey, each, protected=protected) for each in journey.connections]

    def _between(self, mine: _Journey, others: Sequence[_Journey]) -> list[Change]:
        """Give the connections to and from other bookings; each ticket knows nothing of the other."""
        onwards = [leg for other in others for leg in other.starts]
        ways = [(mine, leg, onwards) for leg in mine.ends]
        ways += [(other, leg, mine.starts) for other in others for leg in other.ends]
        return [
            self._change(journey, connection, protected=False)
            for journey, leg, legs in ways
            if (connection := first_onward(leg, legs, may_overlap=False)) is not None
        ]

    def _change(self, journey: _Journey, connection: Connection, *, protected: bool | None) -> Change:
        return Change(
            case=journey.flown[connection.inbound.flight],
            connection=connection,
            minimum=self._minimums.of(connection, protected=protected, country=self._country),
            protected=protected,
        )


def _journey(booking: Booking, cases: Sequence[Case], unseen: set[Segment]) -> _Journey:
    flown = {case.state.flight: case for case in cases if case.aside is None}
    legs = [_leg(case) for case in flown.values()]
    legs += [leg for each in _confirmed(booking) if each in unseen and (leg := _ticketed(each))]
    return _Journey(booking, flown, legs, connections(legs))


def _may_join(booking: Booking, other: Booking) -> bool:
    """Tell whether any of their flights are close enough to connect."""
    days = [each.flight_date for each in _confirmed(other)]
    return any(abs(each.flight_date - day) <= _APART for each in _confirmed(booking) for day in days)


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
