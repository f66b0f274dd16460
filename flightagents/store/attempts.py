"""`login_attempts`: logins tried in vain, for all workers together. Each weighs for a quarter of an hour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument

from flightagents.store.connection import Database, until_stored

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
    async def note(self, key: str) -> int:
        """Count one more, and give how many that makes: in one step, so that no two get the same."""
        weighs = {"$gt": [{"$ifNull": ["$since", _NEVER]}, _long_ago()]}
        count = {
            "since": {"$cond": [weighs, "$since", "$$NOW"]},
            "count": {"$cond": [weighs, {"$add": ["$count", 1]}, 1]},
        }
        counted = await self._attempts.find_one_and_update(
            {"_id": key}, [{"$set": count}], upsert=True, return_document=ReturnDocument.AFTER
        )
        return int(counted["count"])

    @until_stored
    async def take_back(self, keys: Sequence[str]) -> None:
        """Count one less for each of these keys."""
        await self._attempts.update_many(
            {"_id": {"$in": list(keys)}, "count": {"$gt": 0}}, {"$inc": {"count": -1}}
        )

    @until_stored
    async def forgive(self, key: str) -> None:
        """Forget those of a key."""
        await self._attempts.delete_one({"_id": key})


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _long_ago() -> dict[str, Any]:
    return {"$subtract": ["$$NOW", int(WEIGHS / timedelta(milliseconds=1))]}
