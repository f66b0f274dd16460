"""The flights of an airport or airline that are cancelled, diverted or late now: a short list."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flightagents import airports
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.pages import Page
from flightagents.domain.punctuality import Scope
from flightagents.domain.times import to_local
from flightagents.domain.trouble import Trouble
from flightagents.domain.usual import todays

MOST = 5
"""Of each part: whoever wants all follows the link to the list of flights."""
LOST = frozenset({Trouble.CANCELLED, Trouble.DIVERTED, Trouble.INCIDENT})
LATE = frozenset({Trouble.DELAYED})


class Troubled(Protocol):
    """Finds flights."""

    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        """Give a page of the flights that a query finds, in its order."""


@dataclass(frozen=True, slots=True)
class TroubledFlights:
    """Those lost today, the last departure first, and those that wait, the next first."""

    lost: tuple[FlightRow, ...]
    late: tuple[FlightRow, ...]
    more_lost: bool
    more_late: bool


async def troubled(flights: Troubled, scope: Scope, code: str, now: datetime) -> TroubledFlights:
    """Find them among today's departures, by each airport's own date."""
    first, last = _today(scope, code, now)

    async def found(trouble: frozenset[Trouble], *, waiting: bool) -> Page[FlightRow]:
        query = FlightQuery(
            departure=code if scope is Scope.AIRPORT else "",
            airline=code if scope is Scope.AIRLINE else "",
            date_from=first,
            date_to=last,
            trouble=trouble,
            only_open=waiting,
            sort=FlightSort.LEAVES,  # by how late they are, the database would look at every flight
            descending=not waiting,
        )
        return await flights.search(query, limit=MOST)

    lost, late = await asyncio.gather(found(LOST, waiting=False), found(LATE, waiting=True))
    return TroubledFlights(lost.rows, late.rows, lost.after is not None, late.after is not None)


def _today(scope: Scope, code: str, now: datetime) -> tuple[date, date]:
    known = airports.airport(code) if scope is Scope.AIRPORT else None
    if known:
        today = to_local(now, known.zone).date()
        return today, today
    return todays(now)[0], todays(now)[-1]
