"""The file of a flight as it is wired: on MongoDB, with the ledger's own traces, and few queries."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.delivery import Receipt
from flightagents.domain.flight_file import Changed, Decided, Reported, Silent, Tasked
from flightagents.domain.notifications import Message, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.tracking import advance
from flightagents.settings import Settings
from flightagents.store.archive import MongoArchive
from flightagents.store.bookings import MongoBookings
from flightagents.store.flights import MongoFlights
from flightagents.store.ledger import MongoLedger
from flightagents.store.receipts import MongoReceipts
from flightagents.store.silences import MongoSilences
from flightagents.store.tasks import MongoTasks
from flightagents.wiring import World, open_world, wire_flight_file
from tests.support.agency import BA117
from tests.support.fakes import SetClock
from tests.support.ledger_rows import notification
from tests.support.messages import ANNA
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking

pytestmark = pytest.mark.mongodb
BEN = booking(reference="XYZ789", email="ben@example.com", name="Ben Ito")


@dataclass
class Wired:
    world: World
    began: datetime


@pytest.fixture
async def wired(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[Wired]:
    """Anna was written to, and it bounced; Ben was not told; a task is open; the oldest record is gone."""
    began = NOON + 5 * MINUTE
    world = await open_world(
        Settings.model_validate({"mongodb_url": mongodb, "mongodb_database": database.name}), SetClock(began)
    )
    first, late = run_of([row()], 1, began - 2 * MINUTE), run_of([row(delay=300)], 2, began - MINUTE)
    state, changes = advance(None, first[0])
    state, more = advance(state, late[0])
    archive, flights = MongoArchive(world.database), MongoFlights(world.database)
    await archive.store([archive.document(late[0])])
    await flights.add_to_history([*changes, *more])
    await flights.move_on([state])
    await MongoBookings(world.database).save([booking(), BEN])
    sent = notification(
        address_key=world.address_keys(ANNA),
        created_at=began,
        message=Message(text="late", subject="late"),
        wire_at=began,
    )
    await MongoLedger(world.database).add([sent])
    await MongoReceipts(world.database).receive(Receipt(sent.id, delivered=False, detail="550 unknown"))
    silence = Silence(BA117, 2, world.address_keys(BEN.id), Reason.NO_CONSENT)
    await MongoSilences(world.database).note([silence], began)
    task = Task(
        id="t", kind=TaskKind.CALL, flight=BA117, booking=booking().id, summary="call", created_at=began
    )
    await MongoTasks(world.database).open([task])
    yield Wired(world, began)
    await world.close()


async def test_all_that_is_kept_of_a_flight_stands_in_its_file(wired: Wired) -> None:
    file = await wire_flight_file(wired.world)(BA117, sees_people=True)
    assert file is not None
    changes = [each for each in file.story if isinstance(each, Changed)]
    assert [each.look is None for each in changes] == [True, False]
    assert changes[1].look is not None
    assert changes[1].look.vendor["status"] == "scheduled"
    assert file.seen_at == wired.began - MINUTE
    (told,) = [each for each in file.story if isinstance(each, Decided)]
    assert told.person is not None
    assert (told.person.address, told.state, told.text) == (ANNA, State.FAILED, "late")
    (receipt,) = [each for each in file.story if isinstance(each, Reported)]
    assert (receipt.state, receipt.detail) == (State.FAILED, "550 unknown")
    assert timedelta() <= wired.began - receipt.at < timedelta(minutes=5)
    assert receipt.at.microsecond == 0
    (silent,) = [each for each in file.story if isinstance(each, Silent)]
    assert [each.name for each in silent.persons] == ["Ben Ito"]
    assert [each.task for each in file.story if isinstance(each, Tasked)] == ["t"]


async def test_with_many_bookings_a_file_asks_little_and_scans_nothing(wired: Wired) -> None:
    others = [
        replace(
            booking(reference=f"R{n}", email=f"{n}@example.com"),
            segments=(replace(BEN.segments[0], designator="IB1"),),
        )
        for n in range(200)
    ]
    await MongoBookings(wired.world.database).save(others)
    await wired.world.database.command("profile", 2)
    assert await wire_flight_file(wired.world)(BA117, sees_people=True) is not None
    await wired.world.database.command("profile", 0)
    ours = {"op": {"$in": ["query", "command", "getmore"]}, "ns": {"$not": {"$regex": "system|[$]cmd"}}}
    asked = [each async for each in wired.world.database["system.profile"].find(ours)]
    assert 8 <= len(asked) <= 15
    assert [each["command"] for each in asked if "COLLSCAN" in each.get("planSummary", "")] == []
    assert sum(each.get("docsExamined", 0) for each in asked) < 30
