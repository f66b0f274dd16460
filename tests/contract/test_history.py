"""What `ChangeHistory` promises, held by the fake and by MongoDB; and how MongoDB finds it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import AutoReconnect

from flightagents.domain.changes import Change, Kind, Severity
from flightagents.errors import HistoryOutageError, TooSlowError
from flightagents.ports import ChangeHistory, FlightStore, HistoryQuery
from flightagents.store import history
from flightagents.store.flights import MongoFlights
from flightagents.store.history import MongoChangeHistory, wanted
from flightagents.store.setup import prepare
from tests.support.fakes import FakeFlights
from tests.support.rows import MINUTE, NOON, row
from tests.support.staff import FakeHistory, story

Database = AsyncIOMotorDatabase[dict[str, Any]]
HOUR = timedelta(hours=1)
WITHIN = timedelta(seconds=10)
FULL = HistoryQuery(
    begin=NOON - HOUR,
    end=NOON + HOUR,
    airports=("JFK", "MAD"),
    airlines=("BA", "AA"),
    kinds=(Kind.CANCELLED, Kind.DELAYED),
    severities=(Severity.CRITICAL, Severity.MAJOR),
)


class Book:
    """A history to write and to walk."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        if database is None:
            fake = FakeFlights()
            self._flights: FlightStore = fake
            self.history: ChangeHistory = FakeHistory(fake)
        else:
            self._flights, self.history = MongoFlights(database), MongoChangeHistory(database)

    async def holds(self, *changes: Change) -> None:
        if self._database is not None:
            await prepare(self._database, keep=timedelta(days=90))
        await self._flights.add_to_history(changes)

    async def walk(self, **asked: Any) -> list[Change]:  # noqa: ANN401 - any of the query's fields
        query = HistoryQuery(**{"begin": NOON - HOUR, "end": NOON + HOUR} | asked)
        found: list[Change] = []
        async for page in self.history.walk(query, WITHIN):
            found.extend(page)
        return found


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    return Book(None if request.param == "fake" else request.getfixturevalue("database"))


STORY = [
    replace(each, state=None)
    for each in story(
        row(), row(delay=65), row(delay=65, status="cancelled"), row(delay=65, status="cancelled")
    )
]
"""From noon on, two minutes apart: first seen, delayed, cancelled at the first look and at the second."""


async def test_changes_come_whole_and_in_the_order_of_time(book: Book) -> None:
    await book.holds(*STORY[::-1])
    assert await book.walk() == STORY
    assert await book.history.begins() == NOON


async def test_an_empty_history_begins_nowhere(book: Book) -> None:
    await book.holds()
    assert await book.walk() == []
    assert await book.history.begins() is None


async def test_a_span_holds_its_beginning_and_not_its_end(book: Book) -> None:
    await book.holds(*STORY)
    assert await book.walk(begin=NOON + 2 * MINUTE, end=NOON + 4 * MINUTE) == STORY[1:2]


async def test_kinds_and_severities_are_any_of_several(book: Book) -> None:
    await book.holds(*STORY)
    assert await book.walk(kinds=(Kind.DELAYED, Kind.CANCELLED)) == [STORY[1], STORY[3]]
    assert await book.walk(severities=(Severity.CRITICAL, Severity.INFO)) == [STORY[0], STORY[3]]
    assert await book.walk(kinds=(Kind.DELAYED,), severities=(Severity.CRITICAL,)) == []


async def test_an_airport_is_that_of_either_end(book: Book) -> None:
    onward = story(row("IB4", route="MAD-LHR"))
    await book.holds(*STORY, replace(onward[0], state=None))
    assert await book.walk(airports=("JFK",)) == STORY
    assert {each.flight[:3] for each in await book.walk(airports=("LHR",))} == {"BA1", "IB4"}
    assert len(await book.walk(airports=("LHR", "JFK", "MAD"))) == len(STORY) + 1  # each once
    assert await book.walk(airports=("AKL",)) == []


async def test_an_airline_flies_it_or_sells_it(book: Book) -> None:
    sold = replace(STORY[0], marketed_as=("AA6143", "BAW9", "U21"))
    await book.holds(sold)
    for airline in ("BA", "AA", "BAW", "U2"):
        assert await book.walk(airlines=(airline,)) == [sold]
    for airline in ("A", "IB", "BAX"):
        assert await book.walk(airlines=(airline,)) == []
    assert await book.walk(airlines=("IB", "AA"), airports=("JFK",)) == [sold]
    assert await book.walk(airlines=("AA",), airports=("MAD",)) == []


