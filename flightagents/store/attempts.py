"""`login_attempts`: logins that failed, for all workers together. Each weighs for a quarter of an hour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import UpdateOne

from flightagents.store.connection import Database, bulk_write, until_stored

COLLECTION = "login_attempts"
WEIGHS = timedelta(minutes=15)
"""Real time, from the first of some failures: whoever forgot a password is not locked out for long."""


class MongoAttempts:
    """A counter for each key; it begins anew when it is old."""

    def __init__(self, database: Database) -> None:
        self._attempts = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Let the database remove what weighs no more."""
        seconds = int(WEIGHS.total_seconds())
        await self._attempts.create_index("since", name="since", expireAfterSeconds=seconds)

    @until_stored
    async def failed(self, keys: Sequence[str]) -> dict[str, int]:
        """Count those of each key that still weigh."""
        young = {"_id": {"$in": list(keys)}, "$expr": {"$gt": ["$since", _long_ago()]}}
        return {row["_id"]: row["count"] async for row in self._attempts.find(young)}

    @until_stored
    async def note(self, keys: Sequence[str]) -> None:
        """Count one more for each key."""
        weighs = {"$gt": [{"$ifNull": ["$since", _NEVER]}, _long_ago()]}
        count = {
            "since": {"$cond": [weighs, "$since", "$$NOW"]},
            "count": {"$cond": [weighs, {"$add": ["$count", 1]}, 1]},
        }
        with bulk_write():
            await self._attempts.bulk_write(
                [UpdateOne({"_id": key}, [{"$set": count}], upsert=True) for key in keys], ordered=False
            )

    @until_stored
    async def forgive(self, keys: Sequence[str]) -> None:
        """Forget those of these keys."""
        await self._attempts.delete_many({"_id": {"$in": list(keys)}})


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _long_ago() -> dict[str, Any]:
    return {"$subtract": ["$$NOW", int(WEIGHS / timedelta(milliseconds=1))]}
