"""The history of flights, as lists show it: the newest changes of all, and the last one of each flight."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING

from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Change, ChangeEnd
from flightagents.domain.pages import Page
from flightagents.store import indexes, paging
from flightagents.store.connection import Database, until_stored
from flightagents.store.flights import CHANGES
from flightagents.store.paging import Order, is_text
from flightagents.store.reading import Document, Reader

NEWEST = Order("at", datetime, descending=True)


class MongoChangeSearch:
    """Reads `flight_changes` alone."""

    def __init__(self, database: Database) -> None:
        self._changes = database[CHANGES]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes: the newest of all, and of some kinds, a walk for each, merged by time."""
        newest = [("at", DESCENDING), ("_id", DESCENDING)]
        await self._changes.create_index(newest, name="newest")
        await self._changes.create_index([("kind", ASCENDING), *newest], name="kind")
        await indexes.drop(self._changes, "at")  # which "newest" begins with

    @until_stored
    async def recent(
        self, query: ChangeQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Change]:
        """Give a page of the changes that a query finds, newest first. Raises CursorError."""
        wanted = conditions(query)
        if wanted is None:
            return Page(())
        return await paging.page(
            self._changes, wanted, NEWEST, changes, limit=limit, after=after, before=before
        )

    @until_stored
    async def latest(self, flights: Collection[str]) -> dict[str, Change]:
        """Give the last change of each of these flights that has one."""
        found = await changes.read(self._changes.aggregate(latest_of(flights)))
        return {change.flight: change for change in found}


def latest_of(flights: Collection[str]) -> list[dict[str, Any]]:
    """Ask for the last change of each flight: one step in the index for each."""
    return [
        {"$match": {"flight": {"$in": sorted(filter(is_text, flights))}}},
        {"$sort": {"flight": DESCENDING, "ordinal": DESCENDING}},
        {"$group": {"_id": "$flight", "last": {"$first": "$$ROOT"}}},
        {"$replaceRoot": {"newRoot": "$last"}},
    ]


def conditions(query: ChangeQuery) -> list[dict[str, Any]] | None:
    """Say what all has to hold; None where nothing can."""
    if not is_text(query.flight):
        return None
    between = {
        **({"$gte": query.since} if query.since else {}),
        **({"$lt": query.until} if query.until else {}),
    }
    wanted: list[dict[str, Any]] = [{"at": between}] if between else []
    if query.flight:
        wanted.append({"flight": query.flight})
    if query.kinds:
        wanted.append({"kind": {"$in": sorted(query.kinds)}})
    return wanted


def _change(row: Document) -> Change:
    """The database makes UTC of every time; those of an airport whose zone nobody knows are none."""
    change = msgspec.convert({**row, "id": row["_id"]}, Change)
    if change.departure.zone is not None and change.arrival.zone is not None:
        return change
    return replace(change, departure=_end(change.departure), arrival=_end(change.arrival))


def _end(end: ChangeEnd) -> ChangeEnd:
    if end.zone is not None:
        return end
    times = {name: getattr(end, name).replace(tzinfo=None) for name in ("base", "scheduled", "expected")}
    return replace(end, **times)


changes = Reader(CHANGES, _change)
