"""`api_calls`: how many calls of AviationStack each month has cost, and each of its days."""

from contextlib import suppress

from pymongo.errors import DuplicateKeyError

from flightagents.clock import Clock
from flightagents.domain.call_plan import Spent
from flightagents.domain.plans import Plan
from flightagents.errors import CallsCountedOutError
from flightagents.store.connection import Database, until_stored

COLLECTION = "api_calls"


class MongoCallCounter:
    """Counts a call before it is made: one that fails is paid for as well."""

    def __init__(self, database: Database, clock: Clock, plan: Plan) -> None:
        """`plan` is in force: that a month is spent was said of it, and not of a larger one."""
        self._calls = database[COLLECTION]
        self._clock = clock
        self._plan = plan

    @until_stored
    async def count(self) -> None:
        """Count one call of the current month (UTC). Raises CallsCountedOutError where none is left.

        Here and not in the plan alone: what is tried again was not planned, and a command may ask as well.
        """
        now, quota = self._clock.now(), self._plan.limits.monthly_calls
        month = f"{now:%Y-%m}"
        counted = {"$inc": {"calls": 1, f"days.{now:%d}": 1}, "$min": {"first_at": now}}
        await self._begin(month)
        result = await self._calls.update_one({"_id": month, "calls": {"$lt": quota}}, counted)
        if result.matched_count == 0:
            raise CallsCountedOutError(f"the {quota:,} calls of the plan {self._plan} are made")

    async def _begin(self, month: str) -> None:
        with suppress(DuplicateKeyError):  # two who begin it at once
            await self._calls.update_one({"_id": month}, {"$setOnInsert": {"calls": 0}}, upsert=True)

    @until_stored
    async def refuse(self) -> None:
        """Note that AviationStack says that this month is spent."""
        now = self._clock.now()
        said = {"refused_at": now, "refused_plan": self._plan.value}
        noted = {"$set": said, "$min": {"first_at": now}, "$inc": {"calls": 0}}
        await self._calls.update_one({"_id": f"{now:%Y-%m}"}, noted, upsert=True)

    @until_stored
    async def spent(self) -> Spent:
        """Tell what this month has cost."""
        month = await self._calls.find_one({"_id": f"{self._clock.now():%Y-%m}"}) or {}
        return Spent(month.get("calls", 0), refused=month.get("refused_plan") == self._plan.value)