async def test_times_without_a_zone_come_back_without_one(book: Book) -> None:
    changes = [
        replace(each, state=None) for each in story(row(route="QQQ-JFK"), row(route="QQQ-JFK", delay=65))
    ]
    await book.holds(*changes)
    assert changes[1].departure.base.tzinfo is None
    assert await book.walk() == changes


async def test_nothing_that_is_asked_for_is_an_operator(book: Book) -> None:
    await book.holds(*STORY)
    for word in ("$ne", ".*", "^", "BA[0-9]"):
        assert await book.walk(airlines=(word,)) == []
        assert await book.walk(airports=(word,)) == []


# How MongoDB finds it


def stages(plan: dict[str, Any]) -> Iterator[str]:
    """Name the stages of a plan, with the index of those that have one."""
    yield plan["stage"] + (f" {plan['indexName']}" if "indexName" in plan else "")
    inner = plan.get("inputStages", [plan["inputStage"]] if "inputStage" in plan else [])
    for each in inner:
        yield from stages(each)


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "left_out", [(), ("airports",), ("airlines",), ("kinds", "severities", "airports", "airlines")]
)
async def test_every_walk_goes_along_its_index_and_sorts_nothing(
    database: Database, left_out: tuple[str, ...]
) -> None:
    await prepare(database, keep=timedelta(days=90))
    await MongoFlights(database).add_to_history(STORY)
    nothing: dict[str, Any] = dict.fromkeys(left_out, ())
    query = replace(FULL, **nothing)
    plan = (await database["flight_changes"].find(wanted(query)).sort("at", 1).hint("at_kind").explain())[
        "queryPlanner"
    ]["winningPlan"]
    found = list(stages(plan))
    assert "IXSCAN at_kind" in found
    assert not {"COLLSCAN", "SORT"} & set(found)


@pytest.mark.mongodb
async def test_the_beginning_is_found_by_the_index(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    await MongoFlights(database).add_to_history(STORY)
    plan = await database["flight_changes"].find({}, {"at": 1}).sort("at", 1).limit(1).explain()
    assert "IXSCAN at_kind" in list(stages(plan["queryPlanner"]["winningPlan"]))
    assert plan["executionStats"]["totalDocsExamined"] <= 1


@pytest.mark.mongodb
async def test_airports_and_kinds_are_ruled_out_in_the_index(database: Database) -> None:
    """Of what no rule asks for only the index is read."""
    await prepare(database, keep=timedelta(days=90))
    await MongoFlights(database).add_to_history(STORY)
    query = replace(FULL, airlines=(), kinds=(Kind.CANCELLED,))
    plan = await database["flight_changes"].find(wanted(query)).sort("at", 1).hint("at_kind").explain()
    assert plan["executionStats"]["totalDocsExamined"] == 1


@pytest.mark.mongodb
async def test_the_index_takes_the_place_of_the_one_on_the_time_alone(database: Database) -> None:
    await database["flight_changes"].create_index([("at", -1)], name="at")
    await prepare(database, keep=timedelta(days=90))
    names = set(await database["flight_changes"].index_information())
    assert "at_kind" in names
    assert "at" not in names


@pytest.mark.mongodb
async def test_a_walk_may_take_only_so_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not slow by itself is made so by what it asks."""
    await prepare(database, keep=timedelta(days=90))
    await MongoFlights(database).add_to_history(STORY)
    slow = {"$where": "sleep(100) || true"}
    monkeypatch.setattr(history, "wanted", lambda _: slow)
    with pytest.raises(TooSlowError):
        async for _ in MongoChangeHistory(database).walk(FULL, timedelta(milliseconds=20)):
            pass


class Away:
    """A collection whose database is gone by the time that its changes are to come."""

    def find(self, *_: object, **__: object) -> "Away":
        return self

    async def to_list(self, _: int) -> list[Any]:
        raise AutoReconnect("connection closed")

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_database_that_goes_away_is_an_error_of_ours() -> None:
    with pytest.raises(HistoryOutageError, match="try again"):
        async for _ in MongoChangeHistory({"flight_changes": Away()}).walk(FULL, WITHIN):  # type: ignore[arg-type]
            pass
