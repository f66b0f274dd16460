"""`sights`: how fresh each watched flight, and the feed, was at the leader's last look."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, DeleteMany, UpdateOne

from flightagents.domain.sights import KeptSight
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "sights"
KEEP = timedelta(days=7)
"""Real time: what nobody has judged for so long has flown."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MongoSights:
    """One small document a flight."""

    def __init__(self, database: Database) -> None:
        self._sights = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        await self._sights.create_index(
            [("noted_at", ASCENDING)], name="noted", expireAfterSeconds=int(KEEP.total_seconds())
        )

    @until_stored
    async def all(self) -> dict[str, KeptSight]:
        """Give them by key."""
        found = self._sights.find({"noted_at": {"$gt": _LONG_AGO}})
        return {each.key: each for each in await _rows.read(found)}

    @until_stored
    async def of(self, keys: Collection[str]) -> dict[str, KeptSight]:
        """Give those of these flights."""
        found = self._sights.find({"_id": {"$in": sorted(keys)}})
        return {each.key: each for each in await _rows.read(found)}

    @until_stored
    async def keep(self, changed: Sequence[KeptSight], gone: Collection[str]) -> None:
        """Store some, each in the place of what was known of it, and forget the flights that are gone."""
        writes: list[UpdateOne | DeleteMany] = [
            UpdateOne(
                {"_id": each.key}, {"$set": _fields(each), "$currentDate": {"noted_at": True}}, upsert=True
            )
            for each in changed
        ]
        if gone:
            writes.append(DeleteMany({"_id": {"$in": sorted(gone)}}))
        if writes:
            with bulk_write():
                await self._sights.bulk_write(writes, ordered=False)


def _fields(sight: KeptSight) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(sight, builtin_types=(datetime,))
    del fields["key"]
    return fields


def _sight(found: Document) -> KeptSight:
    return msgspec.convert({**found, "key": found["_id"]}, KeptSight)


_rows = Reader(COLLECTION, _sight)
