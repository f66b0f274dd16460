"""`dead_letters` as staff look at them. dead_letters.py writes them; here they are found, and marked.

A letter without a `state` is new: so those are that were stored before there were states.
"""

from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING

from flightagents.domain.pages import Page
from flightagents.ports import KeptLetter, LetterCount, LetterFilter, LetterState
from flightagents.records import LONGEST_DETAIL, DeadLetter
from flightagents.store import paging
from flightagents.store.connection import Database, until_stored
from flightagents.store.dead_letters import COLLECTION
from flightagents.store.paging import Order
from flightagents.store.reading import Document, Reader

MOST_COUNTED = 200_000
"""Letters that a count looks at; it reads the index alone."""
NEWEST = Order("at", datetime, descending=True)
OLDEST = Order("at", datetime)


class MongoLetters:
    """Pages by time and id, each served by an index in its order."""

    def __init__(self, database: Database) -> None:
        self._letters = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        newest = NEWEST.sorting()
        await self._letters.create_index([("state", ASCENDING), *newest], name="state")
        await self._letters.create_index(
            [("reason", ASCENDING), ("state", ASCENDING), *newest], name="reason"
        )

    @until_stored
    async def page(
        self,
        wanted: LetterFilter,
        *,
        limit: int,
        after: str | None = None,
        before: str | None = None,
        oldest_first: bool = False,
    ) -> Page[KeptLetter]:
        """Give a page of letters, newest first. Raises CursorError for a cursor that `page` did not give."""
        return await paging.page(
            self._letters,
            conditions(wanted),
            OLDEST if oldest_first else NEWEST,
            _rows,
            limit=limit,
            after=after,
            before=before,
        )

    @until_stored
    async def counts(self) -> list[LetterCount]:
        """Count letters by reason and state; of very many, the first by reason."""
        found = self._letters.aggregate(COUNTING, hint="reason")
        return [
            LetterCount(each["_id"]["reason"], LetterState(each["_id"].get("state") or "new"), each["count"])
            async for each in found
        ]

    @until_stored
    async def get(self, key: str) -> KeptLetter | None:
        """Give a letter."""
        found = await _rows.read(self._letters.find({"_id": key}).limit(1))
        return found[0] if found else None

    @until_stored
    async def mark(self, key: str, state: LetterState, *, by: str, at: datetime, note: str) -> bool:
        """Say what became of a new letter; False where it is new no more, or unknown."""
        became = {"state": state.value, "by": by, "moved_at": at, "note": note}
        result = await self._letters.update_one({"_id": key, "state": None}, {"$set": became})
        return result.modified_count == 1

    @until_stored
    async def failed_again(self, key: str, reason: str, detail: str) -> None:
        """Note why a new letter could still not be read."""
        why = {"reason": reason, "detail": detail[:LONGEST_DETAIL]}
        await self._letters.update_one({"_id": key, "state": None}, {"$set": why})


COUNTING: list[dict[str, Any]] = [
    {"$sort": {"reason": ASCENDING, "state": ASCENDING}},
    {"$project": {"_id": 0, "reason": 1, "state": 1}},
    {"$limit": MOST_COUNTED},
    {"$group": {"_id": {"reason": "$reason", "state": "$state"}, "count": {"$sum": 1}}},
    {"$sort": {"_id": ASCENDING}},
]


def conditions(wanted: LetterFilter) -> list[dict[str, Any]]:
    """Ask for the letters that a filter wants."""
    states = [None if state is LetterState.NEW else state.value for state in sorted(wanted.states)]
    asked: list[dict[str, Any]] = [{"state": {"$in": states}}]
    if wanted.reason is not None:
        asked.append({"reason": {"$eq": wanted.reason}})
    if wanted.since is not None:
        asked.append({"at": {"$gte": wanted.since}})
    if wanted.until is not None:
        asked.append({"at": {"$lt": wanted.until}})
    return asked


def _letter(found: Document) -> KeptLetter:
    return KeptLetter(
        letter=msgspec.convert({**found, "id": found["_id"]}, DeadLetter),
        state=LetterState(found.get("state") or "new"),
        by=found.get("by", ""),
        moved_at=found.get("moved_at"),
        note=found.get("note", ""),
    )


_rows = Reader(COLLECTION, _letter)
