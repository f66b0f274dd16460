"""What `RateLimit` promises, held by the fake and by MongoDB."""

from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.store.rates import MongoRate
from tests.support.judges import Ticks
from tests.support.rates import FakeRate

Database = AsyncIOMotorDatabase[dict[str, Any]]
SECOND = timedelta(seconds=1)
A_MOMENT = 2
"""What may be refilled while MongoDB is asked a few times, at the rates of these tests."""


class Buckets:
    """Buckets of a channel, and their time."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._ticks = Ticks()

    def of(self, per_second: float) -> FakeRate | MongoRate:
        """Give a worker's; with MongoDB all of them are one."""
        if self._database is None:
            return FakeRate(per_second, self._ticks)
        return MongoRate(self._database, Channel.EMAIL, per_second)

    async def pass_time(self, by: timedelta) -> None:
        self._ticks.move(by)
        if self._database is not None:
            milliseconds = by / timedelta(milliseconds=1)
            back = {"$dateSubtract": {"startDate": "$seen_at", "unit": "millisecond", "amount": milliseconds}}
            await self._database["rates"].update_many({}, [{"$set": {"seen_at": back}}])


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def buckets(request: pytest.FixtureRequest) -> Buckets:
    return Buckets(None if request.param == "fake" else request.getfixturevalue("database"))


@pytest.fixture
def buckets_of_mongodb(database: Database) -> Buckets:
    return Buckets(database)


async def test_at_most_one_seconds_worth_is_sent_at_once(buckets: Buckets) -> None:
    some = buckets.of(10)
    assert await some.take(1) == 1
    await buckets.pass_time(timedelta(hours=1))
    assert await some.take(1000) == 10
    assert await some.take(1000) == 0


async def test_what_was_taken_comes_back_in_time(buckets: Buckets) -> None:
    some = buckets.of(10)
    await some.take(10)
    await buckets.pass_time(SECOND / 2)
    assert 5 <= await some.take(1000) <= 5 + A_MOMENT


async def test_it_waits_until_there_is_enough_for_a_claim(buckets: Buckets) -> None:
    some = buckets.of(1000)
    assert await some.take(900) == 900
    assert await some.take(200) == 0
    assert await some.take(100) == 100


async def test_what_was_not_needed_is_given_back(buckets: Buckets) -> None:
    some = buckets.of(10)
    assert await some.take(10) == 10
    await some.give_back(4)
    assert 4 <= await some.take(10) <= 4 + A_MOMENT
    await some.give_back(1000)
    assert await some.take(1000) == 10


async def test_less_than_one_a_second_is_one_now_and_then(buckets: Buckets) -> None:
    some = buckets.of(0.01)
    assert await some.take(50) == 1
    await buckets.pass_time(90 * SECOND)
    assert await some.take(50) == 0
    await buckets.pass_time(10 * SECOND)
    assert await some.take(50) == 1


@pytest.mark.mongodb
async def test_a_database_whose_clock_steps_back_stops_nobody(buckets_of_mongodb: Buckets) -> None:
    some = buckets_of_mongodb.of(10)
    await some.take(4)
    await buckets_of_mongodb.pass_time(-60 * SECOND)
    assert 6 <= await some.take(10) <= 6 + A_MOMENT


@pytest.mark.mongodb
async def test_workers_share_what_a_provider_takes(database: Database) -> None:
    one, other = (MongoRate(database, Channel.SMS, 10) for _ in range(2))
    email = MongoRate(database, Channel.EMAIL, 10)
    assert await one.take(8) == 8
    assert await other.take(8) <= 2 + A_MOMENT
    assert await email.take(10) == 10
