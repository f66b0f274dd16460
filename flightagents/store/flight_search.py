"""The staff page's lists of flights: searched, sorted and paged by the database (see flight_fields.py)."""

from collections.abc import Collection as AbstractCollection
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING

from flightagents.domain import codes, flight_text
from flightagents.domain.flight import YEARS
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.flight_text import Meaning
from flightagents.domain.pages import Count, Page
from flightagents.domain.times import FARTHEST_ZONE
from flightagents.domain.trouble import Trouble
from flightagents.store import flight_fields, paging
from flightagents.store.connection import Collection, Database, until_stored
from flightagents.store.flights import FLIGHTS
from flightagents.store.paging import MOST, Order, is_text
from flightagents.store.reading import Reader

Conditions = list[dict[str, Any]]
Names = AbstractCollection[str]
LONGEST_RANGE = timedelta(days=31)
"""Of dates that are asked for one by one: each is a walk of its own through the index, and all are merged."""

MOST_NUMBERED = 5000
"""Flights of which only the numbers are read."""

LAST_DAY = {"_id": 0, "date": 1}
BY_DAY = [("date", DESCENDING)]

_GRAVEST_FIRST = [("gravity", DESCENDING), ("next_at", ASCENDING)]
_FIRST_DAY = date(YEARS.start, 1, 1)
_LAST_DAY = date(YEARS.stop - 1, 12, 31)

_ORDERS: dict[FlightSort, tuple[str, type[str] | type[int] | type[datetime]]] = {
    FlightSort.LEAVES: ("leaves", datetime),
    FlightSort.DESIGNATOR: ("order", str),
    FlightSort.LATE: ("late", int),
    FlightSort.AIRPORT: ("route", str),
    FlightSort.CHANGED: ("changed_at", datetime),
}


BY_DEPARTURE = Order("leaves", datetime)
"""Two indexes hold it, so that whatever is counted has one to be counted in."""


class MongoFlightSearch:
    """Reads `flights` alone."""

    def __init__(self, database: Database) -> None:
        self._flights = database[FLIGHTS]

    @until_stored
    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        """Give a page of the flights that a query finds, in its order. Raises CursorError."""
        order = order_of(query)
        wanted = conditions(await bounded(self._flights, query))
        if wanted is None:
            return Page(())
        return await paging.page(
            self._flights,
            wanted,
            order,
            _rows,
            limit=limit,
            after=after,
            before=before,
            fields=flight_fields.SHOWN,
        )

    @until_stored
    async def count(self, query: FlightQuery) -> Count:
        """Count the flights that a query finds, up to 1,000."""
        wanted = conditions(await bounded(self._flights, query))
        if wanted is None:
            return Count(0)
        return await paging.count(self._flights, [*wanted, BY_DEPARTURE.present()])

    @until_stored
    async def disrupted(
        self, now: datetime, *, before: timedelta, ahead: timedelta, limit: int
    ) -> list[FlightRow]:
        """Give the flights with a trouble that leave, or once they have left arrive, in a window around now.

        The gravest first, then by that time: what a limit cuts off is what matters least.
        """
        found = self._flights.find(window(now - before, now + ahead), flight_fields.SHOWN)
        return await _rows.read(found.sort(_GRAVEST_FIRST).limit(max(1, min(limit, MOST))))

    @until_stored
    async def numbers_of_disrupted(
        self,
        now: datetime,
        *,
        before: timedelta,
        ahead: timedelta,
        among: Names | None = None,
    ) -> dict[str, tuple[str, ...]]:
        """Give the numbers that each flight of the same window is sold under, in the same order."""
        these = {} if among is None else {"_id": {"$in": sorted(filter(is_text, among))}}
        found = self._flights.find({**window(now - before, now + ahead), **these}, {"designators": 1})
        gravest = found.sort(_GRAVEST_FIRST).limit(MOST_NUMBERED)
        return {row["_id"]: tuple(row["designators"]) async for row in gravest}

    @until_stored
    async def rows(self, flights: Names) -> dict[str, FlightRow]:
        """Give what is known of these flights, by identity."""
        found = self._flights.find({"_id": {"$in": sorted(filter(is_text, flights))}}, flight_fields.SHOWN)
        return {row.flight: row for row in await _rows.read(found)}


