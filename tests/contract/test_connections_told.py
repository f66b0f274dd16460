"""Which connections are in danger, as the ledger's rows say."""

from dataclasses import replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.said import Said
from flightagents.store.connections_told import MongoToldOfConnections, query
from flightagents.store.ledger import MongoLedger
from flightagents.store.ledger_rows import COLLECTION
from tests.support.desk import FakeLedger
from tests.support.handling import FakeToldOfConnections
from tests.support.messages import notice
from tests.support.plans import plan_of
from tests.support.receipts import ROW
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = ROW.flight
RISK = replace(
    ROW, id="risk", said=Said.CONNECTION_AT_RISK, notice=notice(Said.CONNECTION_AT_RISK), created_at=NOON
)
SAFE = replace(RISK, id="safe", said=Said.CONNECTION_SAFE, created_at=NOON + MINUTE)
MISSED = replace(RISK, id="missed", said=Said.CONNECTION_MISSED, created_at=NOON + 2 * MINUTE)


class Book:
    def __init__(self, database: Database | None) -> None:
        if database is None:
            fake = FakeLedger()
            self.ledger: FakeLedger | MongoLedger = fake
            self.told: FakeToldOfConnections | MongoToldOfConnections = FakeToldOfConnections(fake)
        else:
            self.ledger, self.told = MongoLedger(database), MongoToldOfConnections(database)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    return Book(None if request.param == "fake" else request.getfixturevalue("database"))


async def test_people_are_counted_once_by_what_was_decided_last(book: Book) -> None:
    assert await book.told.at_risk([BA117]) == {}
    others = replace(RISK, id="others", booking="XYZ789|ben@example.com")
    await book.ledger.add([ROW, RISK, replace(RISK, id="by sms"), others])
    assert await book.told.at_risk([BA117, "unknown"]) == {BA117: 2}
    await book.ledger.add([SAFE])
    assert await book.told.at_risk([BA117]) == {BA117: 1}
    await book.ledger.add([MISSED])
    assert await book.told.at_risk([BA117]) == {BA117: 2}
    assert await book.told.at_risk(["unknown"]) == {}


@pytest.mark.mongodb
async def test_it_is_found_by_an_index(database: Database) -> None:
    await MongoLedger(database).prepare()
    await MongoLedger(database).add([ROW, RISK])
    command = {"find": COLLECTION, "filter": query([BA117]), "sort": {"created_at": 1}}
    assert (await plan_of(database[COLLECTION], command)).scans_an_index
