"""`api_calls`: how many calls of AviationStack each month has cost, and each of its days."""

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
        now = self._clock.now()
        counted = {"$inc": {"calls": 1, f"days.{now:%d}": 1}, "$min": {"first_at": now}}
        await self._calls.update_one({"_id": f"{now:%Y-%m}"}, counted, upsert=True)
