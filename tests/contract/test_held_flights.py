"""A flight whose messages staff hold: `Outbox` claims none for its travellers until they let them go."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import StaffNotice, State
from flightagents.domain.said import Said
from flightagents.store.handling import MongoHandlings
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import MongoOutbox
from flightagents.store.waiting import MongoWaiting
from tests.support.desk import LEASE, FakeLedger
from tests.support.fakes import FakeFlights
from tests.support.handling import FakeHandlings
from tests.support.receipts import ROW
from tests.support.rows import NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = ROW.flight
OTHER = replace(ROW, id="other", flight="BA118|2026-11-22|JFK|LHR")
STAFF = StaffNotice(title="BA117 is late", lines=())
ALERT = replace(ROW, id="alert", rule="rule-1", booking=None, staff=STAFF, said=Said.STAFF_ALERT)
ALARM = replace(ROW, id="alarm", booking=None, staff=STAFF, said=Said.ON_CALL)


class Book:
    """A ledger, a sender and whoever holds."""

    def __init__(self, database: Database | None) -> None:
        if database is None:
            fake = FakeLedger()
            self.handlings: FakeHandlings | MongoHandlings = FakeHandlings(FakeFlights())
            fake.held = self.handlings.held
            self.ledger: FakeLedger | MongoLedger = fake
            self.outbox: FakeLedger | MongoOutbox = fake
            self.waiting: FakeLedger | MongoWaiting = fake
        else:
            self.handlings, self.ledger = MongoHandlings(database), MongoLedger(database)
            self.outbox, self.waiting = MongoOutbox(database, LEASE), MongoWaiting(database)

    async def claimed(self) -> set[str]:
        due = await self.outbox.due(list(Channel), NOON, 50)
        rows = await self.outbox.claim("worker-1", list(Channel), NOON, 50)
        assert due == len(rows)
        return {row.id for row in rows}


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    return Book(None if request.param == "fake" else request.getfixturevalue("database"))


async def test_nothing_leaves_for_travellers_of_a_held_flight_and_the_rest_does(book: Book) -> None:
    await book.ledger.add([ROW, OTHER, ALERT, ALARM])
    await book.handlings.hold([BA117], "Kim", NOON)
    assert await book.claimed() == {OTHER.id, ALERT.id, ALARM.id}


async def test_what_is_decided_while_it_is_held_waits_too(book: Book) -> None:
    await book.handlings.hold([BA117], "Kim", NOON)
    await book.ledger.add([ROW])
    assert await book.claimed() == set()


async def test_what_was_held_leaves_once_it_is_released(book: Book) -> None:
    await book.ledger.add([ROW])
    await book.handlings.hold([BA117], "Kim", NOON)
    assert await book.claimed() == set()
    await book.handlings.release([BA117])
    assert await book.claimed() == {ROW.id}


async def test_a_row_that_is_held_by_itself_stays_held_when_its_flight_is_released(book: Book) -> None:
    await book.ledger.add([ROW])
    await book.ledger.hold(ROW.id, on=True)
    await book.handlings.hold([BA117], "Kim", NOON)
    await book.handlings.release([BA117])
    assert await book.claimed() == set()


async def test_what_is_held_expires_and_is_not_stuck(book: Book) -> None:
    await book.ledger.add([ROW, ALERT])
    await book.handlings.hold([BA117], "Kim", NOON)
    late = NOON + timedelta(days=2)
    assert await book.waiting.stuck(timedelta(), late, set(Channel)) == []
    await book.handlings.release([BA117])
    assert [row.id for row in await book.waiting.stuck(timedelta(), late, set(Channel))] == [ROW.id]
    await book.handlings.hold([BA117], "Kim", NOON)
    expired = await book.waiting.expire(late)
    assert {(row.id, row.state) for row in expired} >= {(ROW.id, State.EXPIRED)}


async def test_what_waits_for_travellers_is_counted_by_flight(book: Book) -> None:
    await book.ledger.add([ROW, replace(ROW, id="second"), OTHER, ALERT, ALARM])
    assert await book.waiting.of_travellers([BA117]) == {BA117: 2}
    assert await book.waiting.of_travellers([BA117, OTHER.flight]) == {BA117: 2, OTHER.flight: 1}
    assert await book.waiting.of_travellers(["unknown"]) == {}


@pytest.mark.mongodb
async def test_what_waits_is_counted_by_an_index(database: Database) -> None:
    await MongoLedger(database).prepare()
    await MongoLedger(database).add([ROW])
    query = {"flight": {"$in": [BA117]}, "state": "pending"}
    plan = await database["notifications"].find(query).explain()
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
