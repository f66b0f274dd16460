"""What `MessageSearch` promises, held by the fake and by MongoDB, where each list is served by an index."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.message_list import Audience, MessageQuery, Reach
from flightagents.domain.notifications import Message, Notification, StaffNotice, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.errors import CursorError
from flightagents.ports import MessageSearch
from flightagents.store import message_search, paging
from flightagents.store.bookings import MongoBookings
from flightagents.store.ledger import MongoLedger
from flightagents.store.message_search import MongoMessageSearch
from tests.support.desk import FakeBookings, FakeLedger
from tests.support.ledger_rows import notification
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON
from tests.support.searches import FakeMessageSearch
from tests.support.travellers import booking

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117, BA9 = "BA117|2026-11-22|LHR|JFK", "BA9|2026-11-22|LHR|JFK"
BEN = "XYZ789|ben@example.com"


@dataclass
class Book:
    """A ledger, the bookings, and the search over both."""

    ledger: FakeLedger | MongoLedger
    bookings: FakeBookings | MongoBookings
    search: MessageSearch

    async def found(self, **asked: Any) -> list[str]:  # noqa: ANN401 - any field of a query
        return [row.id for row in (await self.search.search(MessageQuery(**asked), limit=400)).rows]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        ledger, bookings = FakeLedger(), FakeBookings()
        return Book(ledger, bookings, FakeMessageSearch(ledger, bookings))
    database = request.getfixturevalue("database")
    return Book(MongoLedger(database), MongoBookings(database), MongoMessageSearch(database))


ROWS = [
    notification("told", created_at=NOON),
    notification("sms", channel=Channel.SMS, created_at=NOON + MINUTE, state=State.FAILED),
    notification(
        "held", Said.CANCELLED, booking=BEN, created_at=NOON + 2 * MINUTE, state=State.PENDING, hold=True
    ),
    notification(
        "quiet",
        flight=BA9,
        created_at=NOON + 3 * MINUTE,
        state=State.SUPPRESSED,
        reason=Reason.QUIET_HOURS,
    ),
    notification(
        "staff",
        Said.STAFF_ALERT,
        booking=None,
        notice=None,
        rule="ops",
        staff=StaffNotice(title="late", lines=()),
        created_at=NOON + 4 * MINUTE,
    ),
]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, ["staff", "quiet", "held", "sms", "told"]),
        ({"flight": BA9}, ["quiet"]),
        ({"states": frozenset({State.FAILED, State.PENDING})}, ["held", "sms"]),
        ({"channels": frozenset({Channel.SMS})}, ["sms"]),
        ({"said": frozenset({Said.CANCELLED})}, ["held"]),
        ({"reasons": frozenset({Reason.QUIET_HOURS})}, ["quiet"]),
        ({"only_held": True}, ["held"]),
        ({"audience": Audience.STAFF}, ["staff"]),
        ({"audience": Audience.TRAVELLERS}, ["quiet", "held", "sms", "told"]),
        ({"reference": " xyz789 "}, ["held"]),
        ({"reference": "XYZ789", "flight": BA9}, []),
        ({"since": NOON + MINUTE, "until": NOON + 3 * MINUTE}, ["held", "sms"]),
        ({"flight": BA117, "states": frozenset({State.ACCEPTED}), "audience": Audience.TRAVELLERS}, ["told"]),
        ({"reference": "XYZ"}, []),
        ({"reference": ".*"}, []),
        ({"reference": "$ne"}, []),
        ({"reference": "X\0"}, []),
        ({"reference": "\ud800"}, []),
        ({"reference": "A" * 1_000_000}, []),
        ({"flight": ".*"}, []),
        ({"flight": "\ud800"}, []),
    ],
)
async def test_rows_are_found_by_what_is_asked(book: Book, asked: dict[str, Any], rows: list[str]) -> None:
    await book.ledger.add(ROWS)
    await book.bookings.save([booking(), booking(reference="XYZ789", email="ben@example.com")])
    assert await book.found(**asked) == rows


async def test_a_row_comes_without_the_words_that_were_sent(book: Book) -> None:
    row = notification(message=Message(text="BA117 now expected 16:40."))
    await book.ledger.add([row])
    (found,) = (await book.search.search(MessageQuery(), limit=9)).rows
    assert replace(found, trace=()) == replace(row, message=None)


async def test_pages_give_each_row_once_there_and_back(book: Book) -> None:
    await book.ledger.add(many(40))
    everything = await book.found()
    assert len(everything) == 40
    first = await book.search.search(MessageQuery(), limit=25)
    second = await book.search.search(MessageQuery(), limit=25, after=first.after)
    assert [row.id for row in (*first.rows, *second.rows)] == everything
    back = await book.search.search(MessageQuery(), limit=25, before=second.before)
    assert (back.rows, back.before, first.before, second.after) == (first.rows, None, None, None)
    for forged in ("", "x", '{"$gt":""}', "1e9"):
        with pytest.raises(CursorError):
            await book.search.search(MessageQuery(), limit=25, after=forged)


async def test_the_last_word_to_each_person_tells_how_far_it_got(book: Book) -> None:
    earlier = notification("earlier", Said.LATER, ordinal=1, created_at=NOON - MINUTE)
    await book.ledger.add([earlier, *ROWS])
    standing = await book.search.standing_of([BA117, BA9, "unknown"])
    annas = notification().booking or ""
    assert {flight: set(people) for flight, people in standing.items()} == {BA117: {annas, BEN}, BA9: {annas}}
    word = standing[BA117][annas]
    assert (word.reach, word.channel, word.ordinal, word.state) == (
        Reach.TOLD,
        Channel.EMAIL,
        2,
        State.ACCEPTED,
    )
    assert (standing[BA117][BEN].reach, standing[BA117][BEN].hold) == (Reach.WAITING, True)
    assert (standing[BA9][annas].reach, standing[BA9][annas].reason) == (Reach.NOT_TOLD, Reason.QUIET_HOURS)
    assert await book.search.standing_of([]) == {}


async def test_what_was_superseded_or_is_of_a_connection_is_no_last_word(book: Book) -> None:
    await book.ledger.add(
        [
            notification("first", created_at=NOON),
            notification("second", ordinal=3, state=State.SUPERSEDED, created_at=NOON + MINUTE),
            notification("third", Said.CONNECTION_AT_RISK, ordinal=4, state=State.PENDING),
        ]
    )
    ((word,),) = [people.values() for people in (await book.search.standing_of([BA117])).values()]
    assert (word.ordinal, word.reach) == (2, Reach.TOLD)


@pytest.mark.parametrize(
    ("state", "reach"),
    [
        (State.PENDING, Reach.WAITING),
        (State.SENDING, Reach.WAITING),
        (State.UNCERTAIN, Reach.UNSURE),
        (State.ACCEPTED, Reach.TOLD),
        (State.DELIVERED, Reach.TOLD),
        (State.FAILED, Reach.NOT_TOLD),
        (State.DEAD, Reach.NOT_TOLD),
        (State.SUPPRESSED, Reach.NOT_TOLD),
        (State.EXPIRED, Reach.NOT_TOLD),
    ],
)
async def test_each_state_of_a_row_is_a_reach(book: Book, state: State, reach: Reach) -> None:
    await book.ledger.add([notification(state=state)])
    ((word,),) = [people.values() for people in (await book.search.standing_of([BA117])).values()]
    assert word.reach is reach


def many(number: int) -> list[Notification]:
    return [
        notification(
            f"row-{place}",
            (Said.LATER, Said.CANCELLED, Said.GATE)[place % 3],
            flight=f"BA{place // 10 + 1}|2026-11-22|LHR|JFK",
            booking=f"REF{place % 50}|anna@example.com",
            channel=tuple(Channel)[place % 2],
            state=tuple(State)[place % len(State)],
            reason=tuple(Reason)[place % 7],
            hold=place % 20 == 0,
            created_at=NOON + (place // 3) * MINUTE,
        )
        for place in range(number)
    ]


# Only MongoDB


@pytest.fixture
async def full(database: Database) -> Database:
    await MongoLedger(database).prepare()
    await MongoMessageSearch(database).prepare()
    await MongoBookings(database).prepare()
    await MongoLedger(database).add(many(400))
    await MongoBookings(database).save([booking(reference=f"REF{place}") for place in range(50)])
    return database


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "query",
    [
        MessageQuery(),
        MessageQuery(flight="BA3|2026-11-22|LHR|JFK"),
        MessageQuery(states=frozenset({State.FAILED})),
        MessageQuery(states=frozenset({State.FAILED, State.DEAD})),
        MessageQuery(reasons=frozenset({Reason.DUPLICATE})),
        MessageQuery(said=frozenset({Said.CANCELLED}), channels=frozenset({Channel.SMS})),
        MessageQuery(only_held=True),
        MessageQuery(audience=Audience.STAFF),
        MessageQuery(since=NOON, until=NOON + timedelta(hours=1)),
        MessageQuery(channels=frozenset({Channel.SMS}), audience=Audience.TRAVELLERS, since=NOON),
    ],
    ids=repr,
)
async def test_each_list_is_served_by_an_index(full: Database, query: MessageQuery) -> None:
    wanted, order = message_search.conditions(query), message_search.NEWEST
    assert wanted is not None
    cursor = order.cursor({"created_at": NOON + 60 * MINUTE, "_id": "row-190"})
    for start in (None, cursor):
        for place, each in enumerate(paging.queries(wanted, order, start)):
            find = {"find": "notifications", "filter": each, "sort": dict(order.sorting()), "limit": 51}
            plan = await plan_of(full["notifications"], find)
            of_one_time = start is not None and place == 0
            assert plan.scans_an_index, plan
            assert query.flight or of_one_time or not plan.sorts_in_memory, plan


@pytest.mark.mongodb
async def test_the_rows_of_a_reference_and_the_last_words_are_served_by_an_index(full: Database) -> None:
    bookings = {"find": "bookings", "filter": message_search.of_reference("ref7")}
    assert (await plan_of(full["bookings"], bookings)).indexes == {"reference"}
    theirs = {"find": "notifications", "filter": {"booking": {"$in": ["REF7|anna@example.com"]}}}
    assert (await plan_of(full["notifications"], theirs)).indexes == {"booking"}
    flights = [f"BA{place}|2026-11-22|LHR|JFK" for place in range(1, 6)]
    ask = {"aggregate": "notifications", "pipeline": message_search.last_of(flights), "cursor": {}}
    plan = await plan_of(full["notifications"], ask)
    assert plan.indexes == {"flight_address"}
    assert plan.documents <= 50
