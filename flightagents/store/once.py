"""`once`: what was done already, by a name, so that a request that comes again does nothing twice."""

from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from flightagents.store.connection import Database, until_stored

COLLECTION = "once"
KEEP = timedelta(days=7)
"""Real time. Twilio repeats a webhook within a minute; a day's answer is asked for that day; a session that
somebody ended would have lasted for 12 hours."""


class MongoOnce:
    """Names, kept for some days."""

    def __init__(self, database: Database) -> None:
        self._names = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index by which names leave."""
        await self._names.create_index("at", name="at", expireAfterSeconds=int(KEEP.total_seconds()))

    @until_stored
    async def done(self, name: str) -> bool:
        """Tell whether it was noted."""
        return await self._names.find_one({"_id": name}) is not None

    @until_stored
    async def note(self, name: str) -> bool:
        """Note it; False where it was noted before."""
        try:
            await self._names.insert_one({"_id": name, "at": datetime.now(UTC)})
        except DuplicateKeyError:
            return False
        return True
