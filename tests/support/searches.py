"""The searches of the staff page in memory; MongoDB's pass the same contract tests.

A cursor here is the place as plain text: whoever passes it on knows nothing of it anyway.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from flightagents.domain import codes, flight_text
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.pages import Count, Page
from flightagents.domain.rules import GRAVITY
from flightagents.domain.times import FARTHEST_ZONE
from flightagents.domain.trouble import MINUTE, Trouble, counting_end, judge, lateness
from flightagents.errors import CursorError
from tests.support.fakes import FakeFlights

T = TypeVar("T")
Place = tuple[str | int | float, str]


def page_of(
    rows: Iterable[T],
    place: Callable[[T], Place],
    *,
    descending: bool,
    limit: int,
    after: str | None,
    before: str | None,
) -> Page[T]:
    """Sort entries by their place, and give a page of them."""
    ordered = sorted(rows, key=place, reverse=descending)
    cursor = after if before is None else before
    start = None if cursor is None else _place(cursor)
    if start is None:
        beyond = ordered
    else:
        beyond = [row for row in ordered if (place(row) > start) is (descending is (before is not None))]
        beyond = [row for row in beyond if place(row) != start]
    found = tuple(beyond[:limit] if before is None else beyond[-limit:])
    more, came_from = len(beyond) > limit, start is not None
    follows, precedes = (more, came_from) if before is None else (came_from, more)
    return Page(
        found,
        after=json.dumps(place(found[-1])) if found and follows else None,
        before=json.dumps(place(found[0])) if found and precedes else None,
    )


def _place(cursor: str) -> Place:
    try:
        value, key = json.loads(cursor)
    except (TypeError, ValueError) as exc:
        raise CursorError from exc
    return value, key


class FakeChangeSearch:
    """Looks through the history of the fake store."""

    def __init__(self, flights: FakeFlights) -> None:
        self._flights = flights

    async def recent(
        self, query: ChangeQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Change]:
        found = [
            change
            for change in self._flights.history.values()
            if query.flight in ("", change.flight)
            and (not query.kinds or change.kind in query.kinds)
            and (query.since is None or query.since <= change.at)
            and (query.until is None or change.at < query.until)
        ]
        return page_of(
            found,
            lambda change: (change.at.timestamp(), change.id),
            descending=True,
            limit=limit,
            after=after,
            before=before,
        )

    async def latest(self, flights: Collection[str]) -> dict[str, Change]:
        ordered = sorted(self._flights.history.values(), key=lambda change: change.ordinal)
        return {change.flight: change for change in ordered if change.flight in flights}


class FakeFlightSearch:
    """Looks through the states of the fake store."""

    def __init__(self, flights: FakeFlights) -> None:
        self._flights = flights

    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        return page_of(
            self._found(query),
            lambda row: _sorted_by(row, query.sort),
            descending=query.descending,
            limit=limit,
            after=after,
            before=before,
        )

    async def count(self, query: FlightQuery) -> Count:
        return Count(len(self._found(query)))

    async def disrupted(
        self, now: datetime, *, before: timedelta, ahead: timedelta, limit: int
    ) -> list[FlightRow]:
        found = []
        for state in self._flights.states.values():
            end = counting_end(state)
            slack = timedelta() if end.zone else FARTHEST_ZONE
            if now - before - slack <= _utc(end.expected) <= now + ahead + slack:
                found.append(row_of(state))
        troubled = [row for row in found if row.trouble is not Trouble.NONE]
        return sorted(troubled, key=lambda row: (-GRAVITY[row.severity], _next(row)))[:limit]

    async def rows(self, flights: Collection[str]) -> dict[str, FlightRow]:
        return {key: row_of(state) for key, state in self._flights.states.items() if key in flights}

    def _found(self, query: FlightQuery) -> Sequence[FlightRow]:
        return [row for row in map(row_of, self._flights.states.values()) if matches(query, row)]


def row_of(state: FlightState) -> FlightRow:
    verdict = judge(state)
    return FlightRow(
        flight=state.flight,
        designator=FlightId.parse(state.flight).designator,
        marketed_as=state.marketed_as,
        carrier=state.carrier,
        status=state.status,
        trouble=verdict.trouble,
        unconfirmed=verdict.unconfirmed,
        late=lateness(state) // MINUTE,
        severity=verdict.severity,
        departure=state.departure,
        arrival=state.arrival,
        departed=state.departed,
        landed=state.landed,
        open=state.open,
        seen_at=state.seen_at,
        changed_at=state.seen_at,
        ordinal=state.ordinal,
    )


def matches(query: FlightQuery, row: FlightRow) -> bool:
    meaning = flight_text.read(query.text)
    if meaning is None:
        return False
    name = FlightId.parse(row.flight)
    numbers = {row.designator, *row.marketed_as}
    airlines, airports = set(map(codes.carrier, numbers)), {name.departure, name.arrival}
    asked = (
        (query.airline, airlines),
        (query.airport, airports),
        (query.departure, {name.departure}),
        (query.arrival, {name.arrival}),
        (meaning.flight or "", {row.flight}),
        (meaning.designator or "", numbers),
        (meaning.departure or "", {name.departure}),
        (meaning.arrival or "", {name.arrival}),
        (meaning.airport or "", airports),
        (meaning.airline or "", airlines),
        (meaning.code or "", airlines | airports),
    )
    return (
        all(not wanted.strip() or wanted.strip().upper() in has for wanted, has in asked)
        and (meaning.day or name.date) == name.date
        and (query.date_from or name.date) <= name.date <= (query.date_to or name.date)
        and (not query.trouble or row.trouble in query.trouble)
        and (row.open or not query.only_open)
    )


def _sorted_by(row: FlightRow, sort: FlightSort) -> Place:
    name = FlightId.parse(row.flight)
    carrier = codes.carrier(row.designator)
    match sort:
        case FlightSort.LEAVES:
            return _utc(row.departure.expected).timestamp(), row.flight
        case FlightSort.DESIGNATOR:
            return f"{carrier} {row.designator.removeprefix(carrier):0>6}", row.flight
        case FlightSort.LATE:
            return row.late, row.flight
        case FlightSort.AIRPORT:
            return f"{name.departure}-{name.arrival}", row.flight
        case FlightSort.CHANGED:
            return row.changed_at.timestamp(), row.flight


def _next(row: FlightRow) -> datetime:
    return _utc((row.arrival if row.departed or row.landed else row.departure).expected)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
