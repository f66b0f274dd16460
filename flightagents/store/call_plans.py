"""`feed_plan`: the plan of calls that the poller follows, for the command line and the pages."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from flightagents.domain.call_plan import CallPlan
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "feed_plan"
CURRENT = "current"
FEW = 20
"""Calls to come that are kept: what somebody reads at a glance."""


class MongoCallPlans:
    """One document, which moves only to a plan that was made later."""

    def __init__(self, database: Database) -> None:
        self._plans = database[COLLECTION]

    @until_stored
    async def keep(self, plan: CallPlan) -> None:
        """Put a plan in the place of the last one, unless that was made later."""
        kept: dict[str, Any] = msgspec.to_builtins(
            replace(plan, coming=plan.coming[:FEW], intervals={}), builtin_types=(datetime,)
        )
        # Keys of flights hold bars, and numbers as tickets have them may hold anything: no names of fields.
        kept["intervals"] = [[key, each.total_seconds()] for key, each in plan.intervals.items()]
        made_at = plan.made_at
        await self._plans.update_one({"_id": CURRENT}, {"$setOnInsert": {"made_at": made_at}}, upsert=True)
        document = {"plan": {"$literal": kept}, "made_at": made_at, "kept_at": "$$NOW"}
        # $set merges documents: what the last plan had is taken away first.
        not_newer = {"_id": CURRENT, "made_at": {"$lte": made_at}}
        await self._plans.update_one(not_newer, [{"$unset": "plan"}, {"$set": document}])

    @until_stored
    async def current(self) -> CallPlan | None:
        """Give it; None before the first."""
        found = await _rows.read(self._plans.find({"_id": CURRENT, "plan": {"$exists": True}}).limit(1))
        return found[0] if found else None

    @until_stored
    async def kept_at(self) -> datetime | None:
        """Tell when a plan was last kept, on the database's clock."""
        found = await self._plans.find_one({"_id": CURRENT}, {"kept_at": 1})
        kept_at: datetime | None = found.get("kept_at") if found else None
        return kept_at


def _plan(found: Document) -> CallPlan:
    plan = found["plan"]
    # A number of seconds is a timedelta only where strictness is left aside.
    return msgspec.convert({**plan, "intervals": dict(plan["intervals"])}, CallPlan, strict=False)


_rows = Reader(COLLECTION, _plan)
