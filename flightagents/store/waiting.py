"""Rows of the ledger that wait longer than they should: too late for anybody, or not to be handed over."""

from collections.abc import Collection
from datetime import datetime

from flightagents.domain.alerting import Reason
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification, State
from flightagents.store.connection import Database, until_stored
from flightagents.store.ledger_rows import COLLECTION, not_after, traced
from flightagents.store.marking import marked

_WAITS = (State.PENDING.value, State.UNCERTAIN.value)


class MongoWaiting:
    """The ledger's rows that wait. All by business time."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]

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
    async def stuck(self, due_by: datetime, down: Collection[Channel]) -> list[Notification]:
        """Mark travellers' rows that were due by then and have not left; give those, each of them once."""
        tried = {"tries": {"$gt": 0}}, {"state": State.UNCERTAIN.value}
        due = {
            "state": {"$in": list(_WAITS)},
            "created_at": {"$lte": due_by},
            "rule": None,
            "hold": {"$ne": True},
            "stuck": {"$ne": True},
            "$and": [
                not_after("not_before", due_by),
                {"$or": [*tried, {"channel": {"$in": [channel.value for channel in down]}}]},
            ],
        }
        noted = {"stuck": True, "settled": False, "trace": traced("stuck: another way is sought")}
        return await marked(self._rows, due, noted)

    @until_stored
    async def only_shown(self, now: datetime) -> int:
        """Unsettle what shadow mode only showed and is not too late; give how much that is."""
        shown = {
            "state": State.SUPPRESSED.value,
            "reason": Reason.SHADOW.value,
            "expires_at": {"$gte": now},
        }
        return (await self._rows.update_many(shown, {"$set": {"settled": False}})).modified_count
