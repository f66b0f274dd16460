"""The one list of routes."""

from collections.abc import Callable, Sequence

from flightagents.web.api.acts import ActRoutes
from flightagents.web.api.bookings import BookingRoutes
from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.disruptions import DisruptionRoutes
from flightagents.web.api.files import FileRoutes
from flightagents.web.api.letters import LetterRoutes
from flightagents.web.api.messages import MessageRoutes
from flightagents.web.api.people import PeopleRoutes
from flightagents.web.api.reads import Reads
from flightagents.web.api.routes import Route
from flightagents.web.api.rules import RuleRoutes
from flightagents.web.api.system import SystemRoutes


def routes_of(calls: Callable[[], ApiCalls]) -> Sequence[Route]:
    """Give all routes that answer JSON."""
    floor = (DisruptionRoutes, ActRoutes, MessageRoutes, BookingRoutes, FileRoutes, PeopleRoutes)
    kinds = (*floor, Reads, SystemRoutes, RuleRoutes, LetterRoutes)
    found = [route for kind in kinds for route in kind(calls).routes()]
    return tuple(found)
