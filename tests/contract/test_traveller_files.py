"""What `TravellerFiles` promises, held by the fake and by MongoDB, where each query is served by an index."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.notifications import Silence
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task, TaskKind
from flightagents.ports import TravellerFiles
from flightagents.store import ledger_rows, silences, tasks, traveller_file
from flightagents.store.ledger import MongoLedger
from flightagents.store.silences import MongoSilences
from flightagents.store.tasks import MongoTasks
from flightagents.store.traveller_file import NEWEST, MongoTravellerFiles
from tests.support.desk import FakeLedger
from tests.support.ledger_rows import notification
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON
from tests.support.silences import FakeSilences
from tests.support.tasks import FakeTasks
from tests.support.travelling import FakeTravellerFiles

Database = AsyncIOMotorDatabase[dict[str, Any]]
ANNA, BEN = "ABC123|anna@example.com", "XYZ789|ben@example.com"
BA117, BA118 = "BA117|2026-11-22|LHR|JFK", "BA118|2026-11-22|JFK|LHR"
CALL = Task(id="call", kind=TaskKind.CALL, flight=BA117, booking=ANNA, summary="call", created_at=NOON)


@dataclass
class Kept:
    """What writes it, and what reads it of one person."""

    ledger: FakeLedger | MongoLedger
    silences: FakeSilences | MongoSilences
    tasks: FakeTasks | MongoTasks
    files: TravellerFiles


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        parts = FakeLedger(), FakeSilences(), FakeTasks()
        return Kept(*parts, FakeTravellerFiles(*parts))
    database = request.getfixturevalue("database")
    return Kept(
        MongoLedger(database), MongoSilences(database), MongoTasks(database), MongoTravellerFiles(database)
    )


async def test_rows_are_theirs_of_all_flights_newest_first(kept: Kept) -> None:
    await kept.ledger.add(
        [
            notification(id="1", booking=ANNA, flight=BA117, created_at=NOON),
            notification(id="2", booking=ANNA, flight=BA118, created_at=NOON + MINUTE),
            notification(id="3", booking=BEN, flight=BA117, created_at=NOON),
        ]
    )
    assert [row.id for row in await kept.files.rows(ANNA, 9)] == ["2", "1"]
    assert [row.id for row in await kept.files.rows(ANNA, 1)] == ["2"]
    assert await kept.files.rows("$ne", 9) == []


async def test_silences_are_theirs_of_the_flights_asked_for_newest_first(kept: Kept) -> None:
    theirs = Silence(BA117, 1, "key of anna", Reason.NOT_MATERIAL)
    later, of_ben = replace_silence(theirs, ordinal=2), replace_silence(theirs, person="key of ben")
    elsewhere = replace_silence(theirs, flight=BA118)
    await kept.silences.note([theirs, of_ben], NOON)
    await kept.silences.note([later, elsewhere], NOON + MINUTE)
    found = await kept.files.silences("key of anna", [BA117], 9)
    assert found == [(NOON + MINUTE, later), (NOON, theirs)]
    assert await kept.files.silences("key of anna", [BA117], 1) == found[:1]
    assert await kept.files.silences("key of anna", [], 9) == []


async def test_tasks_are_those_about_them_newest_first(kept: Kept) -> None:
    also = replace(CALL, id="also", booking=BEN, also=(ANNA,), created_at=NOON + MINUTE)
    await kept.tasks.open([CALL, also, replace(CALL, id="bens", booking=BEN)])
    assert [task.id for task in await kept.files.tasks(ANNA, 9)] == ["also", "call"]
    assert [task.id for task in await kept.files.tasks(ANNA, 1)] == ["also"]


def replace_silence(silence: Silence, **differs: Any) -> Silence:  # noqa: ANN401 - any of its fields
    return silence._replace(**differs)


# Only MongoDB


@pytest.mark.mongodb
async def test_each_query_is_served_by_an_index(database: Database) -> None:
    ledger, quiet, todo = MongoLedger(database), MongoSilences(database), MongoTasks(database)
    for each in (ledger, quiet, todo):
        await each.prepare()
    await ledger.add([notification(id=str(each), booking=f"REF{each}|a@example.com") for each in range(300)])
    await quiet.note([Silence(f"F{each}", 1, "key", Reason.DUPLICATE) for each in range(300)], NOON)
    await todo.open([replace(CALL, id=str(each), booking=f"REF{each}") for each in range(300)])
    newest = {"created_at": -1}
    for collection, query, sort in (
        (ledger_rows.COLLECTION, traveller_file.told("REF7|a@example.com"), newest),
        (silences.COLLECTION, traveller_file.untold(["F7", "F8"]), dict(NEWEST)),
        (tasks.COLLECTION, traveller_file.about("REF7"), newest),
    ):
        find = {"find": collection, "filter": query, "sort": sort, "limit": 200}
        plan = await plan_of(database[collection], find)
        assert plan.scans_an_index, plan
        assert plan.documents <= 2, plan
