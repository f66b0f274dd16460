"""`notifications`: the ledger, outbox and audit in one. Nothing is lost, and nothing is said twice.

A row is inserted once, by its id. A sender claims it with a lease, marks it "wire" durably just before bytes
leave, and records the outcome; each of its updates is fenced by owner and attempt. Leases and retries run on
the database's clock (`$$NOW`), `not_before` and `expires_at` on business time.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne

from flightagents.domain.alerting import Reason
from flightagents.domain.notifications import TOLD, Message, Notice, Notification, Stage, State
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "notifications"
LEASE = timedelta(seconds=60)
"""Longer than one message may take, all time-outs of a channel together."""
TRACE = 20
"""Events of a row that are kept."""

_REVIVED = [State.SUPPRESSED.value, State.SUPERSEDED.value]
_OUTLIVES = ("attempt", "wire_at", "last_wire_at", "maybe_twice")
"""What stays of a row that comes to life again: the fence, and what may have left already."""


class MongoLedger:
    """The ledger's rows."""

    def __init__(self, database: Database, lease: timedelta = LEASE) -> None:
        self._rows = database[COLLECTION]
        self._lease = lease

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

    # Deciding

    @until_stored
    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        """Give all rows of these flights for these addresses."""
        query = {"flight": {"$in": list(flights)}, "address_key": {"$in": list(address_keys)}}
        return await _reader.read(self._rows.find(query))

    @until_stored
    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        """Withdraw what waits to be sent about an older state of each flight (its identity, its ordinal)."""
        older = [{"flight": flight, "ordinal": {"$lt": ordinal}} for flight, ordinal in flights]
        waiting = {"state": State.PENDING.value, "address_key": {"$in": list(address_keys)}, "$or": older}
        withdrawn = {"state": State.SUPERSEDED.value, "reason": Reason.SUPERSEDED.value}
        if older:
            await self._rows.update_many(waiting, {"$set": withdrawn, **_event("superseded by newer news")})

    @until_stored
    async def add(self, rows: Sequence[Notification]) -> int:
        """Insert rows that are not there yet; give how many were added.

        A row that a sender set aside comes to life again: what it was set aside for has changed.
        """
        writes: list[UpdateOne] = []
        for row in rows:
            fields = {**_document(row), "settled": True, "retry_at": None}
            if row.state is State.PENDING:
                aside = {"_id": row.id, "state": {"$in": _REVIVED}}
                anew = {name: value for name, value in fields.items() if name not in _OUTLIVES}
                writes.append(UpdateOne(aside, {"$set": anew, **_event("decided again")}))
            created = {**fields, "trace": [_line(f"decided: {row.reason}")]}
            writes.append(UpdateOne({"_id": row.id}, {"$setOnInsert": created}, upsert=True))
        if not writes:
            return 0
        with bulk_write():
            result = await self._rows.bulk_write(writes)
        return int(result.upserted_count)

    @until_stored
    async def unsettled(self) -> list[Notification]:
        """Give the rows that ended untold, and whose person was not decided on again."""
        return await _reader.read(self._rows.find({"settled": False}).limit(1000))

    @until_stored
    async def settle(self, row: Notification) -> None:
        """Note that the person was decided on again, unless the row has lived and ended again since."""
        ended = {"_id": row.id, "attempt": row.attempt, "state": row.state.value}
        await self._rows.update_one(ended, {"$set": {"settled": True}})

    # Sending

    @until_stored
    async def claim(
        self, owner: str, channels: Sequence[str], now: datetime, limit: int
    ) -> list[Notification]:
        """Take rows that are due, and rows whose sender died: those beyond "wire" come back as uncertain."""
        due = {
            "channel": {"$in": list(channels)},
            "$or": [
                {"state": State.PENDING.value, "$and": [_not_after("not_before", now), _WAITED]},
                {"state": State.UNCERTAIN.value, **_WAITED},
                {"state": State.SENDING.value, "$expr": {"$lt": ["$lease_until", "$$NOW"]}},
            ],
        }
        ids = [row["_id"] async for row in self._rows.find(due, {"_id": 1}).sort("created_at").limit(limit)]
        if not ids:
            return []
        token = uuid.uuid4().hex
        at_wire = {"$eq": ["$stage", Stage.WIRE.value]}
        claimed = {
            "state": {"$cond": [at_wire, State.UNCERTAIN.value, State.SENDING.value]},
            "stage": {"$cond": [at_wire, Stage.WIRE.value, Stage.CLAIMED.value]},
            "owner": owner,
            "claim": token,
            "attempt": {"$add": ["$attempt", 1]},
            "lease_until": _in(self._lease),
            "retry_at": _in(self._lease),
        }
        await self._rows.update_many({"_id": {"$in": ids}, **due}, [{"$set": claimed}])
        return await _reader.read(self._rows.find({"claim": token}).sort("created_at"))

    async def wire(self, row: Notification, message: Message) -> bool:
        """Note, before bytes leave, that they may have, and what they say; False if it is not ours any more.

        The lease begins anew: nobody asks about a message that is still on its way.
        """
        ours = {**_fence(row), "$expr": {"$gt": ["$lease_until", "$$NOW"]}}
        marked: dict[str, Any] = {
            "stage": Stage.WIRE.value,
            "wire_at": {"$ifNull": ["$wire_at", "$$NOW"]},
            "last_wire_at": "$$NOW",
            "lease_until": _in(self._lease),
            "retry_at": _in(self._lease),
            "message": {"$literal": msgspec.to_builtins(message, builtin_types=(datetime,))},
            "notice": {"$literal": _text(row.notice)},
        }
        result = await self._rows.update_one(ours, [{"$set": marked}])
        return result.matched_count == 1

    @until_stored
    async def finish(
        self,
        row: Notification,
        state: State,
        detail: str,
        *,
        reason: Reason | None = None,
        provider_id: str | None = None,
    ) -> None:
        """Record how it ended. What ended untold is unsettled until its person was decided on again."""
        ended = {"state": state.value, "provider_id": provider_id, "settled": state in TOLD}
        why = {"reason": reason.value} if reason else {}
        await self._rows.update_one(_fence(row), {"$set": {**ended, **why}, **_event(f"{state}: {detail}")})

    @until_stored
    async def postpone(
        self,
        row: Notification,
        reason: str,
        wait: timedelta,
        *,
        until: datetime | None = None,
        burned: bool = True,
    ) -> None:
        """Let it be claimed again after a wait (real time), and not before `until` (business time)."""
        waits = {
            "state": State.PENDING.value,
            "stage": None,
            "retry_at": _in(wait),
            "not_before": {"$literal": until},
            "tries": {"$add": ["$tries", 1 if burned else 0]},
            "trace": _traced(f"postponed: {reason}"),
        }
        await self._rows.update_one(_fence(row), [{"$set": waits}])

    @until_stored
    async def leave_uncertain(
        self, row: Notification, reason: str, wait: timedelta, *, again: bool = False
    ) -> None:
        """Keep it at "wire", to be asked about after a wait; `again`: it may arrive twice."""
        kept: dict[str, Any] = {
            "state": State.UNCERTAIN.value,
            "retry_at": _in(wait),
            "trace": _traced(f"uncertain: {reason}"),
        }
        if again:
            kept["maybe_twice"] = True
        await self._rows.update_one(_fence(row), [{"$set": kept}])

    # Looking

    async def newest(self, limit: int, flight: str | None = None) -> list[Notification]:
        """Give the newest rows, newest first."""
        query = {"flight": flight} if flight else {}
        found = self._rows.find(query).sort("created_at", DESCENDING).limit(limit)
        return await _reader.read(found)

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
            said = msgspec.json.encode(replace(_notice.decode(row["notice"]), name="", reference=""))
            await self._rows.update_one({"_id": row["_id"]}, {"$set": {**gone, "notice": said.decode()}})
        await self._rows.update_many(theirs, {"$set": {**gone, "notice": None, "address_key": None}})


