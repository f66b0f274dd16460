"""What `PeopleSearch` promises, held by the fake and by MongoDB, where each list is served by an index."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.pages import Count
from flightagents.domain.people_text import PeopleQuery
from flightagents.errors import CursorError
from flightagents.ports import PeopleSearch
from flightagents.store import paging, people_search
from flightagents.store.addresses import address_keys
from flightagents.store.bookings import MongoBookings
from flightagents.store.people_search import MongoPeopleSearch
from tests.support.agency import address_key
from tests.support.desk import FakeBookings
from tests.support.plans import plan_of
from tests.support.rows import DAY
from tests.support.searches import FakePeopleSearch
from tests.support.travellers import booking, segment

Database = AsyncIOMotorDatabase[dict[str, Any]]
ONE_DAY = timedelta(days=1)


@dataclass
class Shelf:
    """Bookings and the search over them."""

    bookings: FakeBookings | MongoBookings
    search: PeopleSearch
    keys: Callable[[], Awaitable[Callable[[str], str]]]

    async def key(self, booking: str) -> str:
        return (await self.keys())(booking)

    async def found(self, text: str = "", **asked: Any) -> list[str]:  # noqa: ANN401 - any field of a query
        query = PeopleQuery(text=text, **asked)
        page = await self.search.search(query, limit=400)
        assert await self.search.count(query) == Count(len(page.rows))
        return [each.reference for each in page.rows]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        bookings = FakeBookings()
        return Shelf(bookings, FakePeopleSearch(bookings, address_key), _address_key)
    database = request.getfixturevalue("database")
    keys = partial(address_keys, database)
    return Shelf(MongoBookings(database), MongoPeopleSearch(database), keys)


async def _address_key() -> Callable[[str], str]:
    return address_key


PEOPLE = [
    booking(segment(flight_date=DAY), reference="ABC123", name="Anna-Lena Müller", phone="+447700900123"),
    booking(
        segment(flight_date=DAY + ONE_DAY),
        reference="XYZ789",
        name="MUELLER/BEN MR",
        email="ben.m@example.org",
        phone=None,
    ),
    booking(
        segment(flight_date=DAY - 9 * ONE_DAY),
        reference="4455667",
        name="Zoë Łukasz O'Brien",
        email=None,
        phone="+34600111222",
    ),
]


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("", ["XYZ789", "ABC123", "4455667"]),
        ("anna", ["ABC123"]),
        ("ANN", ["ABC123"]),
        ("lena anna", ["ABC123"]),
        ("anna ben", []),
        ("müller", ["XYZ789", "ABC123"]),
        ("mueller", ["XYZ789", "ABC123"]),
        ("muller", ["ABC123"]),
        ("mu\u0308ller", ["XYZ789", "ABC123"]),
        ("zoe", ["4455667"]),
        ("lukasz", ["4455667"]),
        ("o'brien", ["4455667"]),
        ("Anna M", ["ABC123"]),
        ("ler", []),
        ("abc123", ["ABC123"]),
        ("xyz", ["XYZ789"]),
        ("4455667", ["4455667"]),
        ("+44 7700 900123", ["ABC123"]),
        ("0044 7700", ["ABC123"]),
        ("07700 900-123", ["ABC123"]),
        ("0123", ["ABC123"]),
        ("1222", ["4455667"]),
        ("600111", []),
        ("ben.m@example.org", ["XYZ789"]),
        ("BEN.M@ex", ["XYZ789"]),
        ("ben.m", ["XYZ789"]),
        ("@example", []),
        ("a", []),
        ("9", []),
        (".*", []),
        (".*@", []),
        ("^n:", []),
        ("$where", []),
        ("ann\0a", []),
        ("\ud800\ud800", []),
        ("anna" * 100_000, []),
        ("(((((", []),
        ("[a-", []),
    ],
)
async def test_people_are_found_by_what_was_typed(shelf: Shelf, text: str, references: list[str]) -> None:
    await shelf.bookings.save(PEOPLE)
    assert await shelf.found(text) == references


async def test_those_who_still_travel_are_given_soonest_first(shelf: Shelf) -> None:
    await shelf.bookings.save(PEOPLE)
    assert await shelf.found(travels_from=DAY) == ["ABC123", "XYZ789"]
    assert await shelf.found("mueller", travels_from=DAY + ONE_DAY) == ["XYZ789"]


async def test_a_corrected_name_is_found_and_the_old_one_is_not(shelf: Shelf) -> None:
    await shelf.bookings.save([booking(name="Ana")])
    await shelf.bookings.save([booking(name="Anna")])
    assert await shelf.found("anna mu") == []
    assert len((await shelf.search.search(PeopleQuery(text="anna"), limit=9)).rows) == 1
    await shelf.bookings.forget([booking().id])
    assert await shelf.found("anna") == []


async def test_pages_give_each_booking_once_there_and_back(shelf: Shelf) -> None:
    await shelf.bookings.save(many(40))
    for asked in (PeopleQuery(), PeopleQuery(text="anna", travels_from=DAY)):
        everyone = (await shelf.search.search(asked, limit=400)).rows
        assert len(everyone) == 40
        first = await shelf.search.search(asked, limit=25)
        second = await shelf.search.search(asked, limit=25, after=first.after)
        assert (*first.rows, *second.rows) == everyone
        back = await shelf.search.search(asked, limit=25, before=second.before)
        assert (back.rows, back.before, second.after) == (first.rows, None, None)
    for forged in ("", "x", '{"$gt":""}', "1e9"):
        with pytest.raises(CursorError):
            await shelf.search.search(PeopleQuery(), limit=25, after=forged)


def many(number: int) -> list[Any]:
    names = ("Anna Smith", "Anna Jones", "Annabel Müller", "Anna de la Cruz")
    return [
        booking(
            segment(flight_date=DAY + (place % 7) * ONE_DAY),
            reference=f"REF{place}",
            name=names[place % 4],
            email=f"p{place}@example.com",
            phone=f"+4477009{place:05}",
        )
        for place in range(number)
    ]


async def test_a_key_names_one_booking(shelf: Shelf) -> None:
    await shelf.bookings.save(PEOPLE)
    for each in PEOPLE:
        assert await shelf.search.one(await shelf.key(each.id)) == each
    for unknown in ("", "x", "$ne", "\ud800", "\0", "x" * 100_000, PEOPLE[0].id, PEOPLE[0].reference):
        assert await shelf.search.one(unknown) is None
    renamed = replace(PEOPLE[0], name="Ana")
    await shelf.bookings.replace(PEOPLE[0], renamed)
    assert await shelf.search.one(await shelf.key(renamed.id)) == renamed
    await shelf.bookings.forget([renamed.id])
    assert await shelf.search.one(await shelf.key(renamed.id)) is None


# Only MongoDB


@pytest.mark.mongodb
async def test_a_key_is_found_by_an_index(database: Database) -> None:
    bookings = MongoBookings(database)
    await bookings.prepare()
    await bookings.save(many(300))
    find = {"find": "bookings", "filter": people_search.named("a key"), "limit": 1}
    plan = await plan_of(database["bookings"], find)
    assert plan.scans_an_index
    assert plan.documents == 0


@pytest.mark.mongodb
async def test_a_cursor_names_nobody(database: Database) -> None:
    shelf = MongoBookings(database)
    await shelf.save(many(9))
    page = await MongoPeopleSearch(database).search(PeopleQuery(), limit=2)
    assert page.after is not None
    told = base64.urlsafe_b64decode(page.after + "==").decode()
    assert "example" not in told
    assert "REF" not in told


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "query",
    [
        PeopleQuery(),
        PeopleQuery(travels_from=DAY),
        PeopleQuery(text="mul"),
        PeopleQuery(text="anna smi"),
        PeopleQuery(text="anna smi", travels_from=DAY),
        PeopleQuery(text="p12@example.com"),
        PeopleQuery(text="+447700900012"),
        PeopleQuery(text="0012"),
        PeopleQuery(text="REF12"),
    ],
    ids=repr,
)
async def test_each_list_is_served_by_an_index(database: Database, query: PeopleQuery) -> None:
    bookings = MongoBookings(database)
    await bookings.prepare()
    await bookings.save(many(300))
    wanted, order = people_search.conditions(query), people_search.order_of(query)
    assert wanted is not None
    cursor = order.cursor({"flies_until": DAY.isoformat(), "place": "8"})
    for start in (None, cursor):
        for each in paging.queries(wanted, order, start):
            find = {"find": "bookings", "filter": each, "sort": dict(order.sorting()), "limit": 51}
            plan = await plan_of(database["bookings"], find)
            assert plan.scans_an_index, plan
            if not query.text:
                assert not plan.sorts_in_memory
                assert plan.documents <= 51


@pytest.mark.mongodb
@pytest.mark.parametrize("text", ["p12@example.com", "+447700900012", "0012", "REF120", "p12"])
async def test_the_index_is_entered_where_the_word_begins(database: Database, text: str) -> None:
    bookings = MongoBookings(database)
    await bookings.prepare()
    await bookings.save(many(300))
    wanted = people_search.conditions(PeopleQuery(text=text))
    plan = await plan_of(database["bookings"], {"find": "bookings", "filter": {"$and": wanted}})
    assert plan.indexes == {"words"}
    assert 0 < plan.documents <= 12, plan
    assert plan.keys <= 20, plan


@pytest.mark.mongodb
async def test_bookings_of_an_earlier_version_are_brought_up_to_date_by_several_at_once(
    database: Database,
) -> None:
    shelf = MongoBookings(database)
    await shelf.save(PEOPLE)
    await database["bookings"].update_many(
        {}, {"$unset": dict.fromkeys(("words", "flies_until", "place"), "")}
    )
    await database["bookings"].insert_one({"_id": "broken"})
    search = MongoPeopleSearch(database)
    assert (await search.search(PeopleQuery(), limit=9)).rows == ()
    await asyncio.gather(*(MongoBookings(database).prepare() for _ in range(3)))
    assert len((await search.search(PeopleQuery(), limit=9)).rows) == 3
    assert await search.count(PeopleQuery(text="mueller")) == Count(2)
