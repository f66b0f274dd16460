"""What the counter of calls promises, held by the fake and by MongoDB."""

from datetime import UTC, datetime

import pytest

from flightagents.store.calls import MongoCallCounter
from tests.support.fakes import FakeCallCounter, SetClock

Counter = FakeCallCounter | MongoCallCounter


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def calls(request: pytest.FixtureRequest, clock: SetClock) -> Counter:
    if request.param == "fake":
        return FakeCallCounter(clock)
    return MongoCallCounter(request.getfixturevalue("database"), clock)


async def test_a_month_begins_with_nothing(calls: Counter) -> None:
    assert await calls.this_month() == 0


async def test_calls_are_counted_by_the_month_of_the_clock(calls: Counter, clock: SetClock) -> None:
    for _ in range(3):
        await calls.count()
    clock.time = datetime(2026, 12, 1, tzinfo=UTC)
    await calls.count()
    assert await calls.this_month() == 1
    clock.time = datetime(2026, 11, 1, tzinfo=UTC)
    assert await calls.this_month() == 3
