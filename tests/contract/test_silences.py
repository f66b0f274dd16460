"""What `Silences` promises, held by the fake and by MongoDB."""

from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.notifications import Silence
from flightagents.domain.reasons import Reason
from flightagents.store.silences import MongoSilences
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON
from tests.support.silences import FakeSilences

BA117 = "BA117|2026-11-22|LHR|JFK"
ANNA = Silence(BA117, 2, "anna", Reason.NOT_MATERIAL)
BEN = Silence(BA117, 2, "ben", Reason.RATE_LIMIT)

AnySilences = FakeSilences | MongoSilences


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def silences(request: pytest.FixtureRequest) -> AnySilences:
    if request.param == "fake":
        return FakeSilences()
    database: AsyncIOMotorDatabase[dict[str, Any]] = request.getfixturevalue("database")
    return MongoSilences(database)


async def test_what_was_noted_is_found_by_its_flight_in_order(silences: AnySilences) -> None:
    third = ANNA._replace(ordinal=3)
    other = ANNA._replace(flight="BA118|2026-11-22|JFK|LHR")
    await silences.note([third, other], NOON + MINUTE)
    await silences.note([ANNA, BEN], NOON)
    found = await silences.of_flight(BA117)
    assert set(found[:2]) == {(NOON, ANNA), (NOON, BEN)}
    assert found[2:] == [(NOON + MINUTE, third)]


async def test_noting_it_again_changes_nothing(silences: AnySilences) -> None:
    assert await silences.note([ANNA], NOON) == [ANNA]
    assert await silences.note([ANNA, BEN, BEN], NOON + MINUTE) == [BEN]
    assert await silences.note([ANNA, BEN], NOON + MINUTE) == []
    assert set(await silences.of_flight(BA117)) == {(NOON, ANNA), (NOON + MINUTE, BEN)}


async def test_nothing_noted_is_nothing(silences: AnySilences) -> None:
    assert await silences.note([], NOON) == []
    assert await silences.of_flight(BA117) == []


@pytest.mark.mongodb
async def test_reasons_are_counted_by_person(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    silences = MongoSilences(database)
    await silences.prepare()
    await silences.note([ANNA, BEN, ANNA._replace(person="carl")], NOON)
    assert await silences.counts() == {"not_material": 2, "rate_limit": 1}


async def test_the_last_reason_of_each_person_is_found_for_many_flights(silences: AnySilences) -> None:
    other = ANNA._replace(flight="BA118|2026-11-22|JFK|LHR", reason=Reason.EXPIRED)
    await silences.note([ANNA, BEN, other], NOON)
    await silences.note([ANNA._replace(ordinal=3, reason=Reason.RATE_LIMIT)], NOON + MINUTE)
    await silences.note([BEN._replace(reason=Reason.DUPLICATE)], NOON + MINUTE)
    assert await silences.newest_of([BA117, other.flight, "unknown"]) == {
        BA117: {"anna": Reason.RATE_LIMIT, "ben": Reason.DUPLICATE},
        other.flight: {"anna": Reason.EXPIRED},
    }


@pytest.mark.mongodb
async def test_the_silences_of_flights_are_found_by_an_index(
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> None:
    await MongoSilences(database).prepare()
    await MongoSilences(database).note([ANNA], NOON)
    command = {"find": "silences", "filter": {"flight": {"$in": [BA117]}}}
    assert (await plan_of(database["silences"], command)).scans_an_index
