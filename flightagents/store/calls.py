"""`api_calls`: how many calls of AviationStack each month has cost."""

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
        await self._calls.update_one({"_id": self._month()}, {"$inc": {"calls": 1}}, upsert=True)

    @until_stored
    async def of_this_month(self) -> int:
        """Give the calls of the current month (UTC)."""
        counted = await self._calls.find_one({"_id": self._month()})
        return int(counted["calls"]) if counted else 0

    def _month(self) -> str:
        return f"{self._clock.now():%Y-%m}"
