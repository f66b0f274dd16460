"""What `FlightFiles` promises, held by the fake and by MongoDB; and that MongoDB scans nothing for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import Message, Silence
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.tracking import advance
from flightagents.ports import Archive, Audit, FlightFiles, FlightStore, Ledger, Silences, Tasks
from flightagents.records import FlightRecord
from flightagents.store import flight_file
from flightagents.store.archive import MongoArchive
from flightagents.store.audit import MongoAudit
from flightagents.store.flight_file import MongoFlightFiles
from flightagents.store.flights import MongoFlights
from flightagents.store.ledger import MongoLedger
from flightagents.store.setup import prepare
from flightagents.store.silences import MongoSilences
from flightagents.store.tasks import MongoTasks
from tests.support.agency import BA117
from tests.support.desk import FakeLedger
from tests.support.fakes import FakeArchive, FakeFlights
from tests.support.flight_files import FakeFlightFiles
from tests.support.handling import FakeAudit
from tests.support.ledger_rows import notification
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.silences import FakeSilences
from tests.support.tasks import FakeTasks

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA119 = "BA119|2026-11-22|LHR|JFK"


class Shelf(NamedTuple):
    files: FlightFiles
    flights: FlightStore
    archive: Archive
    ledger: Ledger
    silences: Silences
    tasks: Tasks
    audit: Audit


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        kept = (FakeFlights(), FakeArchive(), FakeLedger(), FakeSilences(), FakeTasks())
        audit = FakeAudit()
        return Shelf(FakeFlightFiles(*kept, audit=audit), *kept, audit)
    database: Database = request.getfixturevalue("database")
    return Shelf(
        MongoFlightFiles(database),
        MongoFlights(database),
        MongoArchive(database),
        MongoLedger(database),
        MongoSilences(database),
        MongoTasks(database),
        MongoAudit(database),
    )


def changes_of(records: list[FlightRecord]) -> list[Change]:
    states: dict[str, FlightState] = {}
    found: list[Change] = []
    for record in records:
        states[record.flight], new = advance(states.get(record.flight), record)
        found += (replace(each, state=None) for each in new)
    return found


async def test_the_newest_changes_of_a_flight_come_in_order(shelf: Shelf) -> None:
    records = run_of([row(departure={"gate": "A1"})], 1)
    records += run_of([row(delay=90, departure={"gate": "B2"}), row("BA119")], 2, NOON + MINUTE)
    changes = changes_of(records)
    await shelf.flights.add_to_history(changes[::-1])
    ours = [each for each in changes if each.flight == BA117]
    assert await shelf.files.changes(BA117, 100) == ours
    assert await shelf.files.changes(BA117, 2) == ours[-2:]
    assert await shelf.files.changes("BA999|2026-11-22|LHR|JFK", 100) == []


async def test_what_became_a_flight_is_found_from_the_flight_that_it_became(shelf: Shelf) -> None:
    (first,) = changes_of(run_of([row()], 1))
    move = replace(first, id="move", kind=Kind.MOVED_TO, after={"flight": BA119})
    await shelf.flights.add_to_history([first, move])
    assert await shelf.files.moves_to(BA119) == [move]
    assert await shelf.files.moves_to(BA117) == []


async def test_records_come_as_they_were_and_only_those_that_are_kept(shelf: Shelf) -> None:
    records = run_of([row(), row("AA6950", operated_by="BA117"), row("ZZ1", route="XQZ-JFK")], 1)
    await shelf.archive.store([shelf.archive.document(record) for record in records])
    wanted = {record.id: record for record in records if record.designator != "AA6950"}
    assert await shelf.files.records([*wanted, "gone"]) == wanted
    assert await shelf.files.records([]) == {}


async def test_rows_are_the_newest_of_a_flight_and_of_one_person_where_that_is_asked(shelf: Shelf) -> None:
    rows = [notification(f"row-{n}", created_at=NOON + n * MINUTE, booking=f"b{n % 2}") for n in range(4)]
    await shelf.ledger.add([*rows[::-1], notification("other", flight=BA119)])
    assert [each.id for each in await shelf.files.rows(BA117, 3)] == ["row-1", "row-2", "row-3"]
    assert [each.id for each in await shelf.files.rows(BA117, 9, "b1")] == ["row-1", "row-3"]
    assert await shelf.files.rows(BA117, 9, "nobody") == []


@pytest.mark.mongodb
async def test_the_words_of_a_message_come_without_their_html(database: Database) -> None:
    words = Message(text="late", html="<p>late</p>")
    await MongoLedger(database).add([notification("words", message=words), notification("none")])
    found = {row.id: row.message for row in await MongoFlightFiles(database).rows(BA117, 9)}
    assert found == {"words": Message(text="late"), "none": None}


async def test_a_digest_is_found_by_any_change_that_it_tells(shelf: Shelf) -> None:
    staff: dict[str, Any] = {"booking": None, "rule": "duty", "flight": ""}
    digest = notification("digest", changes=("c1", "c2"), **staff)
    later = notification("later", changes=("c2",), created_at=NOON + MINUTE, **staff)
    await shelf.ledger.add([later, digest, notification("told", rule=None, changes=("c1",))])
    assert [each.id for each in await shelf.files.digests(["c2", "c3"], 9)] == ["digest", "later"]
    assert [each.id for each in await shelf.files.digests(["c1", "c2"], 1)] == ["later"]
    assert await shelf.files.digests([], 9) == []


async def test_silences_are_those_of_the_newest_states(shelf: Shelf) -> None:
    noted = [Silence(BA117, ordinal, "anna", Reason.NOT_MATERIAL) for ordinal in (1, 2, 3)]
    await shelf.silences.note([*noted, noted[0]._replace(flight=BA119)], NOON)
    assert await shelf.files.silences(BA117, 2) == [(NOON, each) for each in noted[1:]]


async def test_tasks_are_the_newest_of_a_flight(shelf: Shelf) -> None:
    tasks = [
        Task(
            id=str(number),
            kind=TaskKind.REBOOK,
            flight=flight,
            booking=None,
            summary="cancelled",
            created_at=NOON + number * MINUTE,
        )
        for number, flight in enumerate([BA117, BA119, BA117, None, BA117])
    ]
    await shelf.tasks.open(tasks)
    assert [each.id for each in await shelf.files.tasks(BA117, 2)] == ["2", "4"]


THINGS = [About(Thing.FLIGHT, BA117), About(Thing.MESSAGE, "row"), About(Thing.TASK, "3f")]


async def test_acts_are_the_newest_on_any_of_some_things(shelf: Shelf) -> None:
    others = [About(Thing.FLIGHT, BA119), About(Thing.BOOKING, "row"), About(Thing.TASK, BA117)]
    acts = [
        Act(at=NOON + number * MINUTE, by="ben", did=Did.HELD, about=about)
        for number, about in enumerate([*THINGS, *others])
    ]
    await shelf.audit.write(acts)
    assert await shelf.files.acts(THINGS, 9) == acts[:3]
    assert await shelf.files.acts(THINGS, 2) == acts[1:3]
    assert await shelf.files.acts(THINGS[:1], 9) == acts[:1]


QUERIES: dict[str, tuple[str, dict[str, Any], str]] = {
    "changes": ("flight_changes", flight_file.of_flight(BA117), "ordinal"),
    "moves": ("flight_changes", flight_file.became(BA117), "at"),
    "records": ("flight_status", {"_id": {"$in": ["one", "two"]}}, "_id"),
    "rows": ("notifications", flight_file.of_flight(BA117), "created_at"),
    "rows of one": ("notifications", flight_file.of_flight(BA117, "b1"), "created_at"),
    "digests": ("notifications", flight_file.telling(["c1", "c2"]), "created_at"),
    "silences": ("silences", flight_file.of_flight(BA117), "ordinal"),
    "tasks": ("tasks", flight_file.of_flight(BA117), "created_at"),
    "acts": ("audit", flight_file.done_to(THINGS), "at"),
    "acts on many": ("audit", flight_file.done_to([About(Thing.MESSAGE, str(n)) for n in range(999)]), "at"),
}


@pytest.mark.mongodb
@pytest.mark.parametrize("name", QUERIES)
async def test_no_query_of_a_file_scans_a_collection(database: Database, name: str) -> None:
    await prepare(database, keep=timedelta(days=90))
    for store in (MongoLedger, MongoSilences, MongoTasks, MongoAudit, MongoFlightFiles):
        await store(database).prepare()
    collection, query, order = QUERIES[name]
    await database[collection].insert_one({"_id": "one"})
    plan = await database[collection].find(query).sort(order, -1).limit(10).explain()
    winning = str(plan["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in winning or "IDHACK" in winning
    assert "COLLSCAN" not in winning
