"""`handling`: what staff have done about flights, a document for each that anybody has touched.

Each act is one bulk write, whatever the number of flights. Where a lost act would hurt, its condition is part
of the write, and what it has not changed is read back.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, UpdateOne

from flightagents.domain.handling import LONGEST_NOTE, MOST_NOTES, Handling, Note, Seen
from flightagents.domain.tasks import FORGOTTEN
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.flights import MongoFlights
from flightagents.store.reading import Document, Reader

COLLECTION = "handling"
KEEP = timedelta(days=90)
"""Real time since the last act."""
HELD = {"holds_messages": True}


class MongoHandlings:
    """Handlings by flight."""

    def __init__(self, database: Database) -> None:
        self._handlings = database[COLLECTION]
        self._flights = MongoFlights(database)

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        await self._handlings.create_index(
            [("holds_messages", ASCENDING)], name="held", partialFilterExpression=HELD
        )
        await self._handlings.create_index(
            "touched_at", name="touched", expireAfterSeconds=int(KEEP.total_seconds())
        )

    @until_stored
    async def get(self, flights: Sequence[str]) -> dict[str, Handling]:
        """Give those of these flights about which anything was done."""
        found = await _reader.read(self._handlings.find({"_id": {"$in": list(map(str, flights))}}))
        return {each.flight: each for each in found}

    async def see(self, seen: Mapping[str, Seen], until: datetime | None = None) -> None:
        """Note what was seen of each flight; with `until` it is only put off."""
        await self._write(
            {flight: {"acknowledged": _fields(each), "snoozed_until": until} for flight, each in seen.items()}
        )

    @until_stored
    async def assign(
        self, flights: Sequence[str], to: str | None, *, by: str, force: bool = False
    ) -> dict[str, str]:
        """Give flights to somebody, or to nobody; give who has those that were not given.

        The upsert of one that somebody else has meets the document that is there, and changes nothing.
        """
        free = {} if force else {"assigned_to": {"$in": [None, by, to]}}
        await self._write({flight: {"assigned_to": to} for flight in flights}, only_where=free)
        elsewhere = {"_id": {"$in": list(map(str, flights))}, "assigned_to": {"$ne": to}}
        found = self._handlings.find(elsewhere, {"assigned_to": 1})
        return {row["_id"]: str(row.get("assigned_to")) async for row in found}

    async def note(self, flights: Sequence[str], note: Note) -> None:
        """Add a note to each; the oldest leave."""
        written = {**_fields(note), "text": note.text[:LONGEST_NOTE]}
        await self._write(
            {flight: {} for flight in flights},
            also={"$push": {"notes": {"$each": [written], "$slice": -MOST_NOTES}}},
        )

    @until_stored
    async def empty_notes(self, flight: str, texts: Sequence[str]) -> None:
        """Put "(forgotten)" into the place of these texts; that there was a note stays."""
        emptied = {"$set": {"notes.$[about].text": FORGOTTEN}, "$inc": {"version": 1}}
        about = {"about.text": {"$in": list(map(str, texts))}}
        await self._handlings.update_one(
            {"_id": str(flight), "notes.text": about["about.text"]}, emptied, array_filters=[about]
        )

    @until_stored
    async def hold(self, flights: Sequence[str], by: str, at: datetime) -> set[str]:
        """Let the messages to their travellers wait; give those of which they did not wait yet."""
        held = {**HELD, "held_by": by, "held_at": at}
        await self._write(dict.fromkeys(flights, held), only_where={"holds_messages": {"$ne": True}})
        ours = {"_id": {"$in": list(map(str, flights))}, **held}
        return {row["_id"] async for row in self._handlings.find(ours, {"_id": 1})}

    async def release(self, flights: Sequence[str]) -> set[str]:
        """Let them go, to be judged anew; give those of which they waited."""
        return await self._release(list(map(str, flights)))

    @until_stored
    async def _release(self, flights: list[str]) -> set[str]:
        waited = {"_id": {"$in": flights}, **HELD}
        found = {row["_id"] async for row in self._handlings.find(waited, {"_id": 1})}
        free = {"holds_messages": False, "held_by": None, "held_at": None, "touched_at": datetime.now(UTC)}
        await self._handlings.update_many(waited, {"$set": free, "$inc": {"version": 1}})
        return found

    @until_stored
    async def holding(self) -> list[Handling]:
        """Give each flight that somebody holds, as it was named then."""
        return await _reader.read(self._handlings.find(HELD))

    @until_stored
    async def held(self) -> frozenset[str]:
        """Give the flights whose messages wait, each with all that it became or was.

        Where nothing is held it is one look into an empty index.
        """
        found = {row["_id"] async for row in self._handlings.find(HELD, {"_id": 1})}
        asked: set[str] = set()
        while new := found - asked:
            asked |= new
            moves = await self._flights.moves_of(sorted(new))
            found |= {flight for move in moves for flight in move}
        return frozenset(found)

    @until_stored
    async def _write(
        self,
        changes: Mapping[str, Mapping[str, Any]],
        *,
        only_where: Mapping[str, Any] | None = None,
        also: Mapping[str, Any] | None = None,
    ) -> None:
        touched = {"touched_at": datetime.now(UTC)}
        writes = [
            UpdateOne(
                {"_id": str(flight), **(only_where or {})},
                {"$set": {**fields, **touched}, "$inc": {"version": 1}, **(also or {})},
                upsert=True,
            )
            for flight, fields in changes.items()
        ]
        if writes:
            with bulk_write(present_stays=bool(only_where)):
                await self._handlings.bulk_write(writes, ordered=False)


def _fields(what: Seen | Note) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(what, builtin_types=(datetime,))
    return fields


def _handling(row: Document) -> Handling:
    return msgspec.convert({**row, "flight": row["_id"]}, Handling)


_reader = Reader(COLLECTION, _handling)
