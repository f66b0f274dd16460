"""What the staff pages call: a use case for each, as the page wants to see it; wiring/ chooses which."""

from dataclasses import dataclass

from flightagents.web.staff.counts import Counts
from flightagents.web.staff.flight import FlightDesk
from flightagents.web.staff.flights import Flights
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.users import Users


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A use case for each page."""

    users: Users
    travellers: TravellersDesk
    now: NowCalls
    counts: Counts
    flight: FlightDesk
    flights: Flights
