"""What `Workers` promises, held by the fake and by MongoDB."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.store.connection import connect
from flightagents.store.workers import KEEP, MongoWorkers
from tests.support.health import FakeWorkers, signs, worker
from tests.support.profiling import plans

Database = AsyncIOMotorDatabase[dict[str, Any]]
Shelf = FakeWorkers | MongoWorkers


class Moving:
    """A clock that goes on by itself, as the database's does."""

    def __init__(self) -> None:
        self.time = worker().seen_at

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def workers(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        return FakeWorkers(Moving())
    return MongoWorkers(request.getfixturevalue("database"))


async def test_signs_come_back_as_they_were_told(workers: Shelf) -> None:
    seen_at = await workers.tell("one", signs())
    (found,) = await workers.all(10)
    assert (found.name, found.signs, found.stopped) == ("one", signs(), False)
    assert found.seen_at == found.started_at == seen_at


async def test_later_signs_take_the_place_of_the_last_and_the_start_stays(workers: Shelf) -> None:
    began = await workers.tell("one", signs(channels=[], noticed=[], transport={"holes": 1, "gaps": 2}))
    seen_at = await workers.tell("one", signs(cpu=9.0))
    (found,) = await workers.all(10)
    assert found.signs == signs(cpu=9.0), "nothing of the last ones is left"
    assert (found.started_at, found.seen_at) == (began, seen_at)


async def test_a_worker_that_ended_in_order_is_known_as_such_until_it_speaks_again(workers: Shelf) -> None:
    await workers.tell("one", signs())
    await workers.stop("one")
    (found,) = await workers.all(10)
    assert found.stopped
    await workers.tell("one", signs())
    (found,) = await workers.all(10)
    assert not found.stopped


async def test_the_end_of_a_worker_that_never_spoke_is_nothing(workers: Shelf) -> None:
    await workers.stop("one")
    assert await workers.all(10) == []


async def test_the_workers_seen_last_come_first_and_no_more_than_asked_for(workers: Shelf) -> None:
    for name in ("one", "two", "three"):
        await workers.tell(name, signs())
    await workers.tell("one", signs())
    assert [found.name for found in await workers.all(2)] == ["one", "three"]


# Only MongoDB


@pytest.mark.mongodb
async def test_each_query_is_served_by_an_index(database: Database) -> None:
    workers = MongoWorkers(database)
    await workers.prepare()
    async with plans(database) as found:
        await workers.tell("one", signs())
        await workers.tell("one", signs())
        await workers.all(10)
        await workers.stop("one")
    assert len(found) == 4
    assert [plan for plan in found if "IXSCAN" not in plan and "IDHACK" not in plan] == []


@pytest.mark.mongodb
async def test_a_worker_that_is_gone_leaves_after_some_hours(database: Database) -> None:
    await MongoWorkers(database).prepare()
    indexes = await database["workers"].index_information()
    assert indexes["seen"]["expireAfterSeconds"] == KEEP.total_seconds()


@pytest.mark.mongodb
async def test_a_document_of_another_version_is_skipped(database: Database) -> None:
    workers = MongoWorkers(database)
    await workers.tell("one", signs())
    await database["workers"].insert_one({"_id": "old", "seen_at": worker().seen_at})
    assert [found.name for found in await workers.all(10)] == ["one"]


async def test_a_worker_ends_also_where_mongodb_is_away() -> None:
    away = connect("mongodb://localhost:9/?replicaSet=none", "nothing")
    try:
        await MongoWorkers(away).stop("one")
    finally:
        away.client.close()
