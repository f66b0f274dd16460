"""`notifications`: the ledger, outbox and audit in one. Here what is decided; outbox.py sends it.

A row is inserted once, by its id. `not_before` and `expires_at` are business time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne

from flightagents.domain.alerting import Reason
from flightagents.domain.notifications import Notification, State
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.ledger_rows import COLLECTION, document, event, line, read_notice, reader

_REVIVED = [State.SUPPRESSED.value, State.SUPERSEDED.value]
_OUTLIVES = ("attempt", "wire_at", "last_wire_at", "maybe_twice")
"""What stays of a row that comes to life again: the fence, and what may have left already."""


class MongoLedger:
    """The ledger's rows."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        await self._rows.create_index(
            [("flight", ASCENDING), ("address_key", ASCENDING)], name="flight_address"
        )
        await self._rows.create_index([("state", ASCENDING), ("created_at", ASCENDING)], name="state")
        await self._rows.create_index("claim", name="claim", sparse=True)
        await self._rows.create_index("booking", name="booking")
        await self._rows.create_index("settled", name="settled", partialFilterExpression={"settled": False})

    @until_stored
    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        """Give all rows of these flights for these addresses."""
        query = {"flight": {"$in": list(flights)}, "address_key": {"$in": list(address_keys)}}
        return await reader.read(self._rows.find(query))

    @until_stored
    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        """Withdraw what waits to be sent about an older state of each flight (its identity, its ordinal)."""
        older = [{"flight": flight, "ordinal": {"$lt": ordinal}} for flight, ordinal in flights]
        waiting = {"state": State.PENDING.value, "address_key": {"$in": list(address_keys)}, "$or": older}
        withdrawn = {"state": State.SUPERSEDED.value, "reason": Reason.SUPERSEDED.value}
        if older:
            await self._rows.update_many(waiting, {"$set": withdrawn, **event("superseded by newer news")})

    @until_stored
    async def add(self, rows: Sequence[Notification]) -> int:
        """Insert rows that are not there yet; give how many were added.

        A row that a sender set aside comes to life again: what it was set aside for has changed.
        """
        writes: list[UpdateOne] = []
        for row in rows:
            fields = {**document(row), "settled": True, "retry_at": None}
            if row.state is State.PENDING:
                aside = {"_id": row.id, "state": {"$in": _REVIVED}}
                anew = {name: value for name, value in fields.items() if name not in _OUTLIVES}
                writes.append(UpdateOne(aside, {"$set": anew, **event("decided again")}))
            created = {**fields, "trace": [line(f"decided: {row.reason}")]}
            writes.append(UpdateOne({"_id": row.id}, {"$setOnInsert": created}, upsert=True))
        if not writes:
            return 0
        with bulk_write():
            result = await self._rows.bulk_write(writes)
        return int(result.upserted_count)

    @until_stored
    async def unsettled(self) -> list[Notification]:
        """Give the rows that ended untold, and whose person was not decided on again."""
        return await reader.read(self._rows.find({"settled": False}).limit(1000))

    @until_stored
    async def settle(self, row: Notification) -> None:
        """Note that the person was decided on again, unless the row has lived and ended again since."""
        ended = {"_id": row.id, "attempt": row.attempt, "state": row.state.value}
        await self._rows.update_one(ended, {"$set": {"settled": True}})

    async def newest(self, limit: int, flight: str | None = None) -> list[Notification]:
        """Give the newest rows, newest first."""
        query = {"flight": flight} if flight else {}
        found = self._rows.find(query).sort("created_at", DESCENDING).limit(limit)
        return await reader.read(found)

    @until_stored
    async def erase(self, bookings: Sequence[str], still_booked: Sequence[str] = ()) -> None:
        """Erase what was said to people who are to be forgotten; nothing more is sent to them.

        `still_booked` are the address keys that another booking has: what was said there stays known, without
        name and reference.
        """
        theirs = {"booking": {"$in": list(bookings)}}
        withdrawn = {"state": State.SUPPRESSED.value, "reason": Reason.NOT_BOOKED.value, "settled": False}
        await self._rows.update_many({**theirs, "state": State.PENDING.value}, {"$set": withdrawn})
        gone = {"booking": None, "message": None, "owner": None}  # whoever holds the row loses it
        async for row in self._rows.find({**theirs, "address_key": {"$in": list(still_booked)}}):
            said = msgspec.json.encode(replace(read_notice(row["notice"]), name="", reference=""))
            await self._rows.update_one({"_id": row["_id"]}, {"$set": {**gone, "notice": said.decode()}})
        await self._rows.update_many(theirs, {"$set": {**gone, "notice": None, "address_key": None}})
