"""What `FlightStore` promises, held by the fake and by MongoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.changes import Change
from flightagents.domain.flight import STATE_VERSION, FlightState
from flightagents.domain.tracking import advance
from flightagents.ports import FlightStore
from flightagents.store.flight_fields import in_the_air
from flightagents.store.flights import MongoFlights
from tests.support.fakes import FakeFlights
from tests.support.plans import plan_of
from tests.support.rows import DAY, MINUTE, NOON, row, run_of

Database = AsyncIOMotorDatabase[dict[str, Any]]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def flights(request: pytest.FixtureRequest) -> FlightStore:
    if request.param == "fake":
        return FakeFlights()
    return MongoFlights(request.getfixturevalue("database"))


def story(
    *delays: int | None, route: str = "LHR-JFK", took_off: str | None = None, status: str = "scheduled"
) -> tuple[FlightState, list[Change]]:
    """Give the state and the changes of a flight that showed these delays, a look each."""
    state: FlightState | None = None
    told: list[Change] = []
    for run, delay in enumerate(delays, start=1):
        for record in run_of(
            [row(delay=delay, route=route, took_off=took_off, status=status)], run, NOON + run * MINUTE
        ):
            state, changes = advance(state, record)
            told.extend(changes)
    assert state is not None
    return state, told


async def test_a_state_comes_back_as_it_was_stored(flights: FlightStore) -> None:
    state, _ = story(None, 20, 60, took_off="15:40", status="active")
    await flights.move_on([state])
    assert await flights.known_states([state.flight]) == {state.flight: state}


async def test_times_without_a_zone_come_back_without_one(flights: FlightStore) -> None:
    state, _ = story(20, route="QQQ-JFK")
    assert state.departure.base.tzinfo is None
    await flights.move_on([state])
    assert await flights.known_states([state.flight]) == {state.flight: state}


async def test_only_known_flights_are_given(flights: FlightStore) -> None:
    state, _ = story(None)
    await flights.move_on([state])
    assert set(await flights.known_states([state.flight, "BA9|2026-11-22|LHR|JFK"])) == {state.flight}
    assert await flights.known_states([]) == {}


async def test_a_state_moves_on_to_a_higher_ordinal_only(flights: FlightStore) -> None:
    old, new = story(None)[0], story(None, 20, 60)[0]
    other, _ = story(None, route="LHR-MAD")
    assert old.ordinal < new.ordinal
    await flights.move_on([new])
    await flights.move_on([old, other])
    await flights.move_on([replace(new, delay=999)])
    assert await flights.known_states([old.flight, other.flight]) == {old.flight: new, other.flight: other}


async def test_of_several_states_of_a_flight_at_once_the_newest_stays(flights: FlightStore) -> None:
    states = [story(*delays)[0] for delays in ((None, 20, 60), (None, 20), (None,))]
    await flights.move_on(states)
    assert await flights.known_states([states[0].flight]) == {states[0].flight: states[0]}


async def test_only_what_was_new_to_the_history_is_given_back(flights: FlightStore) -> None:
    _, changes = story(None, 20, 60, 120)
    assert len(changes) == 4
    assert await flights.add_to_history([]) == []
    assert await flights.add_to_history(changes[1:3]) == changes[1:3]
    assert await flights.add_to_history(changes) == [changes[0], changes[3]]
    assert await flights.add_to_history(changes) == []


async def test_the_same_change_twice_in_one_batch_is_new_once(flights: FlightStore) -> None:
    _, (change,) = story(None)
    assert await flights.add_to_history([change, change]) == [change]


async def test_open_states_are_those_that_may_still_leave(flights: FlightStore) -> None:
    waiting, _ = story(None, 60)
    gone, _ = story(None, None, route="LHR-MAD", took_off="14:50")
    cancelled, _ = story(None, None, route="MAD-LHR", status="cancelled")
    await flights.move_on([waiting, gone, cancelled])
    assert [state.flight for state in await flights.open_states(since=DAY)] == [waiting.flight]


async def test_open_states_of_older_dates_are_left_out(flights: FlightStore) -> None:
    waiting, _ = story(None)
    await flights.move_on([waiting])
    assert await flights.open_states(since=DAY + timedelta(days=1)) == []


async def test_flights_in_the_air_are_given_with_their_numbers(flights: FlightStore) -> None:
    waiting, _ = story(None)
    flying, _ = story(None, None, route="LHR-MAD", took_off="14:50")
    down, _ = story(None, None, route="MAD-LHR", took_off="14:50", status="landed")
    await flights.move_on([waiting, replace(flying, marketed_as=("AA6143",)), down])
    assert await flights.in_the_air(since=DAY) == {flying.flight: ("BA117", "AA6143")}
    assert await flights.in_the_air(since=DAY + timedelta(days=1)) == {}


async def test_an_airport_stirs_while_a_flight_that_leaves_about_now_has_news(flights: FlightStore) -> None:
    late, _ = story(None, 20)
    first_seen, _ = story(None, route="MAD-LHR")
    await flights.move_on([late, first_seen])
    airports = {"LHR", "MAD", "JFK"}
    assert await flights.stirring(airports, late.seen_at - MINUTE) == {"LHR"}
    assert await flights.stirring({"JFK", "MAD"}, late.seen_at - MINUTE) == set()
    assert await flights.stirring(airports, late.seen_at) == set()
    assert await flights.stirring(airports, late.seen_at - 12 * 60 * MINUTE) == set()


async def test_flights_are_found_by_any_of_their_numbers_and_their_date(flights: FlightStore) -> None:
    shared, _ = advance(None, run_of([row(), row("AA6143", operated_by="BA117")])[0])
    onward, _ = advance(None, run_of([row("BA117", route="JFK-MAD", arrives="2026-11-23T06:00")])[0])
    await flights.move_on([shared, onward])
    asked = [
        ("BA117", "2026-11-22"),
        ("AA6143", "2026-11-22"),
        ("BA117", "2026-11-23"),
        ("BA9", "2026-11-22"),
    ]
    found = await flights.of_numbers(asked)
    assert {number: found.get(number, []) for number in asked} == {
        ("BA117", "2026-11-22"): [onward.flight, shared.flight],
        ("AA6143", "2026-11-22"): [shared.flight],
        ("BA117", "2026-11-23"): [],
        ("BA9", "2026-11-22"): [],
    }
    assert await flights.of_numbers([]) == {}


# Only MongoDB


@pytest.mark.mongodb
async def test_the_history_holds_what_a_reader_needs_and_not_the_state(database: Database) -> None:
    _, changes = story(None, 60)
    await MongoFlights(database).add_to_history(changes)
    document = await database["flight_changes"].find_one({"_id": changes[-1].id})
    assert document is not None
    assert "state" not in document
    assert (document["kind"], document["severity"], document["ordinal"]) == ("delayed", "major", 2)
    assert document["departure"]["expected"] == changes[-1].departure.expected
    assert document["after"] == {"expected": "2026-11-22T15:35:00Z"}


@pytest.mark.mongodb
async def test_a_flight_is_found_by_each_of_its_numbers(database: Database) -> None:
    state, _ = advance(None, run_of([row(), row("AA6143", operated_by="BA117")])[0])
    await MongoFlights(database).move_on([state])
    found = await database["flights"].find_one({"designators": "AA6143", "date": "2026-11-22"})
    assert found is not None
    assert found["_id"] == state.flight
    assert found["designators"] == ["BA117", "AA6143"]
    assert found["open"] is True


@pytest.mark.mongodb
async def test_flights_in_the_air_are_found_without_looking_at_the_others(database: Database) -> None:
    flights = MongoFlights(database)
    await flights.prepare()
    flying, _ = story(None, None, took_off="14:50")
    await flights.move_on([flying, *(story(None, route=f"LHR-A{n:02}")[0] for n in range(50))])
    plan = await plan_of(database["flights"], {"find": "flights", "filter": in_the_air(DAY)})
    assert plan.indexes == {"in_the_air"}
    assert plan.documents == 1


@pytest.mark.mongodb
async def test_a_broken_document_in_the_air_hides_no_other(database: Database) -> None:
    flying, _ = story(None, None, took_off="14:50")
    await MongoFlights(database).move_on([flying])
    broken = {"departed": True, "landed": False, "date": "2026-11-22"}
    await database["flights"].insert_many(
        [{**broken, "_id": "BA1|2026-11-22|LHR|JFK"}, {**broken, "_id": "BA2", "designators": ["BA2"]}]
    )
    assert await MongoFlights(database).in_the_air(since=DAY) == {flying.flight: ("BA117",)}


@pytest.mark.mongodb
async def test_a_state_of_another_version_is_unknown_and_is_told_once(database: Database) -> None:
    flights = MongoFlights(database)
    ours, _ = story(None)
    theirs, _ = story(None, route="LHR-MAD")
    await flights.move_on([ours, replace(theirs, version=STATE_VERSION + 1)])
    broken = "BA1|2026-11-22|LHR|JFK"
    await database["flights"].insert_one({"_id": broken, "open": True, "date": "2026-11-22", "state": "{}"})
    with structlog.testing.capture_logs() as lines:
        for _ in range(2):
            asked = await flights.known_states([ours.flight, theirs.flight, broken])
            assert asked == {ours.flight: ours}
            assert await flights.open_states(since=DAY) == [ours]
    assert sorted(line["document"] for line in lines) == sorted([broken, theirs.flight])
