"""The poller's lease: one worker polls at a time, and runs are numbered without a gap in order."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from flightagents.domain.runs import RunStamp
from flightagents.store.connection import Database

COLLECTION = "leases"
POLL = "poll"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LASTS = timedelta(seconds=30)
"""Real time. Another worker may take over from one that was silent for longer."""


class MongoLease:
    """Held on the database's own clock (`$$NOW`): workers' clocks may differ."""

    def __init__(self, database: Database, owner: str) -> None:
        self._leases = database[COLLECTION]
        self._owner = owner

    async def begin_run(self, now: datetime) -> RunStamp | None:
        """Take or renew the lease and number a run; None while another worker holds it.

        The poll time is business time and never goes backwards: at least 1 ms after the last one.
        """
        nobody = {"owner": None, "expires_at": _LONG_AGO, "run": 0}
        await self._leases.update_one({"_id": POLL}, {"$setOnInsert": nobody}, upsert=True)
        free = {"$or": [{"owner": self._owner}, {"$expr": {"$lt": ["$expires_at", "$$NOW"]}}]}
        begin = {
            "owner": self._owner,
            "expires_at": _expiry(),
            "run": {"$add": ["$run", 1]},
            "polled_at": {"$max": [{"$add": ["$polled_at", 1]}, now]},
        }
        lease: dict[str, Any] | None = await self._leases.find_one_and_update(
            {"_id": POLL, **free}, [{"$set": begin}], return_document=ReturnDocument.AFTER
        )
        if lease is None:
            return None
        return RunStamp(lease["run"], lease["polled_at"])

    async def holds(self, stamp: RunStamp) -> bool:
        """Renew the lease if it is still ours and still at this run.

        Also after it expired: a page may take longer than it lasts, and whoever takes over changes owner and
        run. So a leader that was frozen meanwhile finds out.
        """
        mine = {"_id": POLL, "owner": self._owner, "run": stamp.run}
        result = await self._leases.update_one(mine, [{"$set": {"expires_at": _expiry()}}])
        return result.matched_count == 1

    async def release(self) -> None:
        """Let another worker have it at once; where MongoDB is away it ends by itself."""
        with suppress(PyMongoError):
            mine = {"_id": POLL, "owner": self._owner}
            await self._leases.update_one(mine, {"$set": {"owner": None, "expires_at": _LONG_AGO}})


def _expiry() -> dict[str, Any]:
    return {"$add": ["$$NOW", int(LASTS / timedelta(milliseconds=1))]}