_WAITED = {"$expr": {"$lte": [{"$ifNull": ["$retry_at", "$$NOW"]}, "$$NOW"]}}


def _not_after(field: str, now: datetime) -> dict[str, Any]:
    return {"$or": [{field: None}, {field: {"$lte": now}}]}


def _in(wait: timedelta) -> dict[str, Any]:
    return {"$add": ["$$NOW", int(wait / timedelta(milliseconds=1))]}


def _fence(row: Notification) -> dict[str, Any]:
    return {"_id": row.id, "owner": row.owner, "attempt": row.attempt}


def _line(event: str) -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {event}"


def _event(event: str) -> dict[str, Any]:
    return {"$push": {"trace": {"$each": [_line(event)], "$slice": -TRACE}}}


def _traced(event: str) -> dict[str, Any]:
    return {"$slice": [{"$concatArrays": ["$trace", [{"$literal": _line(event)}]]}, -TRACE]}


def _document(row: Notification) -> dict[str, Any]:
    """Dates as dates, but the notice as text: its times are naive where the airport's zone is not known."""
    fields: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del fields["id"], fields["trace"]
    return {**fields, "notice": _text(row.notice)}


def _text(notice: Notice | None) -> str | None:
    return msgspec.json.encode(notice).decode() if notice else None


def _row(found: Document) -> Notification:
    notice = _notice.decode(found["notice"]) if found["notice"] else None
    return msgspec.convert({**found, "id": found["_id"], "notice": notice}, Notification)


_notice = msgspec.json.Decoder(Notice)
_reader = Reader(COLLECTION, _row)
