"""What providers report later about rows of the ledger: delivered, refused after all, relayed, or nothing.

A report may come twice, out of order, or before the sender has noted its own outcome; a row moves forward
only. Whoever still has the row in hand loses it (its owner is cleared), and so cannot move it back.
"""

from collections.abc import Sequence
from typing import Any

from pymongo import ASCENDING

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Receipt
from flightagents.domain.notifications import Notification, State
from flightagents.store.connection import Database, until_stored
from flightagents.store.ledger_rows import COLLECTION, reader, traced
from flightagents.store.marking import marked

_BEFORE = [State.PENDING.value, State.SENDING.value, State.UNCERTAIN.value]
_MAY_HAVE_LEFT = {"state": {"$in": _BEFORE}, "wire_at": {"$ne": None}}
_ACCEPTED = {"state": State.ACCEPTED.value}
_PROMISED = {"receipt_by": {"$type": "date"}}
_NAMED = {"provider_id": {"$type": "string"}}


class MongoReceipts:
    """The ledger's rows as providers report on them."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        await self._rows.create_index("provider_id", name="provider_id", partialFilterExpression=_NAMED)
        await self._rows.create_index(
            [("channel", ASCENDING), ("receipt_by", ASCENDING)],
            name="receipt_by",
            partialFilterExpression=_PROMISED,
        )

    @until_stored
    async def receive(self, receipt: Receipt) -> bool:
        """Move the row forward; False where it is unknown or has moved on already."""
        state = _state_after(receipt)
        accepted = {**_ACCEPTED, **_PROMISED} if receipt.relayed else _ACCEPTED
        waits = {"_id": receipt.row, "$or": [_MAY_HAVE_LEFT, accepted]}
        moved: dict[str, Any] = {
            "state": state.value,
            "owner": None,
            "receipt_by": None,
            "settled": state is not State.FAILED,
            "trace": traced(f"receipt: {'relayed' if receipt.relayed else state}: {receipt.detail}"),
        }
        result = await self._rows.update_one(waits, [{"$set": moved}])
        return result.matched_count == 1

    @until_stored
    async def row_of(self, provider_id: str) -> str | None:
        """Give the row that a provider knows by this id."""
        found = await self._rows.find_one(named(provider_id), {"_id": 1})
        return str(found["_id"]) if found else None

    @until_stored
    async def answered(self, rows: Sequence[str]) -> Notification | None:
        """Give the first of these rows that there is; those of an answer may be anybody's."""
        found = await reader.read(self._rows.find({"_id": {"$in": list(rows)}}))
        return min(found, key=lambda row: rows.index(row.id), default=None)

    @until_stored
    async def overdue(self, channel: Channel) -> list[Notification]:
        """Give a channel's rows whose promised receipt has not come in time (`$$NOW`), each of them once.

        They stay told, and are unsettled until somebody has looked at them.
        """
        noted = {"receipt_by": None, "settled": False, "trace": traced("no receipt in time")}
        return await marked(self._rows, overdue_of(channel), noted)


def named(provider_id: str) -> dict[str, Any]:
    """Match what a provider knows by this id."""
    return {"provider_id": {"$eq": provider_id, **_NAMED["provider_id"]}}


def overdue_of(channel: Channel) -> dict[str, Any]:
    """Match a channel's rows whose promised receipt is overdue; the index gives them and no others."""
    return {
        "channel": channel.value,
        **_ACCEPTED,
        **_PROMISED,
        "$expr": {"$lt": ["$receipt_by", "$$NOW"]},
    }


def _state_after(receipt: Receipt) -> State:
    if receipt.relayed:
        return State.ACCEPTED
    return State.DELIVERED if receipt.delivered else State.FAILED
