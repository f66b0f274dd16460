"""The change stream behind the live lists, on a real MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.store import touched as module
from flightagents.store.touched import DECODED, Touched

pytestmark = pytest.mark.mongodb
Database = AsyncIOMotorDatabase[dict[str, Any]]
ALL = frozenset({"flights", "tasks"})
PATIENCE_SECONDS = 20


@pytest.fixture
async def stream(database: Database) -> AsyncIterator[AsyncIterator[frozenset[str]]]:
    found = Touched(database, ALL)()
    yield found
    await found.aclose()  # type: ignore[attr-defined]


async def _next(stream: AsyncIterator[frozenset[str]]) -> frozenset[str]:
    return await asyncio.wait_for(anext(stream), PATIENCE_SECONDS)


async def test_at_first_everything_counts_as_touched(stream: AsyncIterator[frozenset[str]]) -> None:
    assert await _next(stream) == ALL


async def test_it_names_what_was_touched_since(
    database: Database, stream: AsyncIterator[frozenset[str]]
) -> None:
    await _next(stream)
    await database["elsewhere"].insert_one({})
    await database["tasks"].insert_one({})
    assert await _next(stream) == {"tasks"}
    await database["flights"].insert_one({"_id": 1})
    await database["flights"].update_one({"_id": 1}, {"$set": {"late": 5}})
    assert await _next(stream) == {"flights"}


async def test_a_storm_is_not_read_one_by_one(
    database: Database, stream: AsyncIterator[frozenset[str]]
) -> None:
    await _next(stream)
    await database["flights"].insert_many([{"_id": number} for number in range(DECODED + 50)])
    found = await _next(stream)
    assert "flights" in found


async def test_after_a_loss_of_sight_everything_counts_as_touched(
    database: Database, stream: AsyncIterator[frozenset[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", module.PAUSE)
    await _next(stream)
    await database["tasks"].insert_one({})
    assert await _next(stream) == {"tasks"}
    # A database that is dropped ends its change streams, as a lost connection does.
    await database.client.drop_database(database.name)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await anext(stream) != ALL:
            pass
