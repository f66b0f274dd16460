"""The change stream behind the live lists, on a real MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.touch import Touch
from flightagents.store import touch_events
from flightagents.store import touched as module
from flightagents.store.touched import DECODED, Touched
from flightagents.wiring.site import WATCHED

pytestmark = pytest.mark.mongodb
Database = AsyncIOMotorDatabase[dict[str, Any]]
Stream = AsyncIterator[Touch | None]
ALL = frozenset(
    {"flights", "flight_changes", "notifications", "silences", "tasks", "bookings", "workers", "audit"}
)
ANYTHING = Touch(ALL, None)
FLIGHT = "BA117|2026-11-22|LHR|JFK"
PATIENCE_SECONDS = 20


@pytest.fixture
async def stream(database: Database) -> AsyncIterator[Stream]:
    found = Touched(database, ALL)()
    yield found
    await found.aclose()  # type: ignore[attr-defined]


async def _next(stream: Stream) -> Touch | None:
    return await asyncio.wait_for(anext(stream), PATIENCE_SECONDS)


async def test_at_first_everything_counts_as_touched(stream: Stream) -> None:
    assert await _next(stream) == ANYTHING


async def test_it_names_what_was_touched_since(database: Database, stream: Stream) -> None:
    await _next(stream)
    await database["elsewhere"].insert_one({})
    await database["tasks"].insert_one({"flight": "BA1"})
    assert await _next(stream) == Touch(frozenset({"tasks"}), frozenset({"BA1"}))
    await database["flights"].insert_one({"_id": "BA2"})
    await database["flights"].update_one({"_id": "BA2"}, {"$set": {"late": 5}})
    assert await _next(stream) == Touch(frozenset({"flights"}), frozenset({"BA2"}))


@pytest.mark.parametrize(
    ("collection", "document"),
    [
        ("flights", {"_id": FLIGHT}),
        ("flight_changes", {"_id": "a change", "flight": FLIGHT}),
        ("notifications", {"_id": "a row", "flight": FLIGHT}),
        ("silences", {"_id": f"{FLIGHT}/7", "flight": FLIGHT}),
        ("tasks", {"_id": "a task", "flight": FLIGHT}),
    ],
)
async def test_it_names_the_flight_that_a_document_is_about_also_when_that_is_changed(
    database: Database, stream: Stream, collection: str, document: dict[str, Any]
) -> None:
    await _next(stream)
    await database[collection].insert_one(document)
    assert await _next(stream) == Touch(frozenset({collection}), frozenset({FLIGHT}))
    await database[collection].update_one({"_id": document["_id"]}, {"$set": {"changed": True}})
    assert await _next(stream) == Touch(frozenset({collection}), frozenset({FLIGHT}))


@pytest.mark.parametrize(("collection", "flights"), [("workers", frozenset()), ("bookings", None)])
async def test_a_document_may_be_about_no_flight_or_about_any(
    database: Database, stream: Stream, collection: str, flights: frozenset[str] | None
) -> None:
    await _next(stream)
    await database[collection].insert_one({})
    assert await _next(stream) == Touch(frozenset({collection}), flights)


async def test_a_task_may_be_about_no_flight(database: Database, stream: Stream) -> None:
    await _next(stream)
    await database["tasks"].insert_one({"_id": 1, "flight": None})
    assert await _next(stream) == Touch(frozenset({"tasks"}), frozenset())


async def test_of_what_lists_are_made_of_only_a_booking_may_be_about_any_flight() -> None:
    """Whatever else may be makes each worker forget all that it knows of flights, at every login too."""
    assert {"bookings"} == WATCHED - touch_events.KNOWN


@pytest.mark.parametrize(
    ("thing", "key", "flights"),
    [
        ("flight", FLIGHT, {FLIGHT}),
        ("message", "a row", {FLIGHT}),
        ("task", "a task", {FLIGHT}),
        ("user", "ben", set()),
    ],
)
async def test_an_act_is_about_the_flight_of_what_it_was_done_to(
    database: Database, stream: Stream, thing: str, key: str, flights: set[str]
) -> None:
    await database["notifications"].insert_one({"_id": "a row", "flight": FLIGHT})
    await database["tasks"].insert_one({"_id": "a task", "flight": FLIGHT})
    await _next(stream)
    await database["audit"].insert_one({"about": {"thing": thing, "id": key}})
    assert await _next(stream) == Touch(frozenset({"audit"}), frozenset(flights))


async def test_a_flight_that_became_another_one_is_about_both(database: Database, stream: Stream) -> None:
    await _next(stream)
    await database["flight_changes"].insert_one({"flight": "BA1", "after": {"flight": "BA2"}})
    assert await _next(stream) == Touch(frozenset({"flight_changes"}), frozenset({"BA1", "BA2"}))


async def test_a_storm_is_not_read_one_by_one(database: Database, stream: Stream) -> None:
    await _next(stream)
    await database["flights"].insert_many([{"_id": number} for number in range(DECODED + 50)])
    assert await _next(stream) == ANYTHING


async def test_after_a_loss_of_sight_everything_counts_as_touched(
    database: Database, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", module.PAUSE)
    await _next(stream)
    await database["tasks"].insert_one({})
    touch = await _next(stream)
    assert touch is not None
    assert touch.collections == {"tasks"}
    # A database that is dropped ends its change streams, as a lost connection does.
    await database.client.drop_database(database.name)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await anext(stream) is not None:
            pass
        assert await anext(stream) == ANYTHING
