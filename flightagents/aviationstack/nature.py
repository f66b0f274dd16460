"""What a query of AviationStack's is about, and what it leaves out: of that, absence says nothing."""

from collections.abc import Collection

from flightagents.domain.query_standing import QueryKind, QueryNature

_OF_ONE_NUMBER = frozenset({"flight_iata", "flight_icao", "flight_number"})
_BY_WHAT_BEFELL = frozenset(
    {"flight_status", "min_delay_dep", "max_delay_dep", "min_delay_arr", "max_delay_arr"}
)
_NARROW = _BY_WHAT_BEFELL | {"flight_date"}
"""A flight that is retimed over midnight, or on time again, is not shown any more."""
_BY_WHO_SELLS_IT = frozenset({"airline_iata", "airline_icao", "airline_name"}) | _OF_ONE_NUMBER
"""A row is of the airline and the number that it is sold under: the operating row may be another one."""


def nature_of(filters: Collection[str]) -> QueryNature:
    """Tell it by the names of the filters."""
    named = frozenset(filters)
    if named & _BY_WHAT_BEFELL:
        kind = QueryKind.FILTER
    elif named & _OF_ONE_NUMBER:
        kind = QueryKind.FLIGHT
    else:
        kind = QueryKind.BOARD
    narrow = bool(named & _NARROW)
    return QueryNature(kind, filtered=narrow or bool(named & _BY_WHO_SELLS_IT), narrow=narrow)
