"""What the database tells of the system's health: who polls, what it cost, what waits, what was unreadable.

Each query is bounded and served by an index: the page that shows this is open all day.
"""

from datetime import datetime, timedelta
from typing import Any

from bson.codec_options import CodecOptions
from pymongo import ASCENDING

from flightagents.domain.health import COUNTED, Backlog, CallsMade, LeaseStanding, Letters
from flightagents.domain.notifications import State
from flightagents.domain.tasks import UNFINISHED, TaskKind
from flightagents.store import calls, dead_letters, lease, ledger_rows, tasks
from flightagents.store.connection import Database, until_stored
from flightagents.store.ledger_rows import not_after

LOOKED_AT = 5 * COUNTED
"""Rows of the ledger that are looked at for what is due."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class MongoGauges:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @until_stored
    async def now(self) -> datetime:
        """Give the time of the database's clock."""
        hello: dict[str, Any] = await self._database.command(
            "hello", codec_options=CodecOptions(tz_aware=True)
        )
        now: datetime = hello["localTime"]
        return now

    @until_stored
    async def lease(self) -> LeaseStanding | None:
        """Tell who may poll; None before the first run."""
        found = await self._database[lease.COLLECTION].find_one({"_id": lease.POLL})
        return LeaseStanding(found["owner"], found["expires_at"]) if found else None

    @until_stored
    async def calls(self, now: datetime) -> CallsMade:
        """Tell what calls the month of `now` (business time) has cost; lately: today, and yesterday in it."""
        found = await self._database[calls.COLLECTION].find_one({"_id": f"{now:%Y-%m}"})
        if not found:
            return CallsMade()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        days = {day for day in (today - DAY, today) if day.month == now.month}
        lately = sum(found.get("days", {}).get(f"{day:%d}", 0) for day in days)
        first_at: datetime = found.get("first_at", now)
        return CallsMade(found["calls"], lately, max(min(days), first_at))

    @until_stored
    async def backlog(self, now: datetime) -> Backlog:
        """Count notifications that are due at `now` (business time), not held, and have not left.

        Only the oldest that wait are looked at: behind thousands that are held newer ones are not seen.
        """
        waits = {"state": {"$in": [State.PENDING.value, State.SENDING.value]}}
        due = {"hold": {"$ne": True}, **not_after("not_before", now)}
        since = {"$max": ["$created_at", "$not_before"]}  # which passes over what is null
        pipeline: list[dict[str, Any]] = [
            {"$match": waits},
            {"$sort": {"created_at": ASCENDING}},
            {"$limit": LOOKED_AT},
            {"$match": due},
            {"$limit": COUNTED},
            {"$group": {"_id": None, "due": {"$sum": 1}, "oldest": {"$min": since}}},
        ]
        found = await self._database[ledger_rows.COLLECTION].aggregate(pipeline).to_list(1)
        return Backlog(found[0]["due"], found[0]["oldest"]) if found else Backlog()

    @until_stored
    async def letters(self, now: datetime) -> Letters:
        """Count dead letters; the hours are those before `now` (business time)."""
        letters = self._database[dead_letters.COLLECTION]

        async def between(since: datetime, until: datetime) -> int:
            return await letters.count_documents({"at": {"$gt": since, "$lte": until}}, limit=COUNTED)

        return Letters(
            await letters.estimated_document_count(),
            await between(now - HOUR, now),
            await between(now - 2 * HOUR, now - HOUR),
        )

    @until_stored
    async def tasks(self) -> dict[TaskKind, int]:
        """Count by kind what somebody still has to do."""
        unfinished: dict[str, Any] = {"state": {"$in": sorted(UNFINISHED)}}
        group = {"_id": "$kind", "count": {"$sum": 1}}
        pipeline: list[dict[str, Any]] = [{"$match": unfinished}, {"$limit": COUNTED}, {"$group": group}]
        known = set(TaskKind)
        found = [row async for row in self._database[tasks.COLLECTION].aggregate(pipeline)]
        return {TaskKind(row["_id"]): row["count"] for row in found if row["_id"] in known}
