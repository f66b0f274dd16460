"""`tasks`: what needs a person at the agency, and who has taken it in hand.

A task is known by its id, whatever became of it, so that its reason opens it once. Leaving and tracing run on
real time; `created_at` and `resolve_by` are business time. `due` is `resolve_by` to sort by.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne

from flightagents.domain.tasks import FORGOTTEN, UNFINISHED, Task, TaskKind, TaskState
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "tasks"
TRACE = 20
"""Events of a task that are kept."""
PORTION = 1_000
"""Tasks that are opened at once."""
KEEP = timedelta(days=90)
"""A task leaves so long after it ended: by then no reason for it can come again.

Words of somebody whom no booking names, and so no `forget` can erase, leave so long after they came.
"""

LEAVES_BY_ITSELF: dict[str, Any] = {"kind": TaskKind.REPLY.value, "booking": None}
"""Words of somebody whom no booking names."""

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a task is due that is never too late: it sorts behind all others."""

_UNFINISHED = {"$in": sorted(UNFINISHED)}


class MongoTasks:
    """Tasks by id. `closed` tells one that ended by itself from one that somebody has done."""

    def __init__(self, database: Database) -> None:
        self._tasks = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        newest = [("state", ASCENDING), ("created_at", DESCENDING)]
        await self._tasks.create_index(newest, name="state")
        await self._tasks.create_index([("kind", ASCENDING), ("state", ASCENDING)], name="kind")
        await self._tasks.create_index("booking", name="booking")
        await self._tasks.create_index("also", name="also")
        await self._tasks.create_index("ended_at", name="ended", expireAfterSeconds=int(KEEP.total_seconds()))

    @until_stored
    async def open(self, tasks: Sequence[Task], *, again: bool = False) -> list[Task]:
        """Add tasks that are not there yet, whatever their state; give those that were added.

        The words of one that nobody has done yet follow. `again`: also one that `close` ended is opened anew.
        What stands as it is wanted costs one query for each thousand.
        """
        wanted = list({task.id: task for task in tasks}.values())
        portions = (wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION))
        return [task for portion in portions for task in await self._open(portion, again=again)]

    async def _open(self, tasks: Sequence[Task], *, again: bool) -> list[Task]:
        wanted = {task.id: task for task in tasks}
        known = {row["_id"]: row for row in await self._known(list(wanted))}
        await self._follow([task for task in wanted.values() if _speaks_otherwise(known.get(task.id), task)])
        added = await self._insert([task for task in wanted.values() if task.id not in known])
        if again:
            closed = (task for task in wanted.values() if known.get(task.id, {}).get("closed"))
            added += [task for task in closed if await self._reopen(task)]
        return added

    async def _known(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        fields = {"state": 1, "closed": 1, "summary": 1, "resolve_by": 1, "due": 1}
        return await self._tasks.find({"_id": {"$in": ids}}, fields).to_list(None)

    async def _follow(self, tasks: Sequence[Task]) -> None:
        writes = [
            UpdateOne(
                {"_id": task.id, "state": _UNFINISHED},
                {"$set": _words(task)},
            )
            for task in tasks
        ]
        if writes:
            with bulk_write():
                await self._tasks.bulk_write(writes, ordered=False)

    async def _insert(self, tasks: Sequence[Task]) -> list[Task]:
        new = [replace(task, trace=(_line("opened"),)) for task in tasks]
        writes = [UpdateOne({"_id": task.id}, {"$setOnInsert": _document(task)}, upsert=True) for task in new]
        if not writes:
            return []
        with bulk_write():
            result = await self._tasks.bulk_write(writes, ordered=False)
        return [new[place] for place in sorted(result.upserted_ids or {})]

    async def _reopen(self, task: Task) -> bool:
        fields = _document(task)
        del fields["trace"]
        anew = {"$set": fields, **event("opened again")}
        result = await self._tasks.update_one({"_id": task.id, "closed": True}, anew)
        return result.modified_count == 1

    @until_stored
    async def close(self, ids: Sequence[str], why: str) -> None:
        """End tasks that nobody has to do any more; those that are done stay as they are."""
        end = {"$set": ended(closed=True), **event(f"closed: {why}")}
        if ids:
            await self._tasks.update_many({"_id": {"$in": list(ids)}, "state": _UNFINISHED}, end)

    @until_stored
    async def unfinished(self, kinds: Collection[TaskKind]) -> list[Task]:
        """Give those of these kinds that somebody still has to do, oldest first."""
        query = {"kind": {"$in": sorted(kinds)}, "state": _UNFINISHED}
        return await reader.read(self._tasks.find(query).sort("created_at", ASCENDING))

    @until_stored
    async def erase(self, bookings: Sequence[str]) -> None:
        """Take people out of the tasks about them, with what was written of them; nobody has to do those.

        A task of theirs under another booking, which stays, loses their words alone.
        """
        theirs = {"booking": {"$in": list(bookings)}}
        await self._tasks.update_many({**theirs, "state": _UNFINISHED}, {"$set": ended(closed=True)})
        unsaid: dict[str, Any] = {"quote": "", "trace": []}
        gone = {**unsaid, "booking": None, "also": [], "summary": FORGOTTEN}
        await self._tasks.update_many(theirs, {"$set": gone})
        elsewhere = {"also": {"$in": list(bookings)}}
        await self._tasks.update_many(elsewhere, {"$set": unsaid, "$pull": elsewhere})

    async def get(self, key: str) -> Task | None:
        """Give a task."""
        found = await reader.read(self._tasks.find({"_id": key}))
        return found[0] if found else None

    async def newest(self, states: Collection[TaskState], limit: int) -> list[Task]:
        """Give the tasks of these states, newest first."""
        query = {"state": {"$in": sorted(states)}}
        return await reader.read(self._tasks.find(query).sort("created_at", DESCENDING).limit(limit))


def _speaks_otherwise(known: Document | None, task: Task) -> bool:
    if known is None or known["state"] not in UNFINISHED:
        return False
    return any(known.get(name) != value for name, value in _words(task).items())


def _words(task: Task) -> dict[str, Any]:
    """Give what follows while nobody has done it. A version that knew no `due` may have left it behind."""
    due = task.resolve_by or NEVER
    return {"summary": task.summary, "resolve_by": task.resolve_by, "due": due}


def ended(*, closed: bool) -> dict[str, Any]:
    """End a task: `closed` tells that it ended by itself."""
    return {"state": TaskState.DONE.value, "closed": closed, "ended_at": datetime.now(UTC)}


def _line(text: str) -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}"


def event(text: str) -> dict[str, Any]:
    """Trace an event in an update."""
    return {"$push": {"trace": {"$each": [_line(text)], "$slice": -TRACE}}}


def _document(task: Task) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(task, builtin_types=(datetime,))
    del fields["id"]
    leaves_by_itself = LEAVES_BY_ITSELF.items() <= fields.items()
    ended_at = datetime.now(UTC) if leaves_by_itself else None
    return {**fields, **_words(task), "closed": False, "ended_at": ended_at}


def _task(found: Document) -> Task:
    return msgspec.convert({**found, "id": found["_id"]}, Task)


reader = Reader(COLLECTION, _task)
