"""Empties the notes on flights that name somebody who is forgotten: staff write there whatever they like."""

from collections.abc import Sequence

from flightagents.domain.bookings import Booking, is_named
from flightagents.ports import FlightStore, Handlings


class ForgetNotes:
    """A note that names others too is emptied all the same."""

    def __init__(self, flights: FlightStore, handlings: Handlings) -> None:
        self._flights = flights
        self._handlings = handlings

    async def __call__(self, bookings: Sequence[Booking]) -> None:
        """Look at the notes on every flight of the numbers of these bookings, also what it was or became."""
        numbers = {
            (each.designator, each.flight_date.isoformat()) for one in bookings for each in one.segments
        }
        named = await self._flights.of_numbers(numbers)
        booked = sorted({flight for flights in named.values() for flight in flights})
        moves = await self._flights.moves_of(booked)
        known = await self._handlings.get(sorted({*booked, *(each for move in moves for each in move)}))
        for flight, handling in known.items():
            about = {
                note.text for note in handling.notes if any(is_named(each, note.text) for each in bookings)
            }
            if about:
                await self._handlings.empty_notes(flight, sorted(about))
