"""`flights` and `flight_changes`: the latest state of each flight, and its history."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightId, FlightState
from flightagents.store.connection import DUPLICATE_KEY, Database, until_stored

CHANGES = "flight_changes"
FLIGHTS = "flights"

_state = msgspec.json.Decoder(FlightState)


class MongoFlights:
    """The whole state of each flight stands here too, so that losing the table makes no old news."""

    def __init__(self, database: Database) -> None:
        self._changes = database[CHANGES]
        self._flights = database[FLIGHTS]

    @until_stored
    async def known_states(self, flights: Sequence[str]) -> dict[str, FlightState]:
        """Give the stored state of each of these flights that has one."""
        found = self._flights.find({"_id": {"$in": list(flights)}}, {"state": 1})
        return {row["_id"]: _state.decode(row["state"]) async for row in found}

    @until_stored
    async def open_states(self) -> list[FlightState]:
        """Give the state of every flight that has neither left nor landed."""
        return [_state.decode(row["state"]) async for row in self._flights.find({"open": True}, {"state": 1})]

    @until_stored
    async def of_numbers(self, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Give the flights of each number and date, by operating or any marketing number."""
        wanted = set(numbers)
        names, days = {name for name, _ in wanted}, {day for _, day in wanted}
        query = {"designators": {"$in": sorted(names)}, "date": {"$in": sorted(days)}}
        found: dict[tuple[str, str], list[str]] = {}
        if not wanted:
            return found
        async for row in self._flights.find(query, {"designators": 1, "date": 1}).sort("_id"):
            for number in wanted.intersection((name, row["date"]) for name in row["designators"]):
                found.setdefault(number, []).append(row["_id"])
        return found

    @until_stored
    async def add_to_history(self, changes: Sequence[Change]) -> list[Change]:
        """Add changes to the history; give those that were not in it yet."""
        if not changes:
            return []
        writes = [
            UpdateOne({"_id": change.id}, {"$setOnInsert": _history(change)}, upsert=True)
            for change in changes
        ]
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
            ReplaceOne({"_id": state.flight, "ordinal": {"$lt": state.ordinal}}, _latest(state), upsert=True)
            for state in newest.values()
        ]
        if not writes:
            return
        try:
            await self._flights.bulk_write(writes, ordered=False)
        except BulkWriteError as exc:
            # The upsert of a state that is not newer meets the one that is there: that one stays.
            if any(error["code"] != DUPLICATE_KEY for error in exc.details["writeErrors"]):
                raise


def _history(change: Change) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(change, builtin_types=(datetime,))
    del fields["id"], fields["state"]
    return fields


def _latest(state: FlightState) -> dict[str, Any]:
    name = FlightId.parse(state.flight)
    fields: dict[str, Any] = msgspec.to_builtins(state, builtin_types=(datetime,))
    return {
        "_id": state.flight,
        "ordinal": state.ordinal,
        "designators": [name.designator, *state.marketed_as],
        "date": name.date.isoformat(),
        "carrier": state.carrier,
        "status": state.status.value,
        "open": not (state.departed or state.landed),
        "departure": fields["departure"],
        "arrival": fields["arrival"],
        "seen_at": state.seen_at,
        "state": msgspec.json.encode(state).decode(),
    }
