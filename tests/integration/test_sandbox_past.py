"""The days before the sandbox's day are counted as final ones are, and leave nothing else behind."""

from collections import Counter
from datetime import date, time
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.punctuality import Scope, total
from flightagents.handlers.keep_punctuality import KeepPunctuality
from flightagents.sandbox.day import LATER, flights_of
from flightagents.sandbox.past import APART, count_past
from flightagents.sandbox.stand_ins import Plan
from flightagents.store.punctuality import MongoPunctuality

# Of the year there are four days before it: enough to count, and quickly read.
PLAN = Plan(date(2013, 1, 5), time(15), 120, 1)


@pytest.mark.mongodb
async def test_a_worker_finds_the_days_before_counted(
    mongodb: str, database: "AsyncIOMotorDatabase[dict[str, Any]]"
) -> None:
    clock = PLAN.clock()
    await count_past(database, mongodb, clock, PLAN.day, LATER)
    store = MongoPunctuality(database)
    await KeepPunctuality(store, clock)()  # a worker's first look leaves them as they are
    found = {each.code: each for each in await store.usual(Scope.AIRPORT, ["EWR", "JFK"], delays=True)}
    final = [date(2013, 1, 1), date(2013, 1, 2)]
    assert (found["EWR"].days, found["EWR"].until) == (2, final[-1] + LATER)
    assert total(slot.counts for slot in found["EWR"].slots).planned == sum(
        Counter(flight.origin.iata for flight in flights_of(day))["EWR"] for day in final
    )
    yesterday = [PLAN.told.replace(day=PLAN.told.day - 1)]
    assert await store.counted(Scope.AIRPORT, ["JFK"], yesterday) == {"JFK"}
    assert await database["flights"].count_documents({}) == 0
    assert APART not in await database.client.list_database_names()
