"""A flight -> the bookings of those who are, or were, on it: all whom anything about it may name."""

from collections.abc import Iterable

from flightagents.domain.bookings import Booking
from flightagents.domain.flight import FlightId
from flightagents.ports import Bookings, FlightStore


class FlightPeople:
    """Asks for the bookings of a flight's numbers, whatever their number is altogether."""

    def __init__(self, flights: FlightStore, bookings: Bookings) -> None:
        self._flights = flights
        self._bookings = bookings

    async def __call__(self, flight: str, also: Iterable[str] = ()) -> dict[str, Booking]:
        """Give the bookings by id, and those of the ids in `also`.

        A flight that was retimed over midnight is told to the travellers of the other date too. Whoever is on
        no flight of these numbers any more, not even as rebooked, is found by id alone.
        """
        moves = await self._flights.moves_of([flight])
        story = sorted({flight, *(each for move in moves for each in move)})
        states = await self._flights.known_states(story)
        numbers: set[tuple[str, str]] = set()
        for each in story:
            name = FlightId.parse(each)
            sold_as = states[each].marketed_as if each in states else ()
            numbers |= {(number, name.date.isoformat()) for number in (name.designator, *sold_as)}
        found = {booking.id: booking for booking in await self._bookings.on(numbers)}
        missing = sorted(set(also) - set(found))
        return found | (await self._bookings.get(missing) if missing else {})
