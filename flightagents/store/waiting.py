"""Rows of the ledger that wait longer than they should: too late for anybody, or not to be handed over."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.ports import ChannelBacklog
from flightagents.store.connection import Database, until_stored
from flightagents.store.handling import MongoHandlings
from flightagents.store.ledger_rows import COLLECTION, FOR_TRAVELLERS, not_after, not_of_held, traced
from flightagents.store.marking import marked

COUNTED = 10_000
"""Rows that a look at the backlog counts at most."""

_WAITS = (State.PENDING.value, State.UNCERTAIN.value)


class MongoWaiting:
    """The ledger's rows that wait."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]
        self._held = MongoHandlings(database).held

    @until_stored
    async def backlog(self, now: datetime) -> dict[Channel, ChannelBacklog]:
        """Count what is due and has not ended, of each channel that has any."""
        found = self._rows.aggregate(backlog_stages(now))
        return {Channel(each["_id"]): ChannelBacklog(each["rows"], each["oldest"]) async for each in found}

    @until_stored
    async def expire(self, now: datetime) -> list[Notification]:
        """End what still waits, held or not, and is too late for anybody; give it."""
        late = {"state": State.PENDING.value, "expires_at": {"$lt": now}}
        ended = {
            "state": State.EXPIRED.value,
            "reason": Reason.EXPIRED.value,
            "settled": False,
            "trace": traced("expired: it waited too long"),
        }
        return await marked(self._rows, late, ended)

    @until_stored
    async def stuck(
        self, after: timedelta, due_by: datetime, down: Collection[Channel]
    ) -> list[Notification]:
        """Mark travellers' rows that cannot leave, but for what is held; give those, each of them once."""
        long_ago = {"$subtract": ["$$NOW", int(after / timedelta(milliseconds=1))]}
        in_vain = {
            "attempt": {"$gt": 0},
            "in_vain_since": {"$type": "date"},
            "$expr": {"$lte": ["$in_vain_since", long_ago]},
        }
        waits = {"$lte": [{"$ifNull": ["$waits_since", "$created_at"]}, due_by]}
        unsendable = {"channel": {"$in": [channel.value for channel in down]}, "$expr": waits}
        held = not_of_held(await self._held())
        due = {
            "state": {"$in": list(_WAITS)},
            "rule": None,
            "hold": {"$ne": True},
            "stuck": {"$ne": True},
            "$and": [not_after("not_before", due_by), {"$or": [in_vain, unsendable]}, *held],
        }
        noted = {"stuck": True, "settled": False, "trace": traced("stuck: another way is sought")}
        return await marked(self._rows, due, noted)

    @until_stored
    async def of_travellers(self, flights: Collection[str]) -> dict[str, int]:
        """Count what waits to be told of each of these flights to its travellers."""
        theirs = {"flight": {"$in": sorted(flights)}, "state": State.PENDING.value, **FOR_TRAVELLERS}
        counted: list[dict[str, Any]] = [
            {"$match": theirs},
            {"$group": {"_id": "$flight", "count": {"$sum": 1}}},
        ]
        return {row["_id"]: int(row["count"]) async for row in self._rows.aggregate(counted)}

    @until_stored
    async def only_shown(self, now: datetime) -> int:
        """Unsettle what shadow mode only showed and is not too late; give how much that is."""
        shown = {
            "state": State.SUPPRESSED.value,
            "reason": Reason.SHADOW.value,
            "expires_at": {"$gte": now},
        }
        return (await self._rows.update_many(shown, {"$set": {"settled": False}})).modified_count


def backlog_stages(now: datetime) -> list[dict[str, Any]]:
    """Give the steps of the look at the backlog."""
    due = {
        "state": {"$in": [*_WAITS, State.SENDING.value]},
        "hold": {"$ne": True},
        **not_after("not_before", now),
    }
    decided = {"$ifNull": ["$waits_since", "$created_at"]}
    oldest = {"$min": {"$max": [decided, "$not_before"]}}  # what is null is passed over
    return [
        {"$match": due},
        {"$limit": COUNTED},
        {"$group": {"_id": "$channel", "rows": {"$sum": 1}, "oldest": oldest}},
    ]
