"""The sheet of the month's calls, from what the poller keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.domain.budget_sheet import Judged
from flightagents.domain.freshness import Freshness, Sight
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Watched
from flightagents.handlers.show_budget import ShowBudget
from tests.support.fakes import SetClock
from tests.support.feed_plans import FORECAST, FakeCallPlans, plan
from tests.support.health import REAL
from tests.support.rows import NOON
from tests.unit.test_budget_sheet import BA117, FLIGHT


class Around:
    """What is kept, and the sheet of it; the database's clock and the machine's ticks are set."""

    def __init__(self) -> None:
        self.plans = FakeCallPlans()
        self.now = REAL
        self.ticks = 0.0
        self.watched: Sequence[Watched] = [BA117]
        self.show = ShowBudget(
            self.plans,
            self._watching,
            self._sights,
            SetClock(NOON),
            database_now=self._database_now,
            tier=Plan.FREE,
            has_key=True,
            ticks=lambda: self.ticks,
        )

    async def _watching(self) -> Sequence[Watched]:
        return self.watched

    async def _sights(self) -> Mapping[str, Judged]:
        return {FLIGHT: Freshness(sight=Sight.STALE)}

    async def _database_now(self) -> datetime:
        return self.now


async def test_it_joins_the_plan_with_the_flights_and_how_fresh_they_are() -> None:
    around = Around()
    await around.plans.keep(plan())
    sheet = await around.show()
    assert (sheet.plan, sheet.at, sheet.dead_for, sheet.advice) == (plan(), NOON, None, None)
    assert [(each.key, each.sight) for each in sheet.news] == [(FLIGHT, Sight.STALE)]


async def test_before_the_first_plan_there_are_the_flights_alone() -> None:
    sheet = await Around().show()
    assert (sheet.plan, sheet.dead_for) == (None, None)
    assert [each.key for each in sheet.news] == [FLIGHT]


async def test_a_plan_that_nobody_keeps_any_more_is_dead() -> None:
    around = Around()
    await around.plans.keep(plan())
    around.now = REAL + timedelta(minutes=2)
    assert (await around.show()).dead_for is None
    around.now, around.ticks = REAL + timedelta(minutes=3), 10.0
    assert (await around.show()).dead_for == timedelta(minutes=3)


async def test_a_plan_with_too_few_calls_for_each_flight_says_which_would_do() -> None:
    around = Around()
    few = replace(FORECAST, quota=100, spent=10, watched=60, calls_each=1.5)
    await around.plans.keep(plan(forecast=few))
    assert "the plan basic would do" in ((await around.show()).advice or "")


async def test_many_who_ask_at_once_share_a_look() -> None:
    around = Around()
    first = await around.show()
    around.watched, around.ticks = [], 1.9
    assert await around.show() is first
    around.ticks = 2.0
    assert (await around.show()).news == ()
