"""What is kept of one person of a booking: rows of the ledger, silences and tasks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING

from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task
from flightagents.store import ledger_rows, silences, tasks
from flightagents.store.connection import Database, until_stored
from flightagents.store.flight_file import WORDS
from flightagents.store.reading import Document, Reader

NEWEST = [("flight", DESCENDING), ("ordinal", DESCENDING)]
STATES = 500
"""States of their flights at which somebody was not told; a flight of a bad day has thirty."""


class MongoTravellerFiles:
    """Reads alone, by indexes that ledger, silences and tasks have anyway: one person has few of each."""

    def __init__(self, database: Database) -> None:
        self._rows = database[ledger_rows.COLLECTION]
        self._silences = database[silences.COLLECTION]
        self._tasks = database[tasks.COLLECTION]

    @until_stored
    async def rows(self, booking: str, limit: int) -> list[Notification]:
        """Give their rows of the ledger, of all flights, with the words in plain text."""
        found = self._rows.find(told(booking), WORDS).sort("created_at", DESCENDING).limit(limit)
        return await ledger_rows.reader.read(found)

    @until_stored
    async def silences(
        self, person: str, flights: Sequence[str], limit: int
    ) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell them of these flights, with their times."""
        shown = {"flight": 1, "ordinal": 1, **{f"people.{reason}.{person}": 1 for reason in Reason}}
        states = self._silences.find(untold(flights), shown).sort(NEWEST).limit(STATES)
        found = [each for state in await _states.read(states) for each in state]
        return sorted(found, key=lambda each: each[0], reverse=True)[:limit]

    @until_stored
    async def tasks(self, booking: str, limit: int) -> list[Task]:
        """Give the tasks about them."""
        found = self._tasks.find(about(booking)).sort("created_at", DESCENDING).limit(limit)
        return await tasks.reader.read(found)


def told(booking: str) -> dict[str, Any]:
    """Match what was said to a person, or was to be."""
    return {"booking": {"$eq": booking}}


def untold(flights: Sequence[str]) -> dict[str, Any]:
    """Match the states of flights at which somebody was not told."""
    return {"flight": {"$in": sorted(flights)}}


def about(booking: str) -> dict[str, Any]:
    """Match the tasks about a person."""
    return {"$or": [{"booking": {"$eq": booking}}, {"also": {"$eq": booking}}]}


def _state(found: Document) -> list[tuple[datetime, Silence]]:
    return [
        (at, Silence(found["flight"], found["ordinal"], person, Reason(reason)))
        for reason, people in found.get("people", {}).items()
        for person, at in people.items()
    ]


_states = Reader(silences.COLLECTION, _state)
