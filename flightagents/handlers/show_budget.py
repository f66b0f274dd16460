"""The month's calls and the age of news, for staff, from what the poller keeps in MongoDB.

Before it the leader planned (plan_calls.py) and judged how fresh each flight is. It spends no call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.budget_sheet import DEAD_AFTER, BudgetSheet, Judged, news_of
from flightagents.domain.call_plan import cannot_serve
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Watched
from flightagents.ports import CallPlans

FRESH = timedelta(seconds=2)
"""Many viewers ask at once: within this time they share one answer."""

Watching = Callable[[], Awaitable[Sequence[Watched]]]
Sights = Callable[[], Awaitable[Mapping[str, Judged]]]


class ShowBudget:
    """Reads the plan in force, and joins it with the flights that are watched."""

    def __init__(
        self,
        plans: CallPlans,
        watching: Watching,
        sights: Sights,
        clock: Clock,
        *,
        database_now: Callable[[], Awaitable[datetime]],
        tier: Plan,
        has_key: bool,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`sights` are by the key of the flight; `database_now` is real time."""
        self._plans = plans
        self._watching = watching
        self._sights = sights
        self._clock = clock
        self._database_now = database_now
        self._tier = tier
        self._has_key = has_key
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._last: BudgetSheet | None = None
        self._looked_at = 0.0

    async def __call__(self) -> BudgetSheet:
        """Give the sheet, at most two seconds old."""
        async with self._looking:
            if self._last is None or self._ticks() - self._looked_at >= FRESH.total_seconds():
                self._last, self._looked_at = await self._look(), self._ticks()
            return self._last

    async def _look(self) -> BudgetSheet:
        kept_at, plan = await self._plans.kept_at(), await self._plans.current()
        dead_for = await self._database_now() - kept_at if kept_at else None
        watched, sights = await self._watching(), await self._sights()
        now = self._clock.now()
        return BudgetSheet(
            at=now,
            tier=self._tier,
            has_key=self._has_key,
            plan=plan,
            dead_for=dead_for if dead_for is not None and dead_for > DEAD_AFTER else None,
            advice=cannot_serve(plan.forecast, self._tier) if plan else None,
            news=news_of(watched, plan, sights, now),
        )
