"""Looking at the health of the system: once for all who ask at the same time."""

import asyncio
from datetime import timedelta

from flightagents.domain.health import Backlog, Budget, WorkerState
from flightagents.domain.sight_report import UNKNOWN, SightReport
from flightagents.handlers.health import FRESH, LookAtHealth
from tests.support.fakes import SetClock
from tests.support.feed_plans import FakeCallPlans, plan
from tests.support.health import FakeGauges, FakePolls, FakeWorkers, facts, signs
from tests.support.judges import Ticks
from tests.support.rows import MINUTE, NOON


async def nothing_seen() -> SightReport:
    return UNKNOWN


class Bench:
    def __init__(self) -> None:
        self.gauges = FakeGauges()
        self.workers = FakeWorkers()
        self.ticks = Ticks()
        self.plans = FakeCallPlans()
        self.look = LookAtHealth(
            self.workers,
            FakePolls(),
            self.gauges,
            SetClock(speed=120),
            plans=self.plans,
            sight=nothing_seen,
            poll_interval=timedelta(seconds=30),
            budget=Budget("basic", 10_000),
            ticks=self.ticks,
        )


async def test_all_that_is_known_is_put_together() -> None:
    bench = Bench()
    bench.gauges.facts = facts(backlog=Backlog(3, NOON - 10 * MINUTE))
    await bench.workers.tell("one", signs(speed=120.0))
    health = await bench.look()
    (only,) = health.workers
    assert (only.worker.name, only.state) == ("one", WorkerState.LIVE)
    assert (health.backlog.due, health.poll_interval, health.business_at) == (3, timedelta(seconds=30), NOON)
    assert (health.versions, health.delivery) == (["1.0"], ["live"])
    assert health.problems == [], "ten minutes of a simulated day are five seconds"


async def test_what_the_poller_plans_is_known() -> None:
    bench = Bench()
    await bench.workers.tell("one", signs())
    await bench.plans.keep(plan(queries_last_until=NOON))
    (told,) = (await bench.look()).problems
    assert "by 22 November" in told.what


async def test_many_who_ask_at_once_share_one_look() -> None:
    bench = Bench()
    answers = await asyncio.gather(*(bench.look() for _ in range(50)))
    assert bench.gauges.asked == 1
    assert all(answer is answers[0] for answer in answers)
    bench.ticks.move(FRESH)
    await bench.look()
    assert bench.gauges.asked == 2


async def test_whoever_knows_of_a_change_looks_again_for_all() -> None:
    bench = Bench()
    before = await bench.look()
    bench.gauges.facts = facts(backlog=Backlog(3, NOON))
    after = await bench.look.anew()
    assert (before.backlog.due, after.backlog.due) == (0, 3)
    assert await bench.look() is after
