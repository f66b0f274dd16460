"""What has to stand in MongoDB before a worker runs: made at the first start, changed by the settings."""

from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.errors import ConfigurationError
from flightagents.settings import PartitionBy
from flightagents.store.setup import prepare, require_partitioning, set_partitioning

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb


async def retention(database: Database) -> dict[str, Any]:
    """Give the seconds after which each collection's documents leave."""
    found = {}
    for name in await database.list_collection_names():
        for index in (await database[name].index_information()).values():
            if "expireAfterSeconds" in index:
                found[f"{name}.{index['key'][0][0]}"] = index["expireAfterSeconds"]
    return found


async def test_records_leave_and_changes_stay(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    assert await retention(database) == {"flight_status.stored_at": 90 * 86_400}


async def test_starting_again_changes_nothing(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    before = {
        name: await database[name].index_information() for name in await database.list_collection_names()
    }
    await prepare(database, keep=timedelta(days=90))
    after = {
        name: await database[name].index_information() for name in await database.list_collection_names()
    }
    assert before == after


async def test_another_retention_takes_the_place_of_the_old_one(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    await prepare(database, keep=timedelta(days=7))
    assert await retention(database) == {"flight_status.stored_at": 7 * 86_400}


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("flight_status", {"flight": {"$in": ["BA117|2026-11-22|LHR|JFK"]}}),
        ("flight_changes", {"flight": "BA117|2026-11-22|LHR|JFK"}),
        ("flights", {"designators": "BA117", "date": "2026-11-22"}),
        ("flights", {"open": True, "date": {"$gte": "2026-11-20"}}),
    ],
)
async def test_what_is_asked_often_has_an_index(
    database: Database, collection: str, query: dict[str, Any]
) -> None:
    await prepare(database, keep=timedelta(days=90))
    await database[collection].insert_one({"_id": "one"})
    plan = await database[collection].find(query).explain()
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])


async def test_the_first_worker_says_how_records_are_keyed_and_others_agree(database: Database) -> None:
    await require_partitioning(database, PartitionBy.AIRPORT)
    await require_partitioning(database, PartitionBy.AIRPORT)


async def test_once_the_topics_are_made_anew_another_key_is_in_force(database: Database) -> None:
    await require_partitioning(database, PartitionBy.FLIGHT)
    await set_partitioning(database, PartitionBy.AIRLINE)
    await require_partitioning(database, PartitionBy.AIRLINE)
    with pytest.raises(ConfigurationError, match="topics renew"):
        await require_partitioning(database, PartitionBy.FLIGHT)


async def test_a_worker_that_keys_records_otherwise_is_refused_with_what_to_do(database: Database) -> None:
    await require_partitioning(database, PartitionBy.FLIGHT)
    with pytest.raises(ConfigurationError) as refused:
        await require_partitioning(database, PartitionBy.AIRLINE)
    text = str(refused.value)
    assert "FLIGHTAGENTS_PARTITION_BY is airline" in text
    assert "keyed by flight" in text
    assert "stop all workers" in text
