"""`api_calls`: how many calls of AviationStack each month has cost."""

from datetime import datetime

from flightagents.clock import Clock
from flightagents.store.connection import Database, until_stored

COLLECTION = "api_calls"


class MongoCallCounter:
    """Counts a call before it is made: one that fails is paid for as well."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._calls = database[COLLECTION]
        self._clock = clock

    @until_stored
    async def count(self) -> None:
        """Count one call of the current month (UTC)."""
        await self._calls.update_one({"_id": _month(self._clock.now())}, {"$inc": {"calls": 1}}, upsert=True)

    @until_stored
    async def this_month(self) -> int:
        """Give the calls counted in the current month."""
        found = await self._calls.find_one({"_id": _month(self._clock.now())})
        return int(found["calls"]) if found else 0


def _month(now: datetime) -> str:
    return f"{now:%Y-%m}"
