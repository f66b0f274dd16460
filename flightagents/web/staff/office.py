"""What the staff pages call: a use case for each, as the page wants to see it; wiring/ chooses which."""

from dataclasses import dataclass

from flightagents.web.api.calls import ApiCalls
from flightagents.web.staff.counts import Counts
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.users import Users


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A use case for each page."""

    users: Users
    now: NowCalls
    counts: Counts
    travellers: TravellersDesk
    api: ApiCalls
