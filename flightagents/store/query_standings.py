"""`feed_queries`: how asking each query of the feed went lately; it outlives the worker that asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import DESCENDING

from flightagents.domain.query_standing import QueryStanding
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "feed_queries"
KEEP = timedelta(days=7)
"""Real time: a query that nobody has asked for so long is of flights that have flown."""
MOST = 10_000
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MongoQueryStandings:
    """One small document a query."""

    def __init__(self, database: Database) -> None:
        self._queries = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        await self._queries.create_index(
            [("noted_at", DESCENDING)], name="noted", expireAfterSeconds=int(KEEP.total_seconds())
        )

    @until_stored
    async def note(self, standing: QueryStanding) -> None:
        """Put a query's standing in the place of its last one, unless that is of a later look."""
        fields: dict[str, Any] = msgspec.to_builtins(standing, builtin_types=(datetime,))
        query = fields.pop("query")
        asked = {"asked_at": standing.asked_at}
        await self._queries.update_one({"_id": query}, {"$setOnInsert": asked}, upsert=True)
        noted = {"standing": {"$literal": fields}, **asked, "noted_at": "$$NOW"}
        # $set merges documents: what the last standing had is taken away first.
        earlier = {"_id": query, "asked_at": {"$lte": standing.asked_at}}
        await self._queries.update_one(earlier, [{"$unset": "standing"}, {"$set": noted}])

    @until_stored
    async def all(self) -> dict[str, QueryStanding]:
        """Give them by query."""
        noted = {"noted_at": {"$gt": _LONG_AGO}}
        found = self._queries.find(noted).sort("noted_at", DESCENDING).limit(MOST)
        return {standing.query: standing for standing in await _rows.read(found)}


def _standing(found: Document) -> QueryStanding:
    return msgspec.convert({**found["standing"], "query": found["_id"]}, QueryStanding)


_rows = Reader(COLLECTION, _standing)
