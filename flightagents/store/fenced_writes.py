"""Updates of the ledger's rows that only count while a row is in our hands, many of them in one write."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from flightagents.domain.notifications import Notification, Stage
from flightagents.errors import WriteRefusedError
from flightagents.store.connection import is_transient, until_stored
from flightagents.store.group_commit import GroupCommit
from flightagents.store.ledger_rows import fence

STILL_LEASED = {"$expr": {"$gt": ["$lease_until", "$$NOW"]}}

Changes = dict[str, Any]


class Update(NamedTuple):
    """What is to be changed, by a pipeline, in a row that we claimed."""

    row: Notification
    changes: Changes


class FencedWrites:
    """Two queues: marks at the wire go before everything else, since a connection waits for each."""

    def __init__(self, rows: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._rows = rows
        self._marks = GroupCommit(self._mark_all)
        self._ends = GroupCommit(self._end_all)

    async def mark(self, row: Notification, changes: Changes) -> bool:
        """Change a row whose lease still runs, durably; False if it is not ours any more."""
        return await self._marks(Update(row, changes))

    async def end(self, row: Notification, changes: Changes) -> None:
        """Change a row if it is still ours; waits for MongoDB, for ever."""
        await self._ends(Update(row, changes))

    async def _mark_all(self, updates: Sequence[Update]) -> Sequence[bool | Exception]:
        matched, refused = await self._write(updates, STILL_LEASED)
        if matched == len(updates):
            return [True] * matched
        # A bulk write counts only: which of them it was that we had lost is read.
        ours = await self._marked(updates)
        return [refused.get(place, update.row.id in ours) for place, update in enumerate(updates)]

    async def _marked(self, updates: Sequence[Update]) -> set[str]:
        """Give the rows that were marked just now.

        The mark gave them a new lease. A row that was lost has another owner, or its lease is over.
        """
        marked = {
            "_id": {"$in": [update.row.id for update in updates]},
            "stage": Stage.WIRE.value,
            **STILL_LEASED,
        }
        hands = {update.row.id: (update.row.owner, update.row.attempt) for update in updates}
        found = self._rows.find(marked, {"owner": 1, "attempt": 1})
        return {row["_id"] async for row in found if (row["owner"], row["attempt"]) == hands[row["_id"]]}

    @until_stored
    async def _end_all(self, updates: Sequence[Update]) -> Sequence[Exception | None]:
        _, refused = await self._write(updates, {})
        return [refused.get(place) for place in range(len(updates))]

    async def _write(
        self, updates: Sequence[Update], more: dict[str, Any]
    ) -> tuple[int, dict[int, WriteRefusedError]]:
        """Give how many rows were ours, and by place those that MongoDB refused: they stop no neighbour."""
        writes = [UpdateOne({**fence(row), **more}, [{"$set": changes}]) for row, changes in updates]
        try:
            result = await self._rows.bulk_write(writes, ordered=False)
        except BulkWriteError as exc:
            details: dict[str, Any] = dict(exc.details or {})
            if is_transient(exc) or details.get("writeConcernErrors"):
                raise
            errors = details.get("writeErrors", ())
            # Without the error's text: it holds the document.
            return details["nMatched"], {each["index"]: WriteRefusedError({each["code"]}) for each in errors}
        return result.matched_count, {}