async def bounded(flights: Collection, query: FlightQuery) -> FlightQuery:
    """From a day on means until the last day there is: those are few, and each has its own walk."""
    if query.date_from is None or query.date_to is not None:
        return query
    # The index is that of punctuality.py.
    last = await flights.find_one({}, LAST_DAY, sort=BY_DAY)
    last_day = date.fromisoformat(last["date"]) if last else query.date_from
    return replace(query, date_to=max(query.date_from, last_day))


def order_of(query: FlightQuery) -> Order:
    """Give the order of a query."""
    field, kind = _ORDERS[query.sort]
    return Order(field, kind, query.descending)


def window(since: datetime, until: datetime) -> dict[str, Any]:
    """Match the flights with a trouble between two times; those without a zone also where they may be."""
    meant = {"$or": [{"zoned": False}, {"next_at": {"$gte": since, "$lte": until}}]}
    around = {"$gte": since - FARTHEST_ZONE, "$lte": until + FARTHEST_ZONE}
    return {"troubled": True, "gravity": {"$gte": 0}, "next_at": around, **meant}


def conditions(query: FlightQuery) -> Conditions | None:
    """Say what all has to hold; None where nothing can, since something is no code or no flight's name.

    What is typed by a person is here only as a code that matched its pattern, and as a whole value.
    """
    codes_given, dates = _codes(query), _dates(query)
    if codes_given is None or dates is None:
        return None
    wanted = [*_meant(query.meaning), *codes_given, *dates]
    if query.trouble - {Trouble.NONE} == query.trouble and query.trouble:
        wanted.append({"keys": _any(flight_fields.troubled_by(each) for each in query.trouble)})
    elif query.trouble:
        wanted.append({"trouble": _any(each.value for each in query.trouble)})
    if query.only_open:
        wanted.append({"keys": flight_fields.OPEN})
    return wanted


def _meant(meaning: Meaning) -> Conditions:
    wanted: Conditions = []
    if meaning.flight:
        wanted.append({"_id": meaning.flight})
    if meaning.designators:
        wanted.append({"designators": _any(meaning.designators)})
    if meaning.departures:
        ends = ((start, end) for start in meaning.departures for end in meaning.arrivals)
        wanted.append({"route": _any(flight_fields.route(start, end) for start, end in ends)})
    if meaning.airports or meaning.airlines:
        ports, lines = map(flight_fields.at, meaning.airports), map(flight_fields.flown_by, meaning.airlines)
        wanted.append({"keys": _any((*ports, *lines))})
    return wanted


def _codes(query: FlightQuery) -> Conditions | None:
    wanted: Conditions = []
    for typed, field in (
        (query.airport, None),
        (query.departure, "departure.airport"),
        (query.arrival, "arrival.airport"),
    ):
        if not typed.strip():
            continue
        code = codes.airport(typed, None)
        if code is None:
            return None
        wanted.append({"keys": flight_fields.at(code), **({field: code} if field else {})})
    if query.airline.strip():
        airline = flight_text.airline(query.airline)
        if airline is None:
            return None
        wanted.append({"keys": flight_fields.flown_by(airline)})
    return wanted


def _dates(query: FlightQuery) -> Conditions | None:
    """A short range is its days; of a long one, or one without an end, only the near end bounds the walk."""
    day = query.meaning.day
    wanted = [{"keys": flight_fields.on(day)}] if day else []
    if query.date_from is None and query.date_to is None:
        return wanted
    first = max(query.date_from or _FIRST_DAY, _FIRST_DAY)
    last = min(query.date_to or _LAST_DAY, _LAST_DAY)
    if last < first:
        return None
    if last - first < LONGEST_RANGE:
        days = [flight_fields.on(first + timedelta(days=each)) for each in range((last - first).days + 1)]
        return [*wanted, {"keys": _any(days)}]
    between = {"$gte": first.isoformat(), "$lte": last.isoformat()}
    # No flight leaves before its schedule, nor is its schedule of another day than its name.
    earliest = datetime.combine(first, time.min, UTC) - FARTHEST_ZONE
    return [*wanted, {"date": between}, {"leaves": {"$gte": earliest}}]


def _any(values: Iterable[str]) -> dict[str, list[str]]:
    return {"$in": sorted(values)}


_rows = Reader(FLIGHTS, flight_fields.row)
