"""Updates of the ledger's rows that only count while a row is in our hands, many of them in one write."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from flightagents.domain.notifications import Notification, Stage
from flightagents.errors import WriteRefusedError
from flightagents.store.connection import not_replicated, until_stored
from flightagents.store.group_commit import GroupCommit
from flightagents.store.ledger_rows import fence

STILL_LEASED = {"$expr": {"$gt": ["$lease_until", "$$NOW"]}}

Changes = dict[str, Any]


class Update(NamedTuple):
    """What is to be changed, by a pipeline, in a row that we claimed."""

    row: Notification
    changes: Changes
    leased: bool = False
    """Whether it counts only while the lease runs, and is to tell whether it did."""


class FencedWrites:
    """Marks at the wire and ends share their writes: each costs as much by itself as its rows do."""

    def __init__(self, rows: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._rows = rows
        self._shared = GroupCommit(self._write_all)
        self._ends = GroupCommit(self._end_all)

    async def mark(self, row: Notification, changes: Changes) -> bool:
        """Change a row whose lease still runs, durably; False if it is not ours any more."""
        marked = await self._shared(Update(row, changes, leased=True))
        return await self._is_marked(row) if marked is None else marked

    async def end(self, row: Notification, changes: Changes) -> None:
        """Change a row if it is still ours; waits for MongoDB, for ever."""
        update = Update(row, changes)
        if await self._shared(update) is None:
            await self._ends(update)

    async def _write_all(self, updates: Sequence[Update]) -> Sequence[bool | BaseException | None]:
        """Tell of each that it is written; None where a mark has to be looked for, or an end written again.

        Where a write fails as a whole, marks are not tried again: a connection waits for each, and nothing
        has left. Ends are, and among themselves: a mark may be what it failed for.
        """
        (written,) = await asyncio.gather(self._write(updates), return_exceptions=True)
        if isinstance(written, BaseException):
            return [written if update.leased else None for update in updates]
        matched, refused = written
        # A bulk write counts only: if a row was lost, nobody knows whose.
        of_mark = True if matched == len(updates) else None
        return [
            refused.get(place, of_mark if update.leased else True) for place, update in enumerate(updates)
        ]

    @until_stored
    async def _end_all(self, updates: Sequence[Update]) -> Sequence[Exception | None]:
        _, refused = await self._write(updates)
        return [refused.get(place) for place in range(len(updates))]

    async def _is_marked(self, row: Notification) -> bool:
        """Tell whether a row was marked just now.

        The mark gave it a new lease. A row that was lost has another owner, or its lease is over.
        """
        marked = {**fence(row), "stage": Stage.WIRE.value, **STILL_LEASED}
        return await self._rows.find_one(marked, {"_id": 1}) is not None

    async def _write(self, updates: Sequence[Update]) -> tuple[int, dict[int, WriteRefusedError]]:
        """Give how many rows were ours, and by place those that MongoDB refused: they stop no neighbour."""
        writes = [
            UpdateOne({**fence(row), **(STILL_LEASED if leased else {})}, [{"$set": changes}])
            for row, changes, leased in updates
        ]
        try:
            result = await self._rows.bulk_write(writes, ordered=False)
        except BulkWriteError as exc:
            details: dict[str, Any] = dict(exc.details or {})
            if details.get("writeConcernErrors"):
                raise not_replicated() from None
            errors = details.get("writeErrors", ())
            # Without the error's text: it holds the document.
            return details["nMatched"], {each["index"]: WriteRefusedError({each["code"]}) for each in errors}
        return result.matched_count, {}
