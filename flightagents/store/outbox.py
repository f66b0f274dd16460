"""The ledger's rows as a sender takes them in hand: nothing is lost, and nothing is said twice.

A sender claims rows with a lease, marks each "wire" durably just before bytes leave, and records the outcome;
each of its updates is fenced by owner and attempt, and goes out with others (fenced_writes.py). Leases and
retries run on the database's clock (`$$NOW`). What staff hold, a row or a whole flight, is not claimed.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from flightagents.domain.notifications import SETTLED_AS, TOLD, Message, Notification, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.store.connection import Database, until_stored
from flightagents.store.fenced_writes import FencedWrites
from flightagents.store.handling import MongoHandlings
from flightagents.store.ledger_rows import (
    COLLECTION,
    not_after,
    not_of_held,
    notice_text,
    reader,
    traced,
    within,
)

LEASE = timedelta(seconds=60)
"""Longer than one message may take, all time-outs of a channel together."""


class MongoOutbox:
    """What a sender does with the ledger's rows."""

    def __init__(self, database: Database, lease: timedelta = LEASE) -> None:
        self._rows = database[COLLECTION]
        self._writes = FencedWrites(self._rows)
        self._held = MongoHandlings(database).held
        self._lease = lease

    @until_stored
    async def due(self, channels: Sequence[str], now: datetime, limit: int) -> int:
        """Count what `claim` would take."""
        return await self._rows.count_documents(_due(channels, now, await self._held()), limit=limit)

    @until_stored
    async def claim(
        self, owner: str, channels: Sequence[str], now: datetime, limit: int
    ) -> list[Notification]:
        """Take rows that are due, and rows whose sender died: those beyond "wire" come back as uncertain."""
        due = _due(channels, now, await self._held())
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
            "lease_until": within(self._lease),
            "retry_at": within(self._lease),
        }
        chosen = {"_id": {"$in": ids}, **due}
        await self._rows.update_many(chosen, [{"$set": claimed}], hint=_BY_ID)
        ours = {"_id": {"$in": ids}, "claim": token}
        return await reader.read(self._rows.find(ours).sort("created_at").batch_size(limit))

    async def wire(self, row: Notification, message: Message) -> bool:
        """Note, before bytes leave, that they may have, and what they say; False if it is not ours any more.

        The lease begins anew: nobody asks about a message that is still on its way.
        """
        marked = {
            "stage": Stage.WIRE.value,
            "wire_at": {"$ifNull": ["$wire_at", "$$NOW"]},
            "last_wire_at": "$$NOW",
            "lease_until": within(self._lease),
            "retry_at": within(self._lease),
            **_words(row, message),
        }
        return await self._writes.mark(row, marked)

    async def finish(
        self,
        row: Notification,
        state: State,
        detail: str,
        *,
        reason: Reason | None = None,
        provider_id: str | None = None,
        receipt_within: timedelta | None = None,
        message: Message | None = None,
    ) -> None:
        """Record how it ended. What ended untold is unsettled until its person was decided on again."""
        ended: dict[str, Any] = {
            "state": state.value,
            "provider_id": provider_id,
            "settled": state in TOLD or reason in SETTLED_AS,
            "receipt_by": within(receipt_within) if receipt_within is not None else None,
            "trace": traced(f"{state}: {detail}"),
        }
        if reason is not None:
            ended["reason"] = reason.value
        if message is not None:
            ended |= _words(row, message)
        await self._writes.end(row, _literal(ended))

    async def postpone(
        self,
        row: Notification,
        reason: str,
        wait: timedelta,
        *,
        until: datetime | None = None,
        burned: bool = True,
        in_vain: bool = False,
    ) -> None:
        """Let it be claimed again after a wait (real time), and not before `until` (business time)."""
        waits = {
            "state": State.PENDING.value,
            "stage": None,
            "retry_at": within(wait),
            "not_before": {"$literal": until},
            "tries": {"$add": ["$tries", 1 if burned else 0]},
            "trace": traced(f"postponed: {reason}"),
            **(_IN_VAIN if in_vain else {}),
        }
        await self._writes.end(row, waits)

    async def leave_uncertain(
        self, row: Notification, reason: str, wait: timedelta, *, again: bool = False
    ) -> None:
        """Keep it at "wire", to be asked about after a wait; `again`: it is sent again, and may arrive twice.

        Then nothing of the second try has left, so it is back at "claimed": a sender that dies before it is
        marked at the wire leaves it to be sent, and not to be taken for sent twice.
        """
        kept: dict[str, Any] = {
            "state": State.UNCERTAIN.value,
            "retry_at": within(wait),
            "trace": traced(f"uncertain: {reason}"),
            **_IN_VAIN,
        }
        if again:
            kept |= {"maybe_twice": True, "stage": Stage.CLAIMED.value}
        await self._writes.end(row, kept)

    @until_stored
    async def heard(
        self,
        address_keys: Sequence[str],
        window: timedelta,
        said: Collection[Said],
        *,
        apart_from: Sequence[str] = (),
    ) -> dict[str, int]:
        """Count what says this and left for each address within a while (real time), but for these rows."""
        begin = {"$subtract": ["$$NOW", int(window / timedelta(milliseconds=1))]}
        left = {
            "address_key": {"$in": list(address_keys)},
            "_id": {"$nin": list(apart_from)},
            "said": {"$in": [each.value for each in said]},
            "state": {"$in": [state.value for state in TOLD]},
            "stage": Stage.WIRE.value,
            "$expr": {"$gt": ["$last_wire_at", begin]},
        }
        counted = [{"$match": left}, {"$group": {"_id": "$address_key", "count": {"$sum": 1}}}]
        return {each["_id"]: int(each["count"]) async for each in self._rows.aggregate(counted)}


def _words(row: Notification, message: Message) -> dict[str, Any]:
    """What is said: the message, and the notice that it was written from."""
    said: dict[str, Any] = {
        "message": {"$literal": msgspec.to_builtins(message, builtin_types=(datetime,))},
        "notice": {"$literal": notice_text(row.notice)},
    }
    if row.staff is not None:
        said["staff"] = {"$literal": msgspec.to_builtins(row.staff)}
    return said


def _literal(fields: dict[str, Any]) -> dict[str, Any]:
    """Keep texts that begin with $ what they are: texts."""
    return {name: {"$literal": value} if isinstance(value, str) else value for name, value in fields.items()}


_IN_VAIN = {"in_vain_since": {"$ifNull": ["$in_vain_since", "$$NOW"]}}
_BY_ID = "_id_"
"""The index. Without the hint MongoDB walks everything that is due: 100 ms more where 20,000 rows wait."""
_WAITED = {"$expr": {"$lte": [{"$ifNull": ["$retry_at", "$$NOW"]}, "$$NOW"]}}


def _due(channels: Sequence[str], now: datetime, held: Collection[str]) -> dict[str, Any]:
    return {
        "channel": {"$in": list(channels)},
        "$or": [
            {
                "state": State.PENDING.value,
                "hold": {"$ne": True},
                "$and": [not_after("not_before", now), _WAITED, *not_of_held(held)],
            },
            {"state": State.UNCERTAIN.value, **_WAITED},
            {"state": State.SENDING.value, "$expr": {"$lt": ["$lease_until", "$$NOW"]}},
        ],
    }
