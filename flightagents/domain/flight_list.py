"""A list of flights: what it is asked for, and what it shows of each."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flightagents.domain.changes import Severity
from flightagents.domain.flight import End, Status
from flightagents.domain.flight_text import ANYTHING, Meaning
from flightagents.domain.trouble import Trouble


class FlightSort(StrEnum):
    """What a list of flights may be sorted by; a flight's identity parts equals."""

    LEAVES = "leaves"
    """The expected departure; of what is cancelled the first published, which is the one that is shown."""
    DESIGNATOR = "designator"
    """The airline's code, then the number as a number: so it sorts by airline too."""
    LATE = "late"
    AIRPORT = "airport"
    """That of departure, then that of arrival."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightQuery:
    """Which flights; what is empty asks for nothing, and all that is given has to hold.

    `meaning` is that of what somebody typed. `airline` operates or sells it; `airport` is either end.
    Codes may be in any case; one that is no code finds nothing. The dates are those of the flights' names,
    the local dates of departure, both included. `trouble`: any of these.
    """

    meaning: Meaning = ANYTHING
    airline: str = ""
    airport: str = ""
    departure: str = ""
    arrival: str = ""
    date_from: date | None = None
    date_to: date | None = None
    trouble: frozenset[Trouble] = frozenset()
    only_open: bool = False
    """Those that may still leave."""
    sort: FlightSort = FlightSort.LEAVES
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightRow:
    """What a list shows of a flight. Times are UTC, or naive where nobody knows the airport's zone."""

    flight: str
    """Its identity."""
    designator: str
    marketed_as: tuple[str, ...]
    carrier: str
    status: Status
    trouble: Trouble
    unconfirmed: bool
    """A second look is awaited: at the disruption, or at its end."""
    late: int
    """Whole minutes behind the base, negative ahead: of the departure, once it has left of the arrival."""
    severity: Severity
    departure: End
    arrival: End
    departed: bool
    landed: bool
    open: bool
    """Whether it may still leave."""
    seen_at: datetime
    """The look that its stored state is of. Later looks without news are in the archive alone."""
    changed_at: datetime
    """When it last changed."""
    ordinal: int
