"""`rates`: how much may still be handed to a provider now, by all workers together.

A bucket for each channel, refilled by the database's clock (`$$NOW`), holds one second's worth. That is all
that a crash can lose of it, so nobody waits for the journal here.
"""

from typing import Any

from pymongo import ReturnDocument, WriteConcern

from flightagents.domain.bookings import Channel
from flightagents.store.connection import Database, until_stored

COLLECTION = "rates"
WORTH_A_CLAIM = 0.25
"""Seconds of sending that a claim has to be worth: a claim costs the same for one row as for a hundred."""


class MongoRate:
    """One channel's bucket."""

    def __init__(self, database: Database, channel: Channel, per_second: float) -> None:
        self._rates = database[COLLECTION].with_options(write_concern=WriteConcern(w=1, j=False))
        self._channel = {"_id": channel.value}
        self._per_second = per_second
        self._most = max(1.0, per_second)

    @until_stored
    async def take(self, wanted: int) -> int:
        """Take some out, of what is wanted; none until it is worth a claim."""
        # Another primary's clock may be behind: then nothing has been refilled, and nothing is owed.
        since = {"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$seen_at", "$$NOW"]}]}]}
        refilled = {"$multiply": [self._per_second / 1000, since]}
        worth = min(wanted, max(1.0, self._per_second * WORTH_A_CLAIM))
        enough = {"$gte": ["$left", worth]}
        steps: list[dict[str, Any]] = [
            {"left": self._at_most({"$add": [self._left, refilled]}), "seen_at": "$$NOW"},
            {"taken": {"$cond": [enough, {"$min": [wanted, {"$floor": "$left"}]}, 0]}},
            {"left": {"$subtract": ["$left", "$taken"]}},
        ]
        found = await self._rates.find_one_and_update(
            self._channel,
            [{"$set": step} for step in steps],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(found["taken"])

    @until_stored
    async def give_back(self, unused: int) -> None:
        """Count these as not sent."""
        left = self._at_most({"$add": [self._left, unused]})
        await self._rates.update_one(self._channel, [{"$set": {"left": left}}])

    @property
    def _left(self) -> dict[str, Any]:
        return {"$ifNull": ["$left", self._most]}

    def _at_most(self, left: dict[str, Any]) -> dict[str, Any]:
        return {"$min": [self._most, left]}
