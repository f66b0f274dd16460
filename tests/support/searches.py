"""The searches of the staff page in memory; MongoDB's pass the same contract tests.

A cursor here is the place as plain text: whoever passes it on knows nothing of it anyway.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from flightagents.domain import codes, people_text
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.message_list import Audience, LastWord, MessageQuery, last_words
from flightagents.domain.notifications import Notification, State
from flightagents.domain.pages import Count, Page
from flightagents.domain.people_text import PeopleQuery
from flightagents.domain.rules import GRAVITY
from flightagents.domain.said import CONNECTIONS
from flightagents.domain.times import FARTHEST_ZONE
from flightagents.domain.trouble import MINUTE, Trouble, counting_end, judge, lateness
from flightagents.errors import CursorError
from tests.support.desk import FakeBookings, FakeLedger
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


class FakeMessageSearch:
    """Looks through the rows of the fake ledger."""

    def __init__(self, ledger: FakeLedger, bookings: FakeBookings) -> None:
        self._ledger = ledger
        self._bookings = bookings

    async def search(
        self, query: MessageQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Notification]:
        everyone = await self._bookings.everyone()
        asked = query.reference.strip().upper()
        theirs = {each.id for each in everyone if each.reference == asked}
        found = [
            replace(row, message=None)
            for row in self._ledger.rows
            if query.flight in ("", row.flight)
            and (not query.reference or row.booking in theirs)
            and (not query.states or row.state in query.states)
            and (not query.channels or row.channel in query.channels)
            and (not query.said or row.said in query.said)
            and (not query.reasons or row.reason in query.reasons)
            and (query.audience is None or (row.rule is not None) is (query.audience is Audience.STAFF))
            and (row.hold or not query.only_held)
            and (query.since is None or query.since <= row.created_at)
            and (query.until is None or row.created_at < query.until)
        ]
        return page_of(
            found,
            lambda row: (row.created_at.timestamp(), row.id),
            descending=True,
            limit=limit,
            after=after,
            before=before,
        )

    async def standing_of(self, flights: Collection[str]) -> dict[str, dict[str, LastWord]]:
        newest: dict[tuple[str, str, Channel], Notification] = {}
        for row in sorted(self._ledger.rows, key=lambda row: (row.ordinal, row.turn, row.created_at)):
            says = row.state is not State.SUPERSEDED and row.said not in CONNECTIONS
            if row.flight in flights and row.booking and says:
                newest[row.flight, row.booking, row.channel] = row
        return last_words(
            LastWord(
                flight=row.flight,
                booking=row.booking or "",
                channel=row.channel,
                ordinal=row.ordinal,
                turn=row.turn,
                created_at=row.created_at,
                said=row.said,
                state=row.state,
                reason=row.reason,
                hold=row.hold,
                stuck=row.stuck,
            )
            for row in newest.values()
        )


class FakePeopleSearch:
    """Looks through the fake bookings. `key` hashes the id of one."""

    def __init__(self, bookings: FakeBookings, key: Callable[[str], str] = str) -> None:
        self._bookings = bookings
        self._key = key

    async def search(
        self, query: PeopleQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Booking]:
        return page_of(
            await self._found(query),
            lambda booking: (_last_day(booking), hashlib.sha256(booking.id.encode()).hexdigest()),
            descending=query.travels_from is None,
            limit=limit,
            after=after,
            before=before,
        )

    async def one(self, key: str) -> Booking | None:
        everyone = await self._bookings.everyone()
        return next((each for each in everyone if self._key(each.id) == key), None)

    async def count(self, query: PeopleQuery) -> Count:
        return Count(len(await self._found(query)))

    async def _found(self, query: PeopleQuery) -> list[Booking]:
        beginnings = people_text.read(query.text)
        if beginnings is None:
            return []
        since = query.travels_from.isoformat() if query.travels_from else ""
        return [
            booking
            for booking in await self._bookings.everyone()
            if _last_day(booking) >= since
            and all(
                any(word.startswith(alternatives) for word in people_text.words_of(booking))
                for alternatives in beginnings
            )
        ]


def _last_day(booking: Booking) -> str:
    return max((each.flight_date.isoformat() for each in booking.segments), default="")


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

    async def numbers_of_disrupted(
        self,
        now: datetime,
        *,
        before: timedelta,
        ahead: timedelta,
        among: Collection[str] | None = None,
    ) -> dict[str, tuple[str, ...]]:
        rows = await self.disrupted(now, before=before, ahead=ahead, limit=5000)
        return {
            row.flight: (row.designator, *row.marketed_as)
            for row in rows
            if among is None or row.flight in among
        }

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
    meaning = query.meaning
    name = FlightId.parse(row.flight)
    numbers = {row.designator, *row.marketed_as}
    airlines, airports = set(map(codes.carrier, numbers)), {name.departure, name.arrival}
    asked = (
        (query.airline, airlines),
        (query.airport, airports),
        (query.departure, {name.departure}),
        (query.arrival, {name.arrival}),
        (meaning.flight or "", {row.flight}),
    )
    meant = (
        (meaning.designators, numbers),
        (meaning.departures, {name.departure}),
        (meaning.arrivals, {name.arrival}),
        (meaning.airports | meaning.airlines, airports | airlines),
    )
    return (
        all(not wanted.strip() or wanted.strip().upper() in has for wanted, has in asked)
        and all(not wanted or not wanted.isdisjoint(has) for wanted, has in meant)
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
            off = row.trouble is Trouble.CANCELLED
            return _utc(row.departure.base if off else row.departure.expected).timestamp(), row.flight
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
