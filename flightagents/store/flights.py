"""`flights` and `flight_changes`: the latest state of each flight, and its history."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ReplaceOne, UpdateOne

from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import STATE_VERSION, FlightId, FlightState
from flightagents.domain.punctuality import VERSION as COUNTED_VERSION
from flightagents.domain.punctuality import counted
from flightagents.store import flight_fields
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.flight_fields import listed
from flightagents.store.reading import Document, Reader, pages

CHANGES = "flight_changes"
FLIGHTS = "flights"

ABOUT = timedelta(hours=4)
"""So long before and after their time flights have most of their news."""

_decoder = msgspec.json.Decoder(FlightState)


class MongoFlights:
    """The whole state of each flight stands here too, so that losing the table makes no old news."""

    def __init__(self, database: Database) -> None:
        self._changes = database[CHANGES]
        self._flights = database[FLIGHTS]

    async def prepare(self) -> None:
        """Make the indexes, and bring what an earlier version wrote up to date."""
        await self.index()
        await self.bring_up_to_date()

    @until_stored
    async def index(self) -> None:
        """Make the indexes of lists."""
        await flight_fields.index(self._flights)

    @until_stored
    async def bring_up_to_date(self) -> None:
        """Give documents of an earlier version the fields that lists need."""
        await flight_fields.bring_up_to_date(self._flights, _states)

    @until_stored
    async def known_states(self, flights: Sequence[str]) -> dict[str, FlightState]:
        """Give the stored state of each of these flights that has one."""
        found = self._flights.find({"_id": {"$in": list(flights)}}, {"state": 1})
        return {state.flight: state for state in await _states.read(found)}

    @until_stored
    async def open_states(self, since: date) -> list[FlightState]:
        """Give the state of every flight from that date on that has not left, landed or been cancelled."""
        recent = {"open": True, "date": {"$gte": since.isoformat()}}
        return await _states.read(self._flights.find(recent, {"state": 1}))

    @until_stored
    async def in_the_air(self, since: date) -> dict[str, tuple[str, ...]]:
        """Give the numbers, the operating one first, of each flight from that date on that is in the air."""
        found = self._flights.find(flight_fields.in_the_air(since), {"designators": 1})
        return dict(await _numbers.read(found))

    @until_stored
    async def stirring(self, airports: Collection[str], since: datetime) -> set[str]:
        """Give those of these airports of which a flight that leaves about then had news since."""
        wanted = {
            "keys": {"$in": [flight_fields.at(airport) for airport in sorted(airports)]},
            "leaves": {"$gte": since - ABOUT, "$lt": since + ABOUT},
            "changed_at": {"$gt": since},
            "ordinal": {"$gt": 1},
        }
        found = self._flights.find(wanted, {"_id": 0, "departure.airport": 1})
        return {row["departure"]["airport"] async for row in found}.intersection(airports)

    @until_stored
    async def moves_of(self, flights: Sequence[str]) -> list[tuple[str, str]]:
        """Give each (old flight, new flight) of a flight retimed over midnight where one is among these."""
        moved, these = {"kind": Kind.MOVED_TO.value}, {"$in": list(flights)}
        either = {"$or": [{**moved, field: these} for field in ("flight", "after.flight")]}
        found = self._changes.find(either, {"flight": 1, "after.flight": 1}).sort("at")
        return [(row["flight"], row["after"]["flight"]) async for row in found]

    @until_stored
    async def of_numbers(self, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Give the flights of each number and date, by operating or any marketing number."""
        wanted = set(numbers)
        names, days = {name for name, _ in wanted}, {day for _, day in wanted}
        query = {"designators": {"$in": sorted(names)}, "date": {"$in": sorted(days)}}
        found: dict[tuple[str, str], list[str]] = {}
        if not wanted:
            return found
        async for page in pages(self._flights.find(query, {"designators": 1, "date": 1}).sort("_id")):
            for row in page:
                for number in wanted.intersection((name, row["date"]) for name in row["designators"]):
                    found.setdefault(number, []).append(row["_id"])
        return found

    @until_stored
    async def add_to_history(self, changes: Sequence[Change]) -> list[Change]:
        """Add changes to the history; give those that were not in it yet."""
        if not changes:
            return []
        writes = [
            UpdateOne({"_id": change.id}, {"$setOnInsert": history(change)}, upsert=True)
            for change in changes
        ]
        with bulk_write():
            result = await self._changes.bulk_write(writes, ordered=False)
        return [changes[place] for place in sorted(result.upserted_ids or {})]

    @until_stored
    async def move_on(self, states: Iterable[FlightState]) -> None:
        """Store each state unless one of a higher ordinal is there already."""
        newest: dict[str, FlightState] = {}
        for state in states:
            if state.flight not in newest or state.ordinal > newest[state.flight].ordinal:
                newest[state.flight] = state
        writes = [
            ReplaceOne({"_id": state.flight, "ordinal": {"$lt": state.ordinal}}, latest(state), upsert=True)
            for state in newest.values()
        ]
        if not writes:
            return
        with bulk_write(present_stays=True):  # the upsert of a state that is not newer meets a newer one
            await self._flights.bulk_write(writes, ordered=False)


def _state(document: Document) -> FlightState:
    state = _decoder.decode(document["state"])
    if state.version != STATE_VERSION:
        raise ValueError(f"version {state.version}")
    return state


def _numbers_of(document: Document) -> tuple[str, tuple[str, ...]]:
    FlightId.parse(document["_id"])
    return document["_id"], msgspec.convert(document["designators"], tuple[str, ...])


_states = Reader(FLIGHTS, _state)
_numbers = Reader(FLIGHTS, _numbers_of)


async def states_in(documents: Iterable[Document]) -> list[FlightState]:
    """Give the states that stand in documents of `flights`, as far as they can be read."""

    async def each() -> AsyncIterator[Document]:
        for document in documents:
            yield document

    return await _states.read(each())


def counted_field(state: FlightState) -> dict[str, Any]:
    """Give what a flight counts as in the statistics of airports and airlines."""
    return {"version": COUNTED_VERSION, **msgspec.to_builtins(counted(state))}


def history(change: Change) -> dict[str, Any]:
    """Give the document of a change, but for its id."""
    fields: dict[str, Any] = msgspec.to_builtins(change, builtin_types=(datetime,))
    del fields["id"], fields["state"]
    return fields


def latest(state: FlightState) -> dict[str, Any]:
    """Give the document of a flight: its state, and what it is found, sorted and shown by."""
    name = FlightId.parse(state.flight)
    fields: dict[str, Any] = msgspec.to_builtins(state, builtin_types=(datetime,))
    return {
        "_id": state.flight,
        "ordinal": state.ordinal,
        "designators": [name.designator, *state.marketed_as],
        "date": name.date.isoformat(),
        "carrier": state.carrier,
        "status": state.status.value,
        "open": state.open,
        "departure": fields["departure"],
        "arrival": fields["arrival"],
        "seen_at": state.seen_at,
        "counted": counted_field(state),
        **listed(state),
        "state": msgspec.json.encode(state).decode(),
    }
