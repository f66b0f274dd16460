"""A real MongoDB for tests: one server for the session, a fresh database for each test."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from flightagents.errors import ConfigurationError
from flightagents.sandbox.mongodb import embedded_mongodb_blocking, find_mongod


@pytest.fixture(scope="session")
def mongodb() -> Iterator[str]:
    """Start the MongoDB that the tests share, and give its URL."""
    try:
        find_mongod()
    except ConfigurationError as error:
        if os.environ.get("FLIGHTAGENTS_REQUIRE_REAL") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with embedded_mongodb_blocking() as url:
        yield url


@pytest.fixture
async def database(mongodb: str) -> AsyncIterator["AsyncIOMotorDatabase[dict[str, Any]]"]:
    """Make an empty database, dropped after the test; its dates come back aware, in UTC."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb, tz_aware=True)
    name = f"test_{uuid.uuid4().hex}"
    try:
        yield client[name]
        await client.drop_database(name)
    finally:
        client.close()
