"""What `PunctualityStore` promises, held by the fake and by MongoDB."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.flight import Status
from flightagents.domain.punctuality import VERSION, Counts, Day, Scope, Slot
from flightagents.domain.ranking import Ranked, Ranking
from flightagents.domain.usual import Basis, Comparison, Measure
from flightagents.ports import FlightStore, PunctualityStore
from flightagents.store import punctuality
from flightagents.store.flights import MongoFlights
from flightagents.store.punctuality import MongoPunctuality
from tests.support.fakes import FakeFlights
from tests.support.punctuality import FakePunctuality, flight
from tests.support.rows import DAY, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
NEXT = DAY + timedelta(days=1)
LONDON = "Europe/London"


@dataclass
class Stores:
    flights: FlightStore
    punctuality: PunctualityStore

    async def day(self, scope: Scope, code: str, on: date = DAY) -> Day | None:
        found = await self.punctuality.days(scope, [code], [on], delays=True)
        return found[0] if found else None


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        flights = FakeFlights()
        return Stores(flights, FakePunctuality(flights))
    database = request.getfixturevalue("database")
    return Stores(MongoFlights(database), MongoPunctuality(database))


async def test_a_day_is_counted_for_the_airport_and_for_the_airline(stores: Stores) -> None:
    states = [
        flight("BA117", late=0),
        flight("BA119", late=20),
        flight("BA121", late=20),
        flight("BA123", late=300, left=False),
        flight("BA125", left=False),
        flight("BA127", cancelled=True),
        replace(flight("BA129", late=-3), disruption=Status.DIVERTED),
        flight("IB31", departs="15:00", late=15),
    ]
    await stores.flights.move_on(states)
    await stores.punctuality.count([DAY], final=[])
    two = Counts(planned=7, known=5, late=3, cancelled=1, diverted=1, delays={-3: 1, 0: 1, 20: 2, 300: 1})
    three = Counts(planned=1, known=1, late=1, delays={15: 1})
    assert await stores.day(Scope.AIRPORT, "LHR") == Day(
        scope=Scope.AIRPORT, code="LHR", date=DAY, slots=(Slot(LONDON, 14, two), Slot(LONDON, 15, three))
    )
    assert await stores.day(Scope.AIRLINE, "BA") == Day(
        scope=Scope.AIRLINE, code="BA", date=DAY, slots=(Slot(LONDON, 14, two),)
    )
    assert await stores.day(Scope.AIRPORT, "JFK") is None
    assert await stores.day(Scope.AIRPORT, "LHR", NEXT) is None


async def test_an_airlines_hours_are_those_of_each_zone_also_of_none(stores: Stores) -> None:
    await stores.flights.move_on(
        [flight("BA117"), flight("BA178", route="JFK-LHR"), flight("BA9", route="QQQ-LHR", late=30)]
    )
    await stores.punctuality.count([DAY], final=[])
    found = await stores.day(Scope.AIRLINE, "BA")
    assert found
    assert [(slot.zone, slot.hour, slot.counts.late) for slot in found.slots] == [
        (None, 14, 1),
        ("America/New_York", 14, 0),
        (LONDON, 14, 0),
    ]


async def test_a_late_flight_that_is_cancelled_moves_in_the_tally(stores: Stores) -> None:
    await stores.flights.move_on([flight(late=60, left=False)])
    await stores.punctuality.count([DAY], final=[])
    await stores.flights.move_on([flight(late=60, cancelled=True, ordinal=2)])
    await stores.punctuality.count([DAY], final=[])
    found = await stores.day(Scope.AIRPORT, "LHR")
    assert found
    assert [slot.counts for slot in found.slots] == [Counts(planned=1, cancelled=1)]


async def test_counting_again_changes_nothing(stores: Stores) -> None:
    await stores.flights.move_on([flight("BA117", late=5), flight("BA119", route="MAD-LHR")])
    await stores.punctuality.count([DAY, NEXT], final=[])
    before = await stores.day(Scope.AIRLINE, "BA")
    await stores.punctuality.count([DAY, NEXT], final=[])
    assert await stores.day(Scope.AIRLINE, "BA") == before


async def test_only_dates_that_were_asked_for_are_counted(stores: Stores) -> None:
    await stores.flights.move_on([flight(), flight(day=NEXT)])
    await stores.punctuality.count([NEXT], final=[])
    assert await stores.day(Scope.AIRPORT, "LHR") is None
    assert await stores.day(Scope.AIRPORT, "LHR", NEXT) is not None


async def test_dates_with_departures_are_final_once_they_are_counted_as_such(stores: Stores) -> None:
    await stores.flights.move_on([flight(), flight(day=NEXT)])
    await stores.punctuality.count([DAY, NEXT], final=[])
    assert await stores.punctuality.final(DAY, NEXT) == set()
    await stores.punctuality.count([DAY - timedelta(days=1), DAY, NEXT], final=[DAY - timedelta(days=1), DAY])
    assert await stores.punctuality.final(DAY - timedelta(days=1), NEXT) == {DAY}
    assert await stores.punctuality.final(NEXT, NEXT) == set()


async def test_what_is_usual_adds_days_up(stores: Stores) -> None:
    days = [DAY + timedelta(days=ahead) for ahead in range(4)]
    await stores.flights.move_on(
        [flight(day=day, late=late) for day, late in zip(days, (0, 20, 20, 90), strict=True)]
    )
    await stores.punctuality.count(days, final=days)
    assert await stores.punctuality.usual_until() is None
    await stores.punctuality.sum_up(days[0], days[2])
    (usual,) = await stores.punctuality.usual(Scope.AIRPORT, ["LHR", "JFK"], delays=True)
    assert (usual.code, usual.days, usual.since, usual.until) == ("LHR", 3, days[0], days[2])
    (slot,) = usual.slots
    assert slot == Slot(LONDON, 14, Counts(planned=3, known=3, late=2, delays={0: 1, 20: 2}))
    assert await stores.punctuality.usual_until() == days[2]


async def test_what_was_usual_gives_way(stores: Stores) -> None:
    await stores.flights.move_on([flight(), flight("IB31", route="MAD-LHR", day=NEXT)])
    await stores.punctuality.count([DAY, NEXT], final=[DAY, NEXT])
    await stores.punctuality.sum_up(DAY, DAY)
    await stores.punctuality.sum_up(NEXT, NEXT)
    found = await stores.punctuality.usual(Scope.AIRLINE, ["BA", "IB"], delays=True)
    assert [each.code for each in found] == ["IB"]


async def test_delays_are_left_out_where_nobody_asks_for_them(stores: Stores) -> None:
    await stores.flights.move_on([flight(late=20)])
    await stores.punctuality.count([DAY], final=[DAY])
    await stores.punctuality.sum_up(DAY, DAY)
    (day,) = await stores.punctuality.days(Scope.AIRPORT, ["LHR"], [DAY], delays=False)
    (usual,) = await stores.punctuality.usual(Scope.AIRPORT, ["LHR"], delays=False)
    for slot in (*day.slots, *usual.slots):
        assert slot.counts == Counts(planned=1, known=1, late=1)


async def test_the_busiest_come_first_and_no_more_than_are_asked_for(stores: Stores) -> None:
    routes = ["MAD-LHR", "MAD-JFK", "LHR-JFK", "JFK-LHR"]
    await stores.flights.move_on([flight(f"BA{at}", route=route) for at, route in enumerate(routes, start=1)])
    await stores.punctuality.count([DAY], final=[])
    assert await stores.punctuality.busiest(Scope.AIRPORT, DAY, 2) == [("MAD", 2), ("JFK", 1)]
    assert await stores.punctuality.busiest(Scope.AIRLINE, DAY, 2) == [("BA", 4)]
    assert await stores.punctuality.busiest(Scope.AIRPORT, NEXT, 2) == []


async def test_a_ranking_takes_the_place_of_the_last(stores: Stores) -> None:
    compared = {Measure.SHARE_LATE: Comparison(0.5, None, None, Basis.FEW_DAYS)}
    new = Ranking(scope=Scope.AIRLINE, at=NOON, found=(Ranked(code="BA", planned=7, compared=compared),))
    assert await stores.punctuality.ranking(Scope.AIRLINE) is None
    await stores.punctuality.keep_ranking(replace(new, at=NOON - timedelta(minutes=5), found=()))
    await stores.punctuality.keep_ranking(new)
    assert await stores.punctuality.ranking(Scope.AIRLINE) == new
    assert await stores.punctuality.ranking(Scope.AIRPORT) is None


async def test_those_with_departures_on_a_date_are_told_from_others(stores: Stores) -> None:
    await stores.flights.move_on([flight(), flight("IB31", route="MAD-LHR", day=NEXT)])
    await stores.punctuality.count([DAY, NEXT], final=[])
    assert await stores.punctuality.counted(Scope.AIRPORT, ["LHR", "MAD", "JFK"], [DAY]) == {"LHR"}
    assert await stores.punctuality.counted(Scope.AIRPORT, ["LHR", "MAD"], [DAY, NEXT]) == {"LHR", "MAD"}
    assert await stores.punctuality.counted(Scope.AIRLINE, ["LHR"], [DAY]) == set()


async def test_older_days_are_forgotten(stores: Stores) -> None:
    await stores.flights.move_on([flight(), flight(day=NEXT)])
    await stores.punctuality.count([DAY, NEXT], final=[])
    await stores.punctuality.forget(NEXT)
    assert await stores.day(Scope.AIRPORT, "LHR") is None
    assert await stores.day(Scope.AIRPORT, "LHR", NEXT) is not None


# Only MongoDB


@pytest.mark.mongodb
async def test_flights_stored_without_what_they_count_as_are_counted_too(database: Database) -> None:
    stores = Stores(MongoFlights(database), MongoPunctuality(database))
    await stores.flights.move_on([flight("BA117", late=20), flight("BA119", late=20), flight("BA121")])
    flights = database["flights"]
    await flights.update_one({"designators": "BA117"}, {"$unset": {"counted": 1}})
    await flights.update_one({"designators": "BA119"}, {"$set": {"counted.version": VERSION - 1}})
    await flights.insert_one({"_id": "broken", "date": DAY.isoformat(), "state": "{}"})
    await stores.punctuality.count([DAY], final=[])
    found = await stores.day(Scope.AIRPORT, "LHR")
    assert found
    assert [slot.counts for slot in found.slots] == [Counts(planned=3, known=3, late=2, delays={0: 1, 20: 2})]


Asked = Callable[[MongoPunctuality], Awaitable[object]]
READS: dict[str, Asked] = {
    "final": lambda store: store.final(DAY, NEXT),
    "usual_until": lambda store: store.usual_until(),
    "forget": lambda store: store.forget(DAY),
    "busiest": lambda store: store.busiest(Scope.AIRPORT, DAY, 5),
    "days": lambda store: store.days(Scope.AIRPORT, ["LHR"], [DAY], delays=True),
    "usual": lambda store: store.usual(Scope.AIRPORT, ["LHR"], delays=True),
    "counted": lambda store: store.counted(Scope.AIRPORT, ["LHR"], [DAY, NEXT]),
    "ranking": lambda store: store.ranking(Scope.AIRPORT),
    "keep_ranking": lambda store: store.keep_ranking(Ranking(scope=Scope.AIRPORT, at=NOON, found=())),
    "count": lambda store: store.count([DAY], final=[]),
    "sum_up": lambda store: store.sum_up(DAY, NEXT),
}


@pytest.mark.mongodb
@pytest.mark.parametrize("name", READS)
async def test_no_query_walks_through_a_collection(database: Database, name: str) -> None:
    """Asks MongoDB's own profile of what it did: each call is held to its index as it really runs."""
    store = MongoPunctuality(database)
    await store.prepare()
    await MongoFlights(database).move_on([flight(), flight(day=NEXT)])
    await store.count([DAY, NEXT], final=[DAY])
    await store.sum_up(DAY, NEXT)
    await store.keep_ranking(Ranking(scope=Scope.AIRPORT, at=NOON, found=()))
    await database.command("profile", 2)
    try:
        await READS[name](store)
    finally:
        await database.command("profile", 0)
    ours = {"ns": {"$regex": "flights|punctuality"}, "planSummary": {"$exists": True}}
    plans = [json.dumps(each["planSummary"]) async for each in database["system.profile"].find(ours)]
    assert plans
    assert [plan for plan in plans if "COLLSCAN" in plan] == []


@pytest.mark.mongodb
async def test_the_same_documents_are_written_again(database: Database) -> None:
    store = MongoPunctuality(database)
    states = [
        flight(f"{airline}{at}", route=route, late=at % 7, departs=f"{at % 24:02}:00")
        for airline in ("BA", "IB")
        for route in ("LHR-JFK", "MAD-LHR", "QQQ-JFK")
        for at in range(1, 60)
    ]
    await MongoFlights(database).move_on(states)
    written = []
    for _ in range(2):
        await store.count([DAY], final=[DAY])
        await store.sum_up(DAY, DAY)
        written.append(
            [
                [document async for document in database[name].find().sort("_id")]
                for name in (punctuality.DAYS, punctuality.USUAL)
            ]
        )
    assert written[0] == written[1]
