"""The health of the whole system, from what all workers and the database tell.

Before it each worker told its vital signs (vital_signs.py); domain/problems.py judges.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.health import Budget, Facts
from flightagents.domain.sight_report import SightReport
from flightagents.domain.system_health import SystemHealth, health_of
from flightagents.ports import CallPlans, Gauges, Polls, Workers

WORKERS = 100
"""Most workers that are looked at, the ones seen last."""
FRESH = timedelta(seconds=2)
"""Many viewers ask at once: within this time they share one answer."""


class LookAtHealth:
    """Looks at everything; at most once in a while, however many ask."""

    def __init__(
        self,
        workers: Workers,
        polls: Polls,
        gauges: Gauges,
        clock: Clock,
        *,
        plans: CallPlans,
        sight: Callable[[], Awaitable[SightReport]],
        poll_interval: timedelta,
        budget: Budget,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`poll_interval` is in real time."""
        self._workers = workers
        self._polls = polls
        self._gauges = gauges
        self._plans = plans
        self._clock = clock
        self._sight = sight
        self._poll_interval = poll_interval
        self._budget = budget
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._last: SystemHealth | None = None
        self._looked_at = 0.0

    async def __call__(self) -> SystemHealth:
        """Give the health, at most two seconds old. Waits for MongoDB like everything else."""
        async with self._looking:
            if self._last is None or self._ticks() - self._looked_at >= FRESH.total_seconds():
                return await self._look()
            return self._last

    async def anew(self) -> SystemHealth:
        """Look again, however fresh the last answer is: something has changed."""
        async with self._looking:
            return await self._look()

    async def _look(self) -> SystemHealth:
        self._last = health_of(await self._facts())
        self._looked_at = self._ticks()
        return self._last

    async def _facts(self) -> Facts:
        now = self._clock.now()
        second = timedelta(seconds=1)
        # First the workers: what is seen after `now` was read would be from its future.
        workers = await self._workers.all(WORKERS)
        return Facts(
            now=await self._gauges.now(),
            business_now=now,
            speed=self._clock.business(second) / second,
            workers=workers,
            poll=await self._polls.last(),
            lease=await self._gauges.lease(),
            poll_interval=self._poll_interval,
            calls=await self._gauges.calls(now),
            budget=self._budget,
            backlog=await self._gauges.backlog(now),
            letters=await self._gauges.letters(now),
            tasks=await self._gauges.tasks(),
            plan=await self._plans.current(),
            planned_at=await self._plans.kept_at(),
            sight=await self._sight(),
        )
