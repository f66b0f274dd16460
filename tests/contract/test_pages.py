"""What `Pages` promises, held by the fake and by MongoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.ports import Archive, FlightStore, Ledger, Pages
from flightagents.store.archive import MongoArchive
from flightagents.store.flights import MongoFlights
from flightagents.store.ledger import MongoLedger
from flightagents.store.pages import MOST, MongoPages
from tests.support.agency import BA117
from tests.support.desk import FakeLedger
from tests.support.fakes import FakeFlights
from tests.support.ledger_rows import notification
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.website import FakePages

Database = AsyncIOMotorDatabase[dict[str, Any]]
Shelf = tuple[Pages, Ledger, FlightStore]
LINK = "A" * 24


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        ledger, flights = FakeLedger(), FakeFlights()
        return FakePages(ledger, flights), ledger, flights
    database = request.getfixturevalue("database")
    return MongoPages(database), MongoLedger(database), MongoFlights(database)


async def test_a_token_finds_its_rows_oldest_first(shelf: Shelf) -> None:
    pages, ledger, _ = shelf
    first = notification("row-1", link=LINK)
    second = notification("row-2", link=LINK, created_at=first.created_at + MINUTE)
    await ledger.add([notification("row-3", link="B" * 24), first, second, notification("row-4")])
    assert [each.id for each in await pages.rows_of(LINK)] == ["row-1", "row-2"]
    assert await pages.rows_of("C" * 24) == []


async def test_a_flights_changes_come_in_order_and_as_they_were(shelf: Shelf) -> None:
    pages, _, flights = shelf
    records = run_of([row(departure={"gate": "A1"})], 1)
    records += run_of([row(delay=90, departure={"gate": "B2"}), row("BA119")], 2, NOON + MINUTE)
    states: dict[str, FlightState] = {}
    changes: list[Change] = []
    for record in records:
        states[record.flight], new = advance(states.get(record.flight), record)
        changes += new
    await flights.add_to_history(changes[::-1])
    ours = [replace(each, state=None) for each in changes if each.flight == BA117]
    assert await pages.changes_of(BA117) == ours
    assert [each.kind for each in ours] == [Kind.FIRST_SEEN, Kind.DELAYED, Kind.GATE_CHANGED]
    assert await pages.changes_of("BA999|2026-11-22|LHR|JFK") == []


async def test_times_of_an_airport_without_a_zone_stay_the_wall_clocks(shelf: Shelf) -> None:
    pages, _, flights = shelf
    (record,) = run_of([row(route="XQZ-JFK")], 1)
    _, changes = advance(None, record)
    await flights.add_to_history(changes)
    assert await pages.changes_of(record.flight) == [replace(each, state=None) for each in changes]
    assert changes[0].departure.base.tzinfo is None


async def test_a_flight_of_which_no_record_is_kept_was_not_seen(shelf: Shelf) -> None:
    assert await shelf[0].seen_at(BA117) is None


@pytest.mark.mongodb
async def test_the_last_look_is_the_newest_runs(database: Database) -> None:
    archive: Archive = MongoArchive(database)
    times = {1: NOON, 3: NOON + timedelta(hours=1), 2: NOON + MINUTE}
    records = [record for run, at in times.items() for record in run_of([row()], run, at)]
    records += run_of([row("BA119")], 4, NOON + timedelta(hours=2))
    await archive.store([archive.document(record) for record in records])
    assert await MongoPages(database).seen_at(BA117) == NOON + timedelta(hours=1)


@pytest.mark.mongodb
async def test_a_page_is_bounded_and_shows_the_newest(database: Database) -> None:
    pages, ledger = MongoPages(database), MongoLedger(database)
    rows = [
        notification(f"row-{number}", link=LINK, created_at=NOON + number * MINUTE)
        for number in range(MOST + 5)
    ]
    await ledger.add(rows)
    found = await pages.rows_of(LINK)
    assert [found[0].id, found[-1].id, len(found)] == ["row-5", f"row-{MOST + 4}", MOST]


@pytest.mark.mongodb
async def test_a_token_is_looked_up_by_an_index(database: Database) -> None:
    await MongoPages(database).prepare()
    plan = await database["notifications"].find({"link": LINK}).explain()
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
