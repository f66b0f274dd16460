"""Which booked segments the polled queries are bound to show: of the others a missing flight says nothing."""

from collections.abc import Callable, Mapping

from flightagents.domain.bookings import Segment
from flightagents.domain.codes import carrier
from flightagents.settings.queries import parse_queries

_KNOWN: Mapping[str, Callable[[Segment], str | None]] = {
    "dep_iata": lambda segment: segment.departure,
    "arr_iata": lambda segment: segment.arrival,
    "airline_iata": lambda segment: carrier(segment.designator),
    "flight_iata": lambda segment: segment.designator,
}
"""The filters that a ticket can be held against. Any other one may leave the flight out."""


def coverage(queries: str) -> Callable[[Segment], bool]:
    """Give what tells whether a segment has to show. Raises ValueError for queries that cannot be.

    The unfiltered first page shows next to nothing of what there is, so nothing has to be on it.
    """
    polled = list(parse_queries(queries).values())

    def is_covered(segment: Segment) -> bool:
        return any(_shows(filters, segment) for filters in polled)

    return is_covered


def _shows(filters: Mapping[str, str], segment: Segment) -> bool:
    """Without a route the airport of a segment may be any: it is no reason to keep silent about it."""
    for name, value in filters.items():
        if name not in _KNOWN:
            return False
        of_ticket = _KNOWN[name](segment)
        if of_ticket is not None and of_ticket.upper() != value.upper():
            return False
    return True
