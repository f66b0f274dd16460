"""What `ChangeSearch` promises, held by the fake and by MongoDB, where each list is served by an index."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Change, Kind
from flightagents.errors import CursorError
from flightagents.ports import ChangeSearch, FlightStore
from flightagents.store import change_search, paging
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.flights import CHANGES, MongoFlights
from flightagents.store.setup import prepare
from tests.support.fakes import FakeFlights
from tests.support.listing import history
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON
from tests.support.searches import FakeChangeSearch

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = "BA117|2026-11-22|LHR|JFK"


class Book:
    """A history and the search over it."""

    def __init__(self, store: FlightStore, search: ChangeSearch) -> None:
        self.store = store
        self.search = search

    async def found(self, **asked: Any) -> list[Change]:  # noqa: ANN401 - any field of a query
        return list((await self.search.recent(ChangeQuery(**asked), limit=400)).rows)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        flights = FakeFlights()
        return Book(flights, FakeChangeSearch(flights))
    database = request.getfixturevalue("database")
    return Book(MongoFlights(database), MongoChangeSearch(database))


async def test_changes_are_given_newest_first_as_they_were_made(book: Book) -> None:
    told = history("BA117", 20, 60, 120) + history("BA9", 30, route="QQQ-JFK")
    await book.store.add_to_history(told)
    found = await book.found()
    assert {change.id: change for change in found} == {change.id: _plain(change) for change in told}
    assert [change.at for change in found] == sorted((change.at for change in told), reverse=True)


async def test_changes_are_found_by_flight_kind_and_time(book: Book) -> None:
    told = history("BA117", 20, 60) + history("BA9", 30)
    await book.store.add_to_history(told)
    ours = [change for change in told if change.flight == BA117]
    assert [each.id for each in await book.found(flight=BA117)] == [each.id for each in ours[::-1]]
    delayed = await book.found(kinds=frozenset({Kind.DELAYED}))
    assert [each.kind for each in delayed] == [Kind.DELAYED] * 3
    assert await book.found(kinds=frozenset({Kind.CANCELLED})) == []
    last = ours[-1].at
    assert {each.at for each in await book.found(since=last)} == {last}
    assert last not in {each.at for each in await book.found(until=last)}
    assert await book.found(flight=BA117, kinds=frozenset({Kind.DELAYED}), since=last, until=last) == []


@pytest.mark.parametrize("flight", ["unknown", "$ne", ".*", "BA117\0", "A" * 100_000])
async def test_what_is_no_flight_has_no_changes(book: Book, flight: str) -> None:
    await book.store.add_to_history(history("BA117", 20))
    assert await book.found(flight=flight) == []
    assert await book.search.latest([flight]) == {}


async def test_pages_give_each_change_once_there_and_back(book: Book) -> None:
    for number in range(9):
        await book.store.add_to_history(history(f"BA{number + 1}", 20, 60))
    everything = await book.found()
    assert len(everything) == 27
    first = await book.search.recent(ChangeQuery(), limit=20)
    second = await book.search.recent(ChangeQuery(), limit=20, after=first.after)
    assert [*first.rows, *second.rows] == everything
    assert (first.before, second.after) == (None, None)
    back = await book.search.recent(ChangeQuery(), limit=20, before=second.before)
    assert (back.rows, back.before) == (first.rows, None)
    with pytest.raises(CursorError):
        await book.search.recent(ChangeQuery(), limit=20, after='{"$gt": 1}')


async def test_the_last_change_of_each_flight_is_given_at_once(book: Book) -> None:
    ours, theirs = history("BA117", 20, 60, 120), history("BA9")
    await book.store.add_to_history([*ours[::-1], *theirs])
    asked = [BA117, theirs[0].flight, "unknown"]
    assert await book.search.latest(asked) == {BA117: _plain(ours[-1]), theirs[0].flight: _plain(theirs[0])}
    assert await book.search.latest([]) == {}


def _plain(change: Change) -> Change:
    return replace(change, state=None)


# Only MongoDB


@pytest.fixture
async def full(database: Database) -> Database:
    await prepare(database, keep=timedelta(days=90))
    await MongoChangeSearch(database).prepare()
    store = MongoFlights(database)
    for number in range(100):
        await store.add_to_history(history(f"BA{number + 1}", 20, 60, 120))
    return database


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "query",
    [
        ChangeQuery(),
        ChangeQuery(kinds=frozenset({Kind.DELAYED})),
        ChangeQuery(kinds=frozenset({Kind.CANCELLED, Kind.DELAYED}), since=NOON, until=NOON + 9 * MINUTE),
        ChangeQuery(since=NOON),
        ChangeQuery(since=NOON, until=NOON + 9 * MINUTE),
        ChangeQuery(until=NOON + 3 * MINUTE),
        ChangeQuery(flight=BA117),
        ChangeQuery(flight=BA117, kinds=frozenset({Kind.DELAYED}), since=NOON),
    ],
    ids=repr,
)
async def test_each_list_is_served_by_an_index(full: Database, query: ChangeQuery) -> None:
    wanted, order = change_search.conditions(query), change_search.NEWEST
    assert wanted is not None
    cursor = order.cursor({"at": NOON + 3 * MINUTE, "_id": "BA5"})
    for start in (None, cursor):
        for place, each in enumerate(paging.queries(wanted, order, start)):
            of_one_time = start is not None and place == 0
            find = {"find": CHANGES, "filter": each, "sort": dict(order.sorting()), "limit": 51}
            plan = await plan_of(full[CHANGES], find)
            assert plan.scans_an_index, plan
            assert plan.documents <= 52, plan
            assert query.flight or of_one_time or not plan.sorts_in_memory, plan


@pytest.mark.mongodb
async def test_the_last_changes_take_one_step_in_the_index_each(full: Database) -> None:
    flights = [f"BA{number}|2026-11-22|LHR|JFK" for number in range(1, 51)]
    ask = {"aggregate": CHANGES, "pipeline": change_search.latest_of(flights), "cursor": {}}
    plan = await plan_of(full[CHANGES], ask)
    assert plan.scans_an_index, plan
    assert not plan.sorts_in_memory, plan
    assert plan.keys <= 4 * len(flights) + 1, plan


@pytest.mark.mongodb
async def test_an_index_of_an_earlier_version_is_dropped_once(database: Database) -> None:
    await database[CHANGES].create_index([("at", -1)], name="at")
    for _ in range(2):
        await MongoChangeSearch(database).prepare()
    assert set(await database[CHANGES].index_information()) == {"_id_", "newest", "kind"}
