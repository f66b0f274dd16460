"""What the connection to MongoDB says before a worker starts, and of a write that is refused."""

import re
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import OperationFailure

from flightagents.errors import ConfigurationError, WriteRefusedError
from flightagents.store.connection import connect, wait_until_ready
from flightagents.store.dead_letters import MongoDeadLetters
from tests.contract.test_dead_letters import letter

Database = AsyncIOMotorDatabase[dict[str, Any]]


@pytest.mark.mongodb
async def test_a_primary_that_takes_us_is_ready(mongodb: str) -> None:
    database = connect(mongodb, "test_connection")
    await wait_until_ready(database)
    database.client.close()


@pytest.mark.mongodb
async def test_wrong_credentials_are_told_by_their_setting_and_not_shown(mongodb: str) -> None:
    database = connect(mongodb.replace("mongodb://", "mongodb://nobody:hunter2@"), "test_connection")
    with pytest.raises(ConfigurationError, match="FLIGHTAGENTS_MONGODB_URL") as refused:
        await wait_until_ready(database)
    database.client.close()
    assert not re.search("nobody|hunter2", str(refused.value))
    assert refused.value.__suppress_context__


async def test_missing_credentials_are_told_by_their_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"code 13.*FLIGHTAGENTS_MONGODB_URL"):
        await wait_until_ready(Guarded())  # type: ignore[arg-type]


class Guarded:
    """A database that says hello to everybody, and nothing else."""

    name = "flight_data"

    @property
    def client(self) -> "Guarded":
        return self

    @property
    def admin(self) -> "Guarded":
        return self

    async def command(self, name: str, **_words: object) -> dict[str, Any]:
        if name != "hello":
            raise OperationFailure("command listCollections requires authentication", code=13)
        return {"setName": "rs0", "isWritablePrimary": True}


@pytest.mark.mongodb
async def test_a_refused_bulk_write_names_codes_and_no_document(database: Database) -> None:
    await database.create_collection("dead_letters", validator={"never": True})
    with pytest.raises(WriteRefusedError, match=r"error codes: 121$") as refused:
        await MongoDeadLetters(database).store([letter(1)])
    assert refused.value.__suppress_context__
