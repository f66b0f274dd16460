"""The embedded MongoDB is the real thing: a replica set that keeps what it acknowledged."""

import os
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from flightagents.errors import ConfigurationError
from flightagents.sandbox import mongodb as module
from flightagents.sandbox.mongodb import embedded_mongodb, find_mongod

pytestmark = pytest.mark.mongodb


async def test_writes_are_majority_and_journaled_by_its_url(
    database: "AsyncIOMotorDatabase[dict[str, Any]]",
) -> None:
    await database.things.insert_one({"_id": 1})
    assert database.write_concern.document == {"w": "majority", "j": True}
    assert await database.things.count_documents({}) == 1


async def test_transactions_work_because_it_is_a_replica_set(
    database: "AsyncIOMotorDatabase[dict[str, Any]]",
) -> None:
    async with await database.client.start_session() as session, session.start_transaction():
        await database.things.insert_one({"_id": 1}, session=session)
    assert await database.things.count_documents({}) == 1


async def test_each_test_has_a_database_of_its_own(database: "AsyncIOMotorDatabase[dict[str, Any]]") -> None:
    assert await database.list_collection_names() == []


async def test_a_given_directory_keeps_the_data_over_a_restart_on_another_port(
    mongodb: str, tmp_path: Path
) -> None:
    assert mongodb
    urls = []
    for start in range(2):
        async with embedded_mongodb(tmp_path) as url:
            urls.append(url)
            client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(url)
            try:
                await client.kept.things.insert_one({"_id": start})
                assert await client.kept.things.count_documents({}) == start + 1
            finally:
                client.close()
    assert urls[0] != urls[1]


async def test_what_would_not_start_says_why(mongodb: str, tmp_path: Path) -> None:
    assert mongodb
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "storage.bson").write_text("not what mongod wrote")
    with pytest.raises(
        ConfigurationError, match=r"(?s)exited with .*storage engine metadata.*FLIGHTAGENTS_MONGODB_URL"
    ):
        async with embedded_mongodb(tmp_path):
            pass


def test_without_a_build_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WHEELS", ())
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(ConfigurationError, match="FLIGHTAGENTS_MONGODB_URL"):
        find_mongod()


def test_a_mongod_on_path_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed = tmp_path / "mongod"
    installed.write_text("")
    installed.chmod(0o755)
    monkeypatch.setattr(module, "_WHEELS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod() == installed
