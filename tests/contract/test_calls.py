"""What the counter of calls keeps in MongoDB."""

from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.store.calls import MongoCallCounter
from tests.support.fakes import SetClock

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb


async def test_calls_are_counted_by_the_month_of_the_clock(database: Database) -> None:
    clock = SetClock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    calls = MongoCallCounter(database, clock)
    for _ in range(3):
        await calls.count()
    clock.time = datetime(2026, 12, 1, tzinfo=UTC)
    await calls.count()
    counted = {month["_id"]: month["calls"] async for month in database["api_calls"].find()}
    assert counted == {"2026-11": 3, "2026-12": 1}
