"""What the staff pages call."""

from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.store.punctuality import MongoPunctuality
from flightagents.web.staff.office import Office
from flightagents.wiring.access import users_of
from flightagents.wiring.desk import Desk
from flightagents.wiring.world import World


def office_of(world: World, desk: Desk) -> Office:
    """Build a use case for each page."""
    del desk
    punctuality = ShowPunctuality(MongoPunctuality(world.database), world.clock)
    return Office(users=users_of(world), punctuality=punctuality)
