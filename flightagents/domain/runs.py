"""A run of the poller: its order, and which row of each flight leads.

Before it the rows were parsed (aviationstack/parsing.py); after it the records are published
(handlers/poll.py).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from flightagents.domain.flight import Sighting
from flightagents.domain.successors import is_later_flight

S = TypeVar("S", bound=Sighting)


@dataclass(frozen=True, slots=True)
class RunStamp:
    """Which run a row came in. `run` grows by one each time; `polled_at` (UTC) never goes backwards."""

    run: int
    polled_at: datetime


def put_in_order(sightings: Iterable[S]) -> list[S]:
    """Give each row of a run once, leading rows first, then by designator; whatever order the pages had."""
    copies: dict[tuple[str, str], list[S]] = defaultdict(list)
    for sighting in sightings:
        copies[sighting.flight, sighting.designator].append(sighting)
    flights: dict[str, list[S]] = defaultdict(list)
    shown: dict[str, list[S]] = defaultdict(list)
    for (flight, _), rows in copies.items():
        flights[flight].append(_one_of(rows))
        shown[flight] += rows
    ordered = [row for flight, members in flights.items() for row in _with_leader(members, shown[flight])]
    return sorted(ordered, key=lambda row: (not row.leads, row.designator, row.flight))


def _with_leader(rows: list[S], copies: list[S]) -> list[S]:
    """The operating row leads, else the marketing row with the smallest designator.

    One query that leaves nothing out is enough: it would have shown what the others did not.
    """
    leader = min(rows, key=lambda row: (not row.operating, row.designator))
    marketed_as = tuple(sorted(row.designator for row in rows if not row.operating))
    filtered, narrow = all(row.filtered for row in copies), all(row.narrow for row in copies)
    return [
        replace(row, leads=row is leader, marketed_as=marketed_as, filtered=filtered, narrow=narrow)
        for row in rows
    ]


def _one_of(rows: list[S]) -> S:
    """Give the freshest copy; of two flights under one identity the later, since the other has left."""
    later = [row for row in rows if any(is_later_flight(row, other) for other in rows)]
    return max(later or rows, key=_freshness)


def _freshness(row: Sighting) -> tuple[int, str]:
    """Pages overlap: of two copies the one with more runway times is later, since none is ever cleared."""
    known = (row.departure.actual, row.arrival.actual)
    return sum(time is not None for time in known), repr(row)
