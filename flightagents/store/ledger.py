"""`notifications`: the ledger, outbox and audit in one. Here what is decided; outbox.py sends it.

A row is inserted once, by its id. `not_before` and `expires_at` are business time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.errors import BulkWriteError

from flightagents.domain.notifications import TOLD, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.errors import WriteRefusedError
from flightagents.store import indexes
from flightagents.store.connection import (
    DUPLICATE_KEY,
    Database,
    bulk_write,
    is_transient,
    not_replicated,
    until_stored,
)
from flightagents.store.ledger_rows import (
    COLLECTION,
    FOR_TRAVELLERS,
    document,
    event,
    line,
    read_notice,
    reader,
)

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
        newest = [("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]
        await self._rows.create_index(newest, name="state_newest")
        await indexes.drop(self._rows, "state")  # the same but for the order of equals, which lists need
        await self._rows.create_index("booking", name="booking")
        await self._rows.create_index("address_key", name="address_key")
        await self._rows.create_index("settled", name="settled", partialFilterExpression={"settled": False})

    @until_stored
    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        """Give all rows of these flights for these addresses, without their messages, which are long."""
        query = {"flight": {"$in": list(flights)}, "address_key": {"$in": list(address_keys)}}
        return await reader.read(self._rows.find(query, {"message": 0}))

    @until_stored
    async def told_of(self, flights: Collection[str]) -> set[str]:
        """Give those of these flights of which a traveller was told something, or may have been."""
        told = {
            "flight": {"$in": sorted(flights)},
            "state": {"$in": sorted(state.value for state in TOLD)},
            **FOR_TRAVELLERS,
        }
        found = self._rows.aggregate([{"$match": told}, {"$group": {"_id": "$flight"}}])
        return {row["_id"] async for row in found}

    @until_stored
    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        """Withdraw what waits to be sent about an older state of each flight (its identity, its ordinal)."""
        newest: dict[str, int] = {}
        for flight, ordinal in flights:
            newest[flight] = max(ordinal, newest.get(flight, ordinal))
        keys = set(address_keys)
        # Looked up by flight, then named by id: a condition of many flights and many keys at once makes the
        # planner multiply them, which took MongoDB gigabytes in a storm.
        waiting = {"flight": {"$in": sorted(newest)}, "state": State.PENDING.value}
        found = self._rows.find(waiting, {"flight": 1, "ordinal": 1, "address_key": 1})
        older = [
            row["_id"]
            async for row in found
            if row["address_key"] in keys and row["ordinal"] < newest[row["flight"]]
        ]
        withdrawn = {"state": State.SUPERSEDED.value, "reason": Reason.SUPERSEDED.value}
        if older:
            still = {"_id": {"$in": older}, "state": State.PENDING.value}
            await self._rows.update_many(still, {"$set": withdrawn, **event("superseded by newer news")})

    @until_stored
    async def add(self, rows: Sequence[Notification]) -> list[Notification]:
        """Insert rows that are not there yet; give those that were added.

        A row that a sender set aside comes to life again: what it was set aside for has changed.
        """
        fields = [{**document(row), "settled": True, "retry_at": None} for row in rows]
        present = await self._insert(
            [
                {"_id": row.id, **each, "trace": [line(f"decided: {row.reason}")]}
                for row, each in zip(rows, fields, strict=True)
            ]
        )
        revived = [
            UpdateOne(
                {"_id": rows[place].id, "state": {"$in": _REVIVED}},
                {"$set": _anew(fields[place]), **event("decided again")},
            )
            for place in present
            if rows[place].state is State.PENDING
        ]
        if revived:
            with bulk_write():
                await self._rows.bulk_write(revived)
        known = set(present)
        return [row for place, row in enumerate(rows) if place not in known]

    async def _insert(self, documents: Sequence[dict[str, Any]]) -> list[int]:
        """Insert what is not there yet, and give the places of what is."""
        if not documents:
            return []
        try:
            await self._rows.insert_many(documents, ordered=False)
        except BulkWriteError as exc:
            errors = (exc.details or {}).get("writeErrors", ())
            refused = {error["code"] for error in errors} - {DUPLICATE_KEY}
            if is_transient(exc):
                raise not_replicated() from None
            if refused:
                raise WriteRefusedError(refused) from None  # the text of the error holds the documents
            return [error["index"] for error in errors]
        return []

    @until_stored
    async def unsettled(self) -> list[Notification]:
        """Give some of the rows that somebody has to look at once, since they ended untold or are stuck."""
        return await reader.read(self._rows.find({"settled": False}).limit(1000))

    @until_stored
    async def settle(self, rows: Sequence[Notification]) -> None:
        """Note that the people were decided on again, unless a row has lived and ended again since."""
        settled = {"$set": {"settled": True}}
        writes = [
            UpdateOne({"_id": row.id, "attempt": row.attempt, "state": row.state.value}, settled)
            for row in rows
        ]
        if writes:
            with bulk_write():
                await self._rows.bulk_write(writes, ordered=False)

    @until_stored
    async def get(self, row: str) -> Notification | None:
        """Give a row."""
        found = await reader.read(self._rows.find({"_id": str(row)}))
        return found[0] if found else None

    @until_stored
    async def hold(self, row: str, on: bool) -> bool:
        """Hold a row that waits, or let it go to be judged anew; False if it does not wait."""
        waiting = {"_id": row, "state": State.PENDING.value, "hold": {"$ne": on}}
        change = {"$set": {"hold": on}, **event("held by staff" if on else "released by staff")}
        return bool((await self._rows.update_one(waiting, change)).matched_count)

    @until_stored
    async def replay(self, row: str) -> bool:
        """Let a row be tried again that we gave up or a provider refused; False if it is none."""
        given_up = {"_id": row, "state": {"$in": [State.DEAD.value, State.FAILED.value]}}
        again = {
            "state": State.PENDING.value,
            "stage": None,
            "tries": 0,
            "stuck": False,
            "in_vain_since": None,
            "waits_since": None,
            "retry_at": None,
            "not_before": None,
            "settled": True,
        }
        result = await self._rows.update_one(given_up, {"$set": again, **event("tried again by hand")})
        return result.matched_count == 1

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


def _anew(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in _OUTLIVES}
