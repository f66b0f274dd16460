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
        month = f"{self._clock.now():%Y-%m}"
        await self._calls.update_one({"_id": month}, {"$inc": {"calls": 1}}, upsert=True)
