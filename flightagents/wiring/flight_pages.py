"""What the pages of flights call."""

from collections.abc import Awaitable, Callable, Sequence

from flightagents.handlers.flight_people import FlightPeople
from flightagents.handlers.in_hand import ShowInHand
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import MongoHandlings
from flightagents.store.sights import MongoSights
from flightagents.web.staff.flight import FlightDesk
from flightagents.wiring.desk import Desk
from flightagents.wiring.flight_file import wire_flight_file
from flightagents.wiring.world import World


def flight_desk_of(
    world: World, desk: Desk, colleagues: Callable[[], Awaitable[Sequence[str]]]
) -> FlightDesk:
    """Build what the page of one flight calls."""
    settings = world.settings
    named = (settings.agency_name.strip() or "flightagents", (settings.public_url or "").rstrip("/"))
    return FlightDesk(
        rows=MongoFlightSearch(world.database).rows,
        sights=MongoSights(world.database).of,
        open_file=wire_flight_file(world),
        travellers=FlightPeople(MongoFlights(world.database), desk.bookings),
        in_hand=ShowInHand(MongoHandlings(world.database), world.clock),
        colleagues=colleagues,
        key=world.address_keys,
        system=", ".join(filter(None, named)),
    )
