"""Which of the queries that were asked leave out no row of a flight: their answers tell of its absence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol
from urllib.parse import parse_qsl

from flightagents.domain.codes import carrier


class Ticketed(Protocol):
    """What a booked segment and a watched flight have in common."""

    @property
    def designator(self) -> str:
        """Number."""

    @property
    def flight_date(self) -> date:
        """Local date of departure."""

    @property
    def departure(self) -> str | None:
        """Airport; None where the ticket has no route."""

    @property
    def arrival(self) -> str | None:
        """The same."""


class Showing:
    """Knows some queries, by their text. One with a filter that no ticket has a value for shows nothing."""

    def __init__(self, queries: Iterable[str]) -> None:
        self._by_filter: dict[tuple[str, str], list[tuple[str, Mapping[str, str]]]] = defaultdict(list)
        for query in queries:
            filters = {name: value.upper() for name, value in parse_qsl(query)}
            named = next((name for name in _NAMES if name in filters), None)
            if named is not None and filters.keys() <= _KNOWN:
                self._by_filter[named, filters[named]].append((query, filters))

    def __call__(self, ticket: Ticketed) -> list[str]:
        """Give the queries that would show it, if it flies."""
        values = {
            "flight_iata": ticket.designator,
            "dep_iata": ticket.departure,
            "arr_iata": ticket.arrival,
            "airline_iata": carrier(ticket.designator),
            "flight_date": ticket.flight_date.isoformat(),
        }
        known = {name: value.upper() for name, value in values.items() if value is not None}
        return [
            query
            for name in _NAMES
            for query, filters in self._by_filter.get((name, known.get(name, "")), ())
            if all(known.get(each) == value for each, value in filters.items())
        ]


_NAMES = ("flight_iata", "dep_iata", "arr_iata", "airline_iata")
"""One of them has to be there: the first pages of the whole feed show next to nothing of what there is."""
_KNOWN = frozenset({*_NAMES, "flight_date"})
"""`flight_status` and delays leave rows out; a name of an airline, or its ICAO code, no ticket has."""
