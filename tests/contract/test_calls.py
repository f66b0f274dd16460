"""What `CallBook` promises, held by the fake and by MongoDB."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.clock import Clock
from flightagents.domain.call_plan import Spent
from flightagents.domain.plans import Plan
from flightagents.errors import CallsCountedOutError
from flightagents.ports import CallBook
from flightagents.store.calls import MongoCallCounter
from tests.support.fakes import SetClock
from tests.support.feed_plans import FakeCallBook

Database = AsyncIOMotorDatabase[dict[str, Any]]
Make = Callable[[Clock, Plan], CallBook]
NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "fake":
        return FakeCallBook
    database: Database = request.getfixturevalue("database")
    return lambda clock, plan: MongoCallCounter(database, clock, plan)


async def test_calls_are_counted_by_the_month_of_the_clock(make: Make) -> None:
    clock = SetClock(NOVEMBER)
    calls = make(clock, Plan.BASIC)
    assert await calls.spent() == Spent(0)
    for _ in range(3):
        await calls.count()
    assert await calls.spent() == Spent(3)
    clock.time = DECEMBER
    await calls.count()
    assert await calls.spent() == Spent(1)
    clock.time = NOVEMBER
    assert await calls.spent() == Spent(3)


async def test_what_aviationstack_says_of_the_month_stands_until_it_turns(make: Make) -> None:
    clock = SetClock(NOVEMBER)
    calls = make(clock, Plan.BASIC)
    await calls.refuse()
    assert await calls.spent() == Spent(0, refused=True)
    await calls.count()
    assert await calls.spent() == Spent(1, refused=True)
    clock.time = DECEMBER
    assert await calls.spent() == Spent(0)


async def test_no_call_is_counted_beyond_the_plan_until_the_month_turns(make: Make) -> None:
    clock = SetClock(NOVEMBER)
    calls = make(clock, Plan.FREE)
    for _ in range(100):
        await calls.count()
    with pytest.raises(CallsCountedOutError):
        await calls.count()
    assert await calls.spent() == Spent(100)
    clock.time = DECEMBER
    await calls.count()
    assert await calls.spent() == Spent(1)


@pytest.mark.mongodb
async def test_it_stands_for_a_worker_that_starts_later_as_well(database: Database) -> None:
    clock = SetClock(NOVEMBER)
    await MongoCallCounter(database, clock, Plan.BASIC).refuse()
    assert (await MongoCallCounter(database, clock, Plan.BASIC).spent()).refused


@pytest.mark.mongodb
async def test_a_larger_plan_that_was_bought_meanwhile_is_not_spent(database: Database) -> None:
    clock = SetClock(NOVEMBER)
    await MongoCallCounter(database, clock, Plan.BASIC).refuse()
    assert not (await MongoCallCounter(database, clock, Plan.BUSINESS).spent()).refused
