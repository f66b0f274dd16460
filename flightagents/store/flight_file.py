"""What the file of one flight is made of: changes, records, rows of the ledger, silences, tasks and acts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING

from flightagents.domain.acts import About, Act
from flightagents.domain.changes import Change, Kind
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task
from flightagents.records import FlightRecord
from flightagents.store import archive, audit, flights, ledger_rows, silences, tasks
from flightagents.store.change_search import changes as changes_reader
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

FOR_STAFF = {"rule": {"$type": "string"}}
LONG = {"live": 0, "unknown": 0}
"""Fields of a record that no file shows."""
WORDS = {"message.html": 0}
"""An email says the same in plain text."""


class MongoFlightFiles:
    """Reads alone."""

    def __init__(self, database: Database) -> None:
        self._changes = database[flights.CHANGES]
        self._records = database[archive.COLLECTION]
        self._rows = database[ledger_rows.COLLECTION]
        self._silences = database[silences.COLLECTION]
        self._tasks = database[tasks.COLLECTION]
        self._acts = database[audit.COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes by which a flight finds its rows and its tasks."""
        newest = [("flight", ASCENDING), ("created_at", DESCENDING)]
        await self._rows.create_index(newest, name="flight_newest")
        told = [("changes", ASCENDING), ("created_at", DESCENDING)]
        await self._rows.create_index(told, name="told_changes", partialFilterExpression=FOR_STAFF)
        await self._tasks.create_index(newest, name="flight_newest")

    @until_stored
    async def changes(self, flight: str, limit: int) -> list[Change]:
        """Give its newest changes, without its states."""
        newest = self._changes.find(of_flight(flight)).sort("ordinal", DESCENDING).limit(limit)
        return (await changes_reader.read(newest))[::-1]

    @until_stored
    async def moves_to(self, flight: str) -> list[Change]:
        """Give the changes by which other flights became this one."""
        return await changes_reader.read(self._changes.find(became(flight)).sort("at", ASCENDING).limit(100))

    @until_stored
    async def records(self, ids: Sequence[str]) -> dict[str, FlightRecord]:
        """Give those of these records that are still kept."""
        found = await _records.read(self._records.find({"_id": {"$in": list(ids)}}, LONG))
        return {record.id: record for record in found}

    @until_stored
    async def rows(self, flight: str, limit: int, booking: str | None = None) -> list[Notification]:
        """Give its newest rows of the ledger; with `booking` those of that person alone."""
        found = self._rows.find(of_flight(flight, booking), WORDS).sort("created_at", DESCENDING).limit(limit)
        return (await ledger_rows.reader.read(found))[::-1]

    @until_stored
    async def digests(self, changes: Sequence[str], limit: int) -> list[Notification]:
        """Give the newest rows for staff that tell one of these changes, of whatever flights."""
        found = self._rows.find(telling(changes), WORDS).sort("created_at", DESCENDING).limit(limit)
        return (await ledger_rows.reader.read(found))[::-1]

    @until_stored
    async def silences(self, flight: str, limit: int) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell of its newest `limit` states, with their times."""
        newest = self._silences.find(of_flight(flight)).sort("ordinal", DESCENDING).limit(limit)
        return [each for state in (await _silences.read(newest))[::-1] for each in state]

    @until_stored
    async def tasks(self, flight: str, limit: int) -> list[Task]:
        """Give its newest tasks."""
        found = self._tasks.find(of_flight(flight)).sort("created_at", DESCENDING).limit(limit)
        return (await tasks.reader.read(found))[::-1]

    @until_stored
    async def acts(self, things: Sequence[About], limit: int) -> list[Act]:
        """Give the newest of what staff did to these things."""
        found = self._acts.find(done_to(things)).sort(audit.NEWEST.sorting()).limit(limit)
        return (await audit.reader.read(found))[::-1]


def of_flight(flight: str, booking: str | None = None) -> dict[str, Any]:
    """Match what is about a flight; with `booking` about that person on it alone."""
    theirs = {} if booking is None else {"booking": {"$eq": booking}}
    return {"flight": {"$eq": flight}, **theirs}


def became(flight: str) -> dict[str, Any]:
    """Match the changes by which another flight became this one."""
    return {"kind": Kind.MOVED_TO.value, "after.flight": {"$eq": flight}}


def telling(changes: Sequence[str]) -> dict[str, Any]:
    """Match the rows for staff that tell one of these changes."""
    return {"changes": {"$in": list(changes)}, **FOR_STAFF}


def done_to(things: Iterable[About]) -> dict[str, Any]:
    """Match the acts on these things."""
    ids: dict[str, list[str]] = defaultdict(list)
    for each in things:
        ids[each.thing.value].append(str(each.id))
    return {"$or": [{"about.thing": thing, "about.id": {"$in": named}} for thing, named in ids.items()]}


def _record(found: Document) -> FlightRecord:
    return msgspec.convert(archive.as_stored(found), FlightRecord)


def _state(found: Document) -> list[tuple[datetime, Silence]]:
    return [
        (at, Silence(found["flight"], found["ordinal"], person, Reason(reason)))
        for reason, people in found["people"].items()
        for person, at in people.items()
    ]


_records = Reader(archive.COLLECTION, _record)
_silences = Reader(silences.COLLECTION, _state)
