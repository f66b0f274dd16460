"""What `Archive` promises, held by the fake and by MongoDB."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.runs import RunStamp
from flightagents.errors import UnreadableRecordError
from flightagents.ports import Archive
from flightagents.records import FlightRecord, decode_flight_record, encode
from flightagents.store.archive import OF_RUNS, MongoArchive
from flightagents.store.setup import prepare
from tests.support.fakes import FakeArchive, nested
from tests.support.profiling import plans
from tests.support.rows import MINUTE, NOON, row, run_of

Database = AsyncIOMotorDatabase[dict[str, Any]]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def archive(request: pytest.FixtureRequest) -> Archive:
    if request.param == "fake":
        return FakeArchive()
    return MongoArchive(request.getfixturevalue("database"))


def records(count: int, run: int = 1) -> list[FlightRecord]:
    return run_of([row(f"BA{number}") for number in range(101, 101 + count)], run, NOON + run * MINUTE)


def altered(record: FlightRecord, **fields: object) -> FlightRecord:
    """Give the record as a stranger might have written it."""
    return decode_flight_record(json.dumps(json.loads(encode(record)) | fields).encode())


async def store(archive: Archive, *stored: FlightRecord) -> None:
    await archive.store([archive.document(record) for record in stored])


async def test_runs_of_gives_the_runs_that_brought_each_flight_in_order(archive: Archive) -> None:
    for run in (3, 1, 2):
        await store(archive, *records(2, run))
    first, second = (record.flight for record in records(2))
    assert await archive.runs_of([first, second, "BA9|2026-11-22|LHR|JFK"]) == {
        first: (1, 2, 3),
        second: (1, 2, 3),
    }


async def test_the_newest_run_is_that_of_the_record_stored_last(archive: Archive) -> None:
    assert await archive.newest() is None
    for run in (3, 5, 4):
        await store(archive, *records(1, run))
    assert await archive.newest() == RunStamp(4, NOON + 4 * MINUTE)


async def test_a_replayed_record_is_of_no_newest_run(archive: Archive) -> None:
    (record,) = records(1, 1)
    await store(archive, replace(record, replayed=True))
    assert await archive.newest() is None
    await store(archive, *records(1, 3))
    await store(archive, replace(records(1, 2)[0], replayed=True))
    assert await archive.newest() == RunStamp(3, NOON + 3 * MINUTE)


async def test_a_flight_is_shown_as_the_newest_of_the_runs_showed_its_leading_row(archive: Archive) -> None:
    for run, delay in ((1, 10), (3, 30), (2, 20)):
        both = [row(delay=delay), row("AA6143", operated_by="BA117", delay=99), row("BA9")]
        await store(archive, *run_of(both, run, NOON + run * MINUTE))
    (leading, *_) = run_of([row()])
    shown = await archive.shown([leading.flight], [1, 2])
    assert {flight: sighting.departure.delay for flight, sighting in shown.items()} == {leading.flight: 20}
    assert shown[leading.flight].departure == replace(leading.departure, delay=20)
    assert await archive.shown([leading.flight], [4]) == {}
    assert await archive.shown([], [1]) == {}


async def test_a_schedule_is_that_of_the_row_that_is_shown(archive: Archive) -> None:
    for run, departs in ((1, "14:35"), (3, "14:50"), (2, "15:00")):
        both = [row(departs=departs), row("AA6143", operated_by="BA117", departs="19:00"), row("BA9")]
        await store(archive, *run_of(both, run, NOON + run * MINUTE))
    (moved,) = run_of([row(departs="14:50")])
    assert await archive.newest_schedules([moved.flight]) == {moved.flight: moved.departure.scheduled}
    assert await archive.newest_schedules(["BA1|2026-11-22|LHR|JFK"]) == {}


async def test_of_each_flight_the_newest_row_is_given_however_old_it_is(archive: Archive) -> None:
    for run, delay in ((1, 10), (3, 30), (2, 20)):
        both = [row(delay=delay), row("AA6143", operated_by="BA117", delay=99)]
        await store(archive, *run_of(both, run, NOON + run * MINUTE))
    for run in (1, 4):
        await store(archive, *run_of([row("BA9", delay=run)], run, NOON + run * MINUTE))
    first, second = "BA117|2026-11-22|LHR|JFK", "BA9|2026-11-22|LHR|JFK"
    asked = [first, second, "BA1|2026-11-22|LHR|JFK"]
    rows = await archive.newest_rows(asked)
    assert {flight: row.departure.delay for flight, row in rows.items()} == {first: 30, second: 4}
    assert await archive.seen_at(asked) == {first: NOON + 3 * MINUTE, second: NOON + 4 * MINUTE}
    assert await archive.newest_rows([]) == await archive.seen_at([]) == {}


async def test_runs_that_asked_for_one_day_alone_are_told_apart(archive: Archive) -> None:
    for run, narrow in ((1, False), (2, True), (3, False)):
        await store(archive, *(replace(record, narrow=narrow) for record in records(1, run)))
    (flight,) = {record.flight for record in records(1)}
    assert await archive.runs_of([flight]) == {flight: (1, 2, 3)}
    assert await archive.whole_runs_of([flight]) == {flight: (1, 3)}


@pytest.mark.mongodb
async def test_the_newest_run_of_each_flight_is_jumped_to(database: Database) -> None:
    await prepare(database, keep=timedelta(days=1))
    archive = MongoArchive(database)
    for run in range(1, 9):
        await store(archive, *records(3, run))
    async with plans(database) as found:
        await archive.seen_at([record.flight for record in records(3)])
    assert found == ["flight_status: DISTINCT_SCAN { flight: 1, run: 1 }"]


async def test_what_is_shown_without_a_zone_comes_back_without_one(archive: Archive) -> None:
    (record,) = run_of([row(route="QQQ-JFK")])
    await store(archive, record)
    (shown,) = (await archive.shown([record.flight], [1])).values()
    assert (shown.departure, shown.arrival) == (record.departure, record.arrival)
    assert await archive.newest_schedules([record.flight]) == {record.flight: record.departure.scheduled}


async def test_a_redelivery_inserts_nothing_and_harms_no_neighbour(archive: Archive) -> None:
    one, two = records(2)
    await store(archive, one)
    await store(archive, one, two)
    assert await archive.runs_of([one.flight, two.flight]) == {one.flight: (1,), two.flight: (1,)}


async def test_a_codeshare_row_counts_for_the_flight_that_really_flies(archive: Archive) -> None:
    both = run_of([row(), row("AA6143", operated_by="BA117")])
    await store(archive, *both)
    assert await archive.runs_of([both[0].flight]) == {both[0].flight: (1,)}


async def test_storing_nothing_is_allowed(archive: Archive) -> None:
    await archive.store([])


@pytest.mark.parametrize(
    "fields",
    [
        {"live": {"altitude": 2**64}},
        {"live": {"altitude": -(2**64)}},
        {"unknown": {"a\0b": 1}},
        {"unknown": nested(300)},
        {"unknown": {"a": [[[nested(170)]]]}},
    ],
    ids=["integer", "negative integer", "NUL in a key", "300 levels", "174 levels"],
)
async def test_what_cannot_be_stored_is_refused_before_its_neighbours_are(
    archive: Archive, fields: dict[str, object]
) -> None:
    bad = altered(records(1)[0], **fields)
    with pytest.raises(UnreadableRecordError) as refused:
        archive.document(bad)
    assert refused.value.reason == "not_storable"


@pytest.mark.parametrize(
    "fields",
    [
        {"live": {"altitude": 2**63 - 1, "low": -(2**63)}},
        {"unknown": nested(100)},
        {"unknown": {"$set": {"a.b": 1}, "": "a\0b"}},
        {"unknown": {"text": "\u0000\ud83d\ude00" * 1000}},
    ],
    ids=["64 bits", "100 levels", "words of MongoDB", "odd text"],
)
async def test_what_is_odd_but_storable_is_stored(archive: Archive, fields: dict[str, object]) -> None:
    odd = altered(records(1)[0], **fields)
    await store(archive, odd)
    assert await archive.runs_of([odd.flight]) == {odd.flight: (1,)}


# Only MongoDB


@pytest.fixture
def documents(database: Database) -> Callable[[], Any]:
    async def read() -> list[dict[str, Any]]:
        return [document async for document in database["flight_status"].find().sort("_id")]

    return read


@pytest.mark.mongodb
async def test_a_record_of_more_than_16_mb_of_bson_is_refused(database: Database) -> None:
    wide = altered(records(1)[0], live={"a": [1] * 1_500_000})
    assert len(encode(wide)) < 4 * 1024 * 1024, "it would fit on the topic"
    with pytest.raises(UnreadableRecordError):
        MongoArchive(database).document(wide)


@pytest.mark.mongodb
async def test_a_document_has_the_fields_of_the_first_version_beside_ours(
    database: Database, documents: Callable[[], Any]
) -> None:
    archive = MongoArchive(database)
    (record,) = run_of([row(delay=20)], run=7)
    before = datetime.now(UTC) - timedelta(seconds=1)
    await store(archive, record)
    (document,) = await documents()
    assert document["_id"] == record.id
    assert {name: document[name] for name in list(document) if name in FIRST_VERSION} == {
        "airline": "British Airways",
        "flight_number": "BA117",
        "departure_airport": "London Heathrow",
        "departure_scheduled": "2026-11-22T14:35:00+00:00",
        "arrival_airport": "New York John F. Kennedy",
        "arrival_scheduled": "2026-11-22T17:35:00+00:00",
        "status": "scheduled",
        "timestamp": NOON.timestamp(),
    }
    assert isinstance(document["timestamp"], float)
    assert (document["run"], document["departure"]["delay"]) == (7, 20)
    assert document["polled_at"] == NOON
    assert before < document["stored_at"] < before + timedelta(minutes=5)


@pytest.mark.mongodb
async def test_a_redelivery_keeps_the_time_at_which_it_was_stored(
    database: Database, documents: Callable[[], Any]
) -> None:
    archive = MongoArchive(database)
    await store(archive, *records(3))
    first = await documents()
    await store(archive, *records(4))
    assert [each for each in await documents() if each["_id"] != records(4)[3].id] == first
    assert len(await documents()) == 4


FIRST_VERSION = (
    "airline",
    "flight_number",
    "departure_airport",
    "departure_scheduled",
    "arrival_airport",
    "arrival_scheduled",
    "status",
    "timestamp",
)


@pytest.mark.mongodb
async def test_the_newest_run_is_found_without_looking_at_all_records(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    archive = MongoArchive(database)
    await store(archive, *records(3, 1))
    found = database["flight_status"].find(OF_RUNS).sort("stored_at", -1).limit(1)
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "'stage': 'SORT'" not in plan


@pytest.mark.mongodb
async def test_a_broken_record_hides_no_schedule_of_others(database: Database) -> None:
    archive = MongoArchive(database)
    (record,) = run_of([row()], 1)
    await store(archive, record)
    other = "BA9|2026-11-22|LHR|JFK"
    broken = {"flight": other, "run": 1, "leads": True}
    await database["flight_status"].insert_many(
        [{**broken, "_id": "a"}, {**broken, "_id": "b", "departure": {"zone": None, "scheduled": "soon"}}]
    )
    assert await archive.newest_schedules([record.flight, other]) == {
        record.flight: record.departure.scheduled
    }
