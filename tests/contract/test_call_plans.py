"""What `CallPlans` promises, held by the fake and by MongoDB."""

from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.call_plan import Rest, Why
from flightagents.domain.polls import PollEnd
from flightagents.store.call_plans import MongoCallPlans
from tests.support.feed_plans import KEPT_CALLS, FakeCallPlans, call, plan
from tests.support.profiling import plans as plans_of
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
Plans = FakeCallPlans | MongoCallPlans
CONFIRM = call("flight_iata=BA117", why=Why.CONFIRM, worth=12.5, flights=("BA117|2026-11-22|LHR|JFK",))


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def plans(request: pytest.FixtureRequest) -> Plans:
    if request.param == "fake":
        return FakeCallPlans()
    return MongoCallPlans(request.getfixturevalue("database"))


async def test_before_the_first_plan_there_is_none(plans: Plans) -> None:
    assert await plans.current() is None
    assert await plans.kept_at() is None


async def test_the_plan_is_known_whole(plans: Plans) -> None:
    made = plan(
        [CONFIRM],
        coming=(call(due_at=NOON + MINUTE),),
        intervals={"BA117|2026-11-22|LHR|JFK": timedelta(seconds=90), "B.A$1|2026-11-22": timedelta(days=1)},
        queries_every=433 * MINUTE,
        queries_last_until=NOON,
        rest=Rest(PollEnd.REFUSED, NOON + MINUTE, "invalid_access_key"),
    )
    await plans.keep(made)
    assert await plans.current() == made
    assert await plans.kept_at() is not None


async def test_the_next_plan_takes_its_place(plans: Plans) -> None:
    await plans.keep(plan([CONFIRM], queries_last_until=NOON))
    later = plan(made_at=NOON + MINUTE, intervals={})
    await plans.keep(later)
    assert await plans.current() == later


async def test_an_older_plan_that_is_kept_late_is_left_out(plans: Plans) -> None:
    later = plan(made_at=NOON + MINUTE)
    await plans.keep(later)
    await plans.keep(plan([CONFIRM]))
    assert await plans.current() == later


async def test_of_the_calls_to_come_a_few_are_kept(plans: Plans) -> None:
    coming = tuple(call(due_at=NOON + number * MINUTE) for number in range(100))
    await plans.keep(plan(coming=coming))
    assert await plans.current() == plan(coming=coming[:KEPT_CALLS])


@pytest.mark.mongodb
async def test_each_query_is_served_by_an_index(database: Database) -> None:
    kept = MongoCallPlans(database)
    async with plans_of(database) as found:
        await kept.keep(plan())
        await kept.current()
        await kept.kept_at()
    assert len(found) == 4
    assert [each for each in found if "IXSCAN" not in each and "IDHACK" not in each] == []
