"""What `FlightSearch` promises, held by the fake and by MongoDB, where each list is served by an index."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.changes import Severity
from flightagents.domain.flight_list import FlightQuery, FlightSort
from flightagents.domain.flight_text import Meaning
from flightagents.domain.pages import Count, Page
from flightagents.domain.trouble import Trouble
from flightagents.errors import CursorError
from flightagents.ports import FlightSearch, FlightStore
from flightagents.store import flight_search, paging
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import MongoFlights
from flightagents.store.punctuality import MongoPunctuality
from flightagents.web.flight_names import read
from tests.support.airlines import KNOWN
from tests.support.fakes import FakeFlights
from tests.support.listing import many, seen
from tests.support.plans import plan_of
from tests.support.rows import DAY, NOON
from tests.support.searches import FakeFlightSearch, row_of

Database = AsyncIOMotorDatabase[dict[str, Any]]
HOUR = timedelta(hours=1)
BA117, AA100, IB6253 = "BA117|2026-11-22|LHR|JFK", "AA100|2026-11-22|JFK|LHR", "IB6253|2026-11-23|MAD|JFK"


def meaning(text: str) -> Meaning:
    found = read(text, KNOWN)
    assert found is not None
    return found


class Board:
    """A store of flights and the search over it."""

    def __init__(self, store: FlightStore, search: FlightSearch) -> None:
        self.store = store
        self.search = search

    async def found(self, query: FlightQuery | None = None, **asked: Any) -> list[str]:  # noqa: ANN401
        page = await self.search.search(query or FlightQuery(**asked), limit=400)
        assert await self.search.count(query or FlightQuery(**asked)) == Count(len(page.rows))
        return [row.flight for row in page.rows]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def board(request: pytest.FixtureRequest) -> Board:
    if request.param == "fake":
        flights = FakeFlights()
        return Board(flights, FakeFlightSearch(flights))
    database = request.getfixturevalue("database")
    return Board(MongoFlights(database), MongoFlightSearch(database))


@pytest.fixture
async def three(board: Board) -> Board:
    await board.store.move_on(
        [
            seen("BA117", sold_as=("AA6143",), late=50),
            seen("AA100", route="JFK-LHR", departs="18:00", arrives="2026-11-23T06:00"),
            seen("IB6253", route="MAD-JFK", day=DAY + timedelta(days=1), status="cancelled"),
        ]
    )
    return board


async def test_a_row_shows_what_the_state_says(board: Board) -> None:
    states = [seen(sold_as=("AA6143",), late=50), seen("BA9", route="QQQ-JFK", late=20)]
    await board.store.move_on(states)
    known = {state.flight: row_of(state) for state in states}
    page = await board.search.search(FlightQuery(), limit=9)
    assert {row.flight: row for row in page.rows} == known
    assert await board.search.rows([*known, "unknown"]) == known
    assert (page.after, page.before) == (None, None)


@pytest.mark.parametrize(
    ("text", "flights"),
    [
        ("BA117", [BA117]),
        (" ba 117 ", [BA117]),
        ("BA-0117", [BA117]),
        ("aa6143", [BA117]),
        ("LHR-JFK", [BA117]),
        ("jfk lhr", [AA100]),
        ("lhr", [BA117, AA100]),
        ("AA", [BA117, AA100]),
        ("BA117 2026-11-22", [BA117]),
        ("BA117 2026-11-23", []),
        ("2026-11-23", [IB6253]),
        (IB6253, [IB6253]),
        ("", [BA117, AA100, IB6253]),
        ("BA1", []),
        ("BAW117", [BA117]),
        ("kjfk", [BA117, AA100, IB6253]),
        ("heathrow", [BA117, AA100]),
        ("New York", [BA117, AA100, IB6253]),
        ("London to New York", [BA117]),
        ("JFK - Heathrow", [AA100]),
        ("iberia", [IB6253]),
        ("British Airways 2026-11-22", [BA117]),
        ("JetBlue", []),
    ],
)
async def test_what_was_typed_finds_flights(three: Board, text: str, flights: list[str]) -> None:
    assert await three.found(meaning=meaning(text)) == flights


@pytest.mark.parametrize(
    ("asked", "flights"),
    [
        ({"airline": "ba"}, [BA117]),
        ({"airline": "AA"}, [BA117, AA100]),
        ({"airport": "jfk"}, [BA117, AA100, IB6253]),
        ({"departure": "LHR"}, [BA117]),
        ({"arrival": "JFK"}, [BA117, IB6253]),
        ({"departure": "JFK", "arrival": "LHR"}, [AA100]),
        ({"date_from": DAY + timedelta(days=1)}, [IB6253]),
        ({"date_to": DAY}, [BA117, AA100]),
        ({"date_from": DAY, "date_to": DAY}, [BA117, AA100]),
        ({"date_from": DAY, "date_to": DAY - timedelta(days=1)}, []),
        ({"date_from": date.min, "date_to": date.max, "airline": "BA"}, [BA117]),
        ({"date_from": DAY + timedelta(days=1), "date_to": date.max}, [IB6253]),
        ({"date_from": date.max}, []),
        ({"date_to": date.min}, []),
        ({"trouble": frozenset({Trouble.DELAYED})}, [BA117]),
        ({"trouble": frozenset({Trouble.DELAYED, Trouble.CANCELLED})}, [BA117, IB6253]),
        ({"trouble": frozenset({Trouble.NONE})}, [AA100]),
        ({"only_open": True}, [BA117, AA100]),
        ({"airline": "AA", "airport": "LHR", "trouble": frozenset({Trouble.DELAYED})}, [BA117]),
        ({"meaning": meaning("AA"), "departure": "JFK", "only_open": True}, [AA100]),
        ({"airline": "$ne"}, []),
        ({"airport": ".*"}, []),
        ({"departure": "L\0"}, []),
        ({"airline": "\ud800"}, []),
    ],
)
async def test_filters_all_have_to_hold(three: Board, asked: dict[str, Any], flights: list[str]) -> None:
    assert await three.found(**asked) == flights


@pytest.mark.parametrize(
    ("sort", "flights"),
    [
        (FlightSort.LEAVES, [BA117, AA100, IB6253]),
        (FlightSort.DESIGNATOR, [AA100, BA117, IB6253]),
        (FlightSort.LATE, [AA100, IB6253, BA117]),
        (FlightSort.AIRPORT, [AA100, BA117, IB6253]),
        (FlightSort.CHANGED, [AA100, BA117, IB6253]),
    ],
)
@pytest.mark.parametrize("descending", [False, True])
async def test_flights_are_sorted(
    three: Board, sort: FlightSort, flights: list[str], *, descending: bool
) -> None:
    await three.store.move_on(
        [seen("IB6253", route="MAD-JFK", day=DAY + timedelta(days=1), status="cancelled", looks=2)]
    )
    expected = flights[::-1] if descending else flights
    assert await three.found(sort=sort, descending=descending) == expected


async def test_a_cancelled_flight_stands_at_the_departure_that_is_shown(board: Board) -> None:
    off = seen("BA117", departs="14:35", late=300, last={"status": "cancelled", "delay": 300})
    other = seen("BA118", departs="15:35")
    await board.store.move_on([off, other])
    assert off.departure.expected > off.departure.base
    assert await board.found() == [off.flight, other.flight]


async def test_numbers_are_sorted_as_numbers(board: Board) -> None:
    await board.store.move_on([seen(number) for number in ("BA1170", "BA9", "BA117", "AA2000")])
    found = await board.found(sort=FlightSort.DESIGNATOR)
    assert [flight.split("|")[0] for flight in found] == ["AA2000", "BA9", "BA117", "BA1170"]


@pytest.mark.parametrize("sort", FlightSort)
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_give_each_flight_once_there_and_back(
    board: Board, sort: FlightSort, *, descending: bool
) -> None:
    await board.store.move_on(many(40))
    query = FlightQuery(sort=sort, descending=descending)
    everything = await board.found(query)
    assert len(set(everything)) == 40
    pages = [await board.search.search(query, limit=9)]
    while pages[-1].after is not None:
        pages.append(await board.search.search(query, limit=9, after=pages[-1].after))
    assert [row.flight for page in pages for row in page.rows] == everything
    for later, earlier in zip(pages[:0:-1], pages[-2::-1], strict=True):
        assert later.before is not None
        back = await board.search.search(query, limit=9, before=later.before)
        assert (back.rows, back.after is None) == (earlier.rows, False)
        assert (back.before is None) == (earlier is pages[0])


async def test_what_changes_between_two_pages_shifts_nothing_else(board: Board) -> None:
    states = many(30)
    await board.store.move_on(states)
    first = await board.search.search(FlightQuery(), limit=10)
    gone = next(state for state in states if state.flight == first.rows[-1].flight)
    expected = replace(gone.departure, expected=NOON - timedelta(days=9))
    await board.store.move_on(
        [replace(gone, ordinal=gone.ordinal + 1, departure=expected), seen("BA1", departs="00:01")]
    )
    second = await board.search.search(FlightQuery(), limit=30, after=first.after)
    shown = [row.flight for row in (*first.rows, *second.rows)]
    assert sorted(shown) == sorted(state.flight for state in states)


async def test_what_is_wrong_soon_is_given_the_gravest_first(board: Board) -> None:
    await board.store.move_on(
        [
            seen("BA1", late=20),
            seen("BA2", late=70),
            seen("BA3", status="cancelled", looks=2, departs="20:00"),
            seen("BA4", status="cancelled", looks=2, departs="19:00"),
            seen("BA5"),
            seen("BA6", late=200, day=DAY + timedelta(days=3)),
            seen("BA7", status="cancelled", looks=2, day=DAY - timedelta(days=2)),
        ]
    )
    found = await board.search.disrupted(NOON, before=6 * HOUR, ahead=36 * HOUR, limit=9)
    assert [row.designator for row in found] == ["BA4", "BA3", "BA2", "BA1"]
    assert [row.severity for row in found] == [Severity.CRITICAL] * 2 + [Severity.MAJOR, Severity.MINOR]
    assert await board.search.disrupted(NOON, before=6 * HOUR, ahead=36 * HOUR, limit=2) == found[:2]
    numbers = await board.search.numbers_of_disrupted(NOON, before=6 * HOUR, ahead=36 * HOUR)
    assert list(numbers.items()) == [(each.flight, (each.designator, *each.marketed_as)) for each in found]
    two = {found[3].flight, found[1].flight}
    among = {
        *two,
        *(state.flight for state in (seen("BA5"), seen("BA6", late=200, day=DAY + timedelta(days=3)))),
    }
    these = await board.search.numbers_of_disrupted(NOON, before=6 * HOUR, ahead=36 * HOUR, among=among)
    assert list(these) == [found[1].flight, found[3].flight]


async def test_a_flight_in_the_air_counts_by_its_arrival(board: Board) -> None:
    flown: dict[str, Any] = {"took_off": "15:40", "status": "active", "arrival": {"delay": 60}}
    await board.store.move_on([seen("BA1", late=60, **flown)])
    arrives = NOON + timedelta(hours=11, minutes=35)
    assert await board.search.disrupted(arrives, before=HOUR, ahead=HOUR, limit=9) != []
    assert await board.search.disrupted(NOON + 3 * HOUR, before=HOUR, ahead=HOUR, limit=9) == []


async def test_where_no_zone_is_known_the_window_is_as_wide_as_the_world(board: Board) -> None:
    await board.store.move_on([seen("BA1", route="QQQ-JFK", late=60), seen("BA2", route="LHR-JFK", late=60)])
    for off in (-13, 13):
        now = NOON + timedelta(hours=3, minutes=35) + off * HOUR
        found = await board.search.disrupted(now, before=HOUR, ahead=HOUR, limit=9)
        assert [row.designator for row in found] == ["BA1"]


FORGED = [
    "",
    "x",
    "=",
    "\0",
    "\ud800",
    "é",
    "A" * 100_000,
    base64.urlsafe_b64encode(b'{"$ne": 1}').decode(),
    *(
        base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
        for place in (
            ["leaves", False, {"$gt": ""}, "x"],
            ["leaves", False, "2026-11-22T12:00:00Z", {"$gt": ""}],
            ["leaves", False, "2026-11-22T12:00:00", "x"],
            ["leaves", False, 10**9, "x"],
            ["late", False, 1, "x"],
            ["leaves", True, "2026-11-22T12:00:00Z", "x"],
            ["leaves", False, "2026-11-22T12:00:00Z", "\ud800"],
            ["leaves", False, "2026-11-22T12:00:00Z"],
            [["leaves"] * 50],
        )
    ),
]


@pytest.mark.mongodb
@pytest.mark.parametrize("cursor", FORGED, ids=range(len(FORGED)))
async def test_a_forged_cursor_is_refused(database: Database, cursor: str) -> None:
    search = MongoFlightSearch(database)
    for place in ({"after": cursor}, {"before": cursor}):
        with pytest.raises(CursorError, match="begin at its first page"):
            await search.search(FlightQuery(), limit=5, **place)


@pytest.mark.mongodb
@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30, 1.5, True, None, "1"])
async def test_a_cursor_of_another_type_is_refused(database: Database, value: object) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(["late", False, value, "x"]).encode()).decode().rstrip("=")
    with pytest.raises(CursorError):
        await MongoFlightSearch(database).search(FlightQuery(sort=FlightSort.LATE), limit=5, after=forged)


async def test_a_place_far_beyond_the_end_gives_an_empty_page(board: Board) -> None:
    await board.store.move_on(many(10))
    query = FlightQuery(sort=FlightSort.LATE)
    last = await board.search.search(query, limit=9)
    assert last.after is not None
    end = await board.search.search(query, limit=9, after=last.after)
    beyond = await board.search.search(replace(query, airline="IB"), limit=9, after=last.after)
    assert len(end.rows) == 1
    assert end.after is None
    assert beyond == Page(beyond.rows, None, beyond.before)


# Only MongoDB

COMBINATIONS = [
    FlightQuery(),
    *(FlightQuery(sort=sort, descending=True) for sort in FlightSort),
    *(FlightQuery(meaning=meaning(text)) for text in ("BA117", "LHR", "LHR-JFK", "BA117|2026-11-22|LHR|JFK")),
    *(FlightQuery(meaning=meaning(text)) for text in ("New York", "iberia", "BAW117", "London to New York")),
    *(FlightQuery(meaning=meaning("London"), date_from=DAY, sort=sort) for sort in FlightSort),
    FlightQuery(airline="BA", date_from=DAY),
    FlightQuery(airport="LHR", airline="IB", trouble=frozenset({Trouble.DELAYED}), only_open=True),
    FlightQuery(departure="LHR", arrival="MAD", date_from=DAY, date_to=DAY + timedelta(days=2)),
    FlightQuery(trouble=frozenset(Trouble)),
    FlightQuery(trouble=frozenset({Trouble.NONE})),
    FlightQuery(only_open=True, sort=FlightSort.LATE),
    FlightQuery(
        airline="BA", date_from=DAY, date_to=DAY, trouble=frozenset({Trouble.DELAYED}), only_open=True
    ),
    FlightQuery(
        departure="LHR", date_from=DAY, date_to=DAY, trouble=frozenset({Trouble.CANCELLED}), descending=True
    ),
    FlightQuery(date_from=DAY, date_to=DAY),
    FlightQuery(date_from=DAY),
    *(FlightQuery(airport="MAD", date_from=DAY, sort=sort) for sort in FlightSort),
]


@pytest.fixture
async def full(database: Database) -> Database:
    store = MongoFlights(database)
    await store.prepare()
    await store.move_on(many())
    return database


@pytest.mark.mongodb
@pytest.mark.parametrize("query", COMBINATIONS, ids=repr)
async def test_each_list_is_served_by_an_index(full: Database, query: FlightQuery) -> None:
    bounded = await flight_search.bounded(full["flights"], query)
    wanted, order = flight_search.conditions(bounded), flight_search.order_of(query)
    assert wanted is not None
    counted = {"$and": [*wanted, flight_search.BY_DEPARTURE.present()]}
    assert (await plan_of(full["flights"], {"count": "flights", "query": counted})).scans_an_index
    middle = await full["flights"].find_one(sort=order.sorting(), skip=150)
    assert middle is not None
    for start in (None, order.cursor(middle)):
        for each in paging.queries(wanted, order, start):
            find = {"find": "flights", "filter": each, "sort": dict(order.sorting()), "limit": 51}
            plan = await plan_of(full["flights"], find)
            assert plan.scans_an_index, plan
            if not wanted or query in (FlightQuery(date_from=DAY, date_to=DAY), FlightQuery(date_from=DAY)):
                assert not plan.sorts_in_memory, plan
                assert plan.documents <= 51


@pytest.mark.mongodb
async def test_what_is_wrong_soon_is_served_by_its_index_in_order(full: Database) -> None:
    find = {
        "find": "flights",
        "filter": flight_search.window(NOON - 6 * HOUR, NOON + 36 * HOUR),
        "sort": {"gravity": -1, "next_at": 1},
        "limit": 300,
    }
    plan = await plan_of(full["flights"], find)
    assert plan.indexes == {"troubled"}
    assert not plan.sorts_in_memory


@pytest.mark.mongodb
async def test_the_last_day_is_one_step_in_an_index(full: Database) -> None:
    await MongoPunctuality(full).prepare()  # whose index it is
    asked = {"projection": flight_search.LAST_DAY, "sort": dict(flight_search.BY_DAY), "limit": 1}
    plan = await plan_of(full["flights"], {"find": "flights", **asked})
    assert plan.scans_an_index
    assert (plan.keys, plan.documents) == (1, 0)


@pytest.mark.mongodb
async def test_what_is_wrong_with_some_flights_is_found_by_their_names(full: Database) -> None:
    window = flight_search.window(NOON - 6 * HOUR, NOON + 36 * HOUR)
    these = {"_id": {"$in": [state.flight for state in many()[:9]]}}
    find = {"find": "flights", "filter": {**window, **these}, "sort": {"gravity": -1, "next_at": 1}}
    plan = await plan_of(full["flights"], find)
    assert plan.scans_an_index
    assert plan.documents <= 9


@pytest.mark.mongodb
async def test_documents_of_an_earlier_version_are_brought_up_to_date_by_several_at_once(
    full: Database,
) -> None:
    search, flights = MongoFlightSearch(full), full["flights"]
    query = FlightQuery(sort=FlightSort.LATE)
    before = await search.search(query, limit=400)
    lists = [
        "trouble",
        "unconfirmed",
        "severity",
        "gravity",
        "troubled",
        "late",
        "leaves",
        "next_at",
        "zoned",
    ]
    lists += ["changed_at", "departed", "landed", "order", "route", "keys"]
    await flights.update_many({}, {"$unset": dict.fromkeys(lists, "")})
    await flights.update_one({"_id": before.rows[0].flight}, {"$set": {"state": "{}"}})
    assert (await search.search(query, limit=400)).rows == ()
    await asyncio.gather(*(MongoFlights(full).prepare() for _ in range(3)))
    assert (await search.search(query, limit=400)).rows == before.rows[1:]


@pytest.mark.mongodb
async def test_bringing_up_to_date_never_moves_a_newer_state_back(database: Database) -> None:
    store = MongoFlights(database)
    old, new = seen(), seen(late=60)
    await store.move_on([old])
    await database["flights"].update_one({}, {"$unset": {"order": ""}})
    await store.move_on([new])
    await store.prepare()
    assert await MongoFlightSearch(database).rows([old.flight]) == {old.flight: row_of(new)}


@pytest.mark.mongodb
async def test_the_proof_of_an_index_can_fail(full: Database) -> None:
    plan = await plan_of(full["flights"], {"find": "flights", "filter": {"carrier": "BA"}})
    assert not plan.scans_an_index
    assert plan.documents == 300


@pytest.mark.mongodb
@pytest.mark.parametrize(("limit", "rows"), [(-1, 1), (0, 1), (7, 7), (10**9, 100)])
async def test_a_page_is_never_longer_than_the_longest(
    full: Database, monkeypatch: pytest.MonkeyPatch, limit: int, rows: int
) -> None:
    monkeypatch.setattr(paging, "MOST", 100)
    assert len((await MongoFlightSearch(full).search(FlightQuery(), limit=limit)).rows) == rows


@pytest.mark.mongodb
async def test_nobody_counts_for_ever(full: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    search = MongoFlightSearch(full)
    assert await search.count(FlightQuery()) == Count(300)
    monkeypatch.setattr(paging, "COUNTED", 100)
    assert await search.count(FlightQuery()) == Count(100, more=True)
    assert await search.count(FlightQuery(airline="BA")) == Count(100)
