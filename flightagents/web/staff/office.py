"""What the staff pages call: a use case for each, as the page wants to see it; wiring/ chooses which."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flightagents.domain.touch import Touch
from flightagents.web.api.calls import ApiCalls
from flightagents.web.staff.counts import Counts
from flightagents.web.staff.flight import FlightDesk
from flightagents.web.staff.flights import Flights
from flightagents.web.staff.log import LogCalls
from flightagents.web.staff.mending import LettersCalls
from flightagents.web.staff.message_calls import MessageCalls
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.place import OneOfThem
from flightagents.web.staff.place_flights import Troubled
from flightagents.web.staff.places import Rankings
from flightagents.web.staff.rules import RulesCalls
from flightagents.web.staff.system import SystemCalls
from flightagents.web.staff.tasks import TaskCalls
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.users import Users


class Punctuality(Rankings, OneOfThem, Protocol):
    """How airports and airlines do today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A use case for each page."""

    users: Users
    travellers: TravellersDesk
    now: NowCalls
    tasks: TaskCalls
    messages: MessageCalls
    log: LogCalls
    letters: LettersCalls
    rules: RulesCalls
    counts: Counts
    flight: FlightDesk
    flights: Flights
    punctuality: Punctuality
    troubled: Troubled
    look_anew: Callable[[], None] = lambda: None
    """Let nobody get what the worker saw before: the database has changed."""
    hear: Callable[[Touch | None], None] = lambda _touch: None
    """Tell of what was touched in the database; None: from now on nobody tells."""
    system: SystemCalls
    api: ApiCalls
