"""`tasks` as staff work on them: lists, and acts on one or many. tasks.py opens and ends them.

An act is one update with its condition in it, and the tasks that it has changed are read back by its mark.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING

from flightagents.domain.handling import LONGEST_NOTE
from flightagents.domain.pages import Page
from flightagents.domain.tasks import FORGOTTEN, UNFINISHED, Task, TaskKind, TaskState
from flightagents.ports.desk import TaskFilter, TaskSort
from flightagents.store import paging
from flightagents.store.connection import Database, until_stored
from flightagents.store.paging import Order
from flightagents.store.tasks import COLLECTION, LEAVES_BY_ITSELF, NEVER, ended, event, reader

ORDERS: Mapping[TaskSort, Order] = {
    TaskSort.DUE: Order("due", datetime),
    TaskSort.NEWEST: Order("created_at", datetime, descending=True),
}
LACKING = {"state": {"$in": sorted(TaskState)}, "due": None}
"""What an earlier version wrote, as an index knows it."""
_UNFINISHED = {"$in": sorted(UNFINISHED)}


class MongoTaskDesk:
    """Tasks, to work on."""

    def __init__(self, database: Database) -> None:
        self._tasks = database[COLLECTION]

    async def prepare(self) -> None:
        """Make the indexes, and bring what an earlier version wrote up to date."""
        await self.index()
        await self.bring_up_to_date()

    @until_stored
    async def index(self) -> None:
        """Make the indexes of the lists."""
        newest, due = ORDERS[TaskSort.NEWEST].sorting(), ORDERS[TaskSort.DUE].sorting()
        await self._tasks.create_index([("state", ASCENDING), *newest], name="newest")
        await self._tasks.create_index([("claimed_by", ASCENDING), *newest], name="assignee")
        await self._tasks.create_index([("flight", ASCENDING), *newest], name="flight")
        await self._tasks.create_index([("state", ASCENDING), *due], name="due")
        await self._tasks.create_index([("claimed_by", ASCENDING), *due], name="assignee_due")
        await self._tasks.create_index([("flight", ASCENDING), *due], name="flight_due")

    @until_stored
    async def bring_up_to_date(self) -> None:
        """Give tasks of an earlier version what they are sorted by."""
        await self._tasks.update_many(LACKING, [{"$set": {"due": {"$ifNull": ["$resolve_by", NEVER]}}}])

    @until_stored
    async def find(
        self, wanted: TaskFilter, *, limit: int = 50, after: str | None = None, before: str | None = None
    ) -> Page[Task]:
        """Give a page of tasks. Raises CursorError."""
        order = ORDERS[wanted.sort]
        return await paging.page(
            self._tasks, [query(wanted)], order, reader, limit=limit, after=after, before=before
        )

    @until_stored
    async def of_ids(self, ids: Sequence[str]) -> dict[str, Task]:
        """Give those of these tasks that there are."""
        found = await reader.read(self._tasks.find(_these(ids)))
        return {task.id: task for task in found}

    @until_stored
    async def of_flights(self, flights: Sequence[str], kinds: Sequence[TaskKind]) -> list[Task]:
        """Give the unfinished tasks of these kinds about these flights."""
        return await reader.read(self._tasks.find(about(flights, kinds)))

    @until_stored
    async def counts(self) -> dict[tuple[TaskKind, TaskState], int]:
        """Count the unfinished tasks."""
        unfinished = {"kind": {"$in": sorted(TaskKind)}, "state": _UNFINISHED}
        by = {"_id": {"kind": "$kind", "state": "$state"}, "count": {"$sum": 1}}
        counted = self._tasks.aggregate([{"$match": unfinished}, {"$group": by}])
        return {
            (TaskKind(row["_id"]["kind"]), TaskState(row["_id"]["state"])): int(row["count"])
            async for row in counted
        }

    async def assign(self, ids: Sequence[str], to: str, *, by: str, force: bool = False) -> list[Task]:
        """Give tasks to somebody; without `force` only those that nobody else than `by` or `to` has."""
        free = {} if force else {"claimed_by": {"$in": [None, by, to]}}
        taken = {"state": TaskState.CLAIMED.value, "claimed_by": to}
        line = f"claimed by {to}" if to == by else f"given to {to} by {by}"
        return await self._move(ids, {"state": _UNFINISHED, **free}, taken, line)

    async def release(self, ids: Sequence[str], by: str) -> list[Task]:
        """Let anybody take tasks that somebody has in hand."""
        free = {"state": TaskState.OPEN.value, "claimed_by": None}
        return await self._move(ids, {"state": TaskState.CLAIMED.value}, free, f"released by {by}")

    async def finish(self, ids: Sequence[str], by: str, note: str = "") -> list[Task]:
        """Note that they are done."""
        line = f"done by {by}: {note[:LONGEST_NOTE]}" if note else f"done by {by}"
        return await self._move(ids, {"state": _UNFINISHED}, ended(closed=False), line)

    async def reopen(self, ids: Sequence[str], by: str) -> list[Task]:
        """Open tasks again that somebody has done; not what ended by itself, nor what was erased.

        Words of somebody whom no booking names leave when they were to leave.
        """
        done = {"state": TaskState.DONE.value, "closed": False, "summary": {"$ne": FORGOTTEN}}
        opened = {"state": TaskState.OPEN.value, "claimed_by": None, "ended_at": None}
        stays = {name: value for name, value in opened.items() if name != "ended_at"}
        line = f"opened again by {by}"
        booked = await self._move(ids, {**done, "$nor": [LEAVES_BY_ITSELF]}, opened, line)
        return booked + await self._move(ids, {**done, **LEAVES_BY_ITSELF}, stays, line)

    async def note(self, ids: Sequence[str], by: str, text: str) -> list[Task]:
        """Add a note to what happened to them. It is erased with the person that they are about."""
        kept = {"summary": {"$ne": FORGOTTEN}}
        return await self._move(ids, kept, {}, f"noted by {by}: {text[:LONGEST_NOTE]}")

    async def _move(
        self, ids: Sequence[str], only: Mapping[str, Any], changed: Mapping[str, Any], line: str
    ) -> list[Task]:
        mark = uuid.uuid4().hex
        return await self._marked(ids, mark, only, {"$set": {**changed, "mark": mark}, **event(line)})

    @until_stored
    async def _marked(
        self, ids: Sequence[str], mark: str, only: Mapping[str, Any], update: dict[str, Any]
    ) -> list[Task]:
        """Tried again, it finds what the first try has marked."""
        await self._tasks.update_many({**_these(ids), **only}, update)
        return await reader.read(self._tasks.find({**_these(ids), "mark": mark}))


def query(wanted: TaskFilter) -> dict[str, Any]:
    """Ask for tasks."""
    chosen: dict[str, Any] = {"state": {"$in": sorted(wanted.states)}}
    if len(wanted.kinds) < len(TaskKind):
        chosen["kind"] = {"$in": sorted(wanted.kinds)}
    if wanted.unassigned:
        chosen["claimed_by"] = None
    named = {"claimed_by": wanted.assignee, "flight": wanted.flight, "booking": wanted.booking}
    return chosen | {name: str(value) for name, value in named.items() if value is not None}


def about(flights: Sequence[str], kinds: Sequence[TaskKind]) -> dict[str, Any]:
    """Ask for the unfinished tasks about flights."""
    return {"flight": {"$in": list(map(str, flights))}, "state": _UNFINISHED, "kind": {"$in": sorted(kinds)}}


def _these(ids: Sequence[str]) -> dict[str, Any]:
    return {"_id": {"$in": list(map(str, ids))}}
