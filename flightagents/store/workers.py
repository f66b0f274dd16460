"""`workers`: the vital signs of each worker, on the database's clock."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pymongo import DESCENDING, ReturnDocument
from pymongo.errors import PyMongoError

from flightagents.domain.vital_signs import VitalSigns, WorkerSigns
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "workers"
KEEP = timedelta(hours=6)
"""A worker that was silent for so long leaves."""
LAST_WORD = timedelta(seconds=2)
"""How long the end of a worker waits to be noted."""


class MongoWorkers:
    """One document a worker: a few kilobytes, replaced every few seconds."""

    def __init__(self, database: Database) -> None:
        self._workers = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        await self._workers.create_index(
            [("seen_at", DESCENDING)], name="seen", expireAfterSeconds=int(KEEP.total_seconds())
        )

    @until_stored
    async def tell(self, name: str, signs: VitalSigns) -> datetime:
        """Put a worker's signs in the place of its last ones; give the time of the database's clock."""
        told = {
            "signs": {"$literal": msgspec.to_builtins(signs, builtin_types=(datetime,))},
            "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
            "seen_at": "$$NOW",
            "stopped": False,
        }
        document: dict[str, Any] = await self._workers.find_one_and_update(
            {"_id": name},
            [{"$set": told}],
            {"seen_at": 1},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        seen_at: datetime = document["seen_at"]
        return seen_at

    async def stop(self, name: str) -> None:
        """Note that a worker ends in order; where MongoDB is away it just falls silent."""
        ended = [{"$set": {"stopped": True, "seen_at": "$$NOW"}}]
        with suppress(PyMongoError, TimeoutError):
            async with asyncio.timeout(LAST_WORD.total_seconds()):
                await self._workers.update_one({"_id": name}, ended)

    @until_stored
    async def all(self, limit: int) -> list[WorkerSigns]:
        """Give the workers' last signs, the one seen last first."""
        return await _rows.read(self._workers.find().sort("seen_at", DESCENDING).limit(limit))


def _worker(found: Document) -> WorkerSigns:
    return msgspec.convert({**found, "name": found["_id"]}, WorkerSigns)


_rows = Reader(COLLECTION, _worker)
