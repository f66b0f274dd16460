"""What opens the file of a flight, for pages and for exports."""

from flightagents.airports import place
from flightagents.handlers.flight_file import OpenFlightFile
from flightagents.handlers.flight_people import FlightPeople
from flightagents.store.bookings import MongoBookings
from flightagents.store.flight_file import MongoFlightFiles
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import MongoHandlings
from flightagents.store.pages import MongoPages
from flightagents.wiring.world import World


def wire_flight_file(world: World) -> OpenFlightFile:
    """Build it."""
    flights = MongoFlights(world.database)
    return OpenFlightFile(
        files=MongoFlightFiles(world.database),
        flights=flights,
        handlings=MongoHandlings(world.database),
        pages=MongoPages(world.database),
        people=FlightPeople(flights, MongoBookings(world.database)),
        place=place,
        address_key=world.address_keys,
        clock=world.clock,
    )
