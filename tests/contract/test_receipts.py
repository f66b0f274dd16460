"""What `Receipts` promises, held by the fake and by MongoDB: whenever a report comes, a row moves forward."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Receipt
from flightagents.domain.notifications import Message, Notification, State
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import MongoOutbox
from flightagents.store.receipts import MongoReceipts, named, overdue_of
from tests.support.desk import LEASE, FakeLedger
from tests.support.receipts import ROW
from tests.support.rows import NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
BOTH = [channel.value for channel in Channel]
MINUTE = timedelta(minutes=1)
EXAMPLE = Message(text="BA117 now expected 16:40.", subject="BA117", message_id="<a@agency>", date=NOON)
DELIVERED = Receipt("a", delivered=True, detail="delivered 2.0.0")
BOUNCED = Receipt("a", delivered=False, detail="failed $5.1.1")
RELAYED = Receipt("a", delivered=False, detail="relayed 2.0.0", relayed=True)


class Book:
    """A ledger as decisions, senders and providers see it, and its own time."""

    def __init__(self, fake: FakeLedger | None, database: Database | None) -> None:
        self._fake, self._database = fake, database
        self.ledger = fake or MongoLedger(self._of())
        self.outbox = fake or MongoOutbox(self._of(), LEASE)
        self.receipts = fake or MongoReceipts(self._of())

    def _of(self) -> Database:
        assert self._database is not None
        return self._database

    async def pass_time(self, by: timedelta) -> None:
        if self._fake is not None:
            self._fake.wait(by)
            return
        back = {
            field: {
                "$dateSubtract": {"startDate": f"${field}", "unit": "second", "amount": by.total_seconds()}
            }
            for field in ("retry_at", "lease_until", "receipt_by")
        }
        await self._of()["notifications"].update_many({}, [{"$set": back}])

    async def one(self, id_: str = "a") -> Notification:
        rows = await self.ledger.rows_of(["BA117|2026-11-22|LHR|JFK"], ["anna"])
        return next(row for row in rows if row.id == id_)

    async def claimed(self) -> Notification:
        """Have a row in a sender's hand."""
        await self.ledger.add([ROW])
        (mine,) = await self.outbox.claim("w1", BOTH, NOON, 50)
        return mine

    async def on_its_way(self) -> Notification:
        """Have a row whose bytes may have left."""
        mine = await self.claimed()
        assert await self.outbox.wire(mine, EXAMPLE)
        return mine

    async def accepted(self, within: timedelta | None = 10 * MINUTE) -> Notification:
        mine = await self.on_its_way()
        await self.outbox.finish(mine, State.ACCEPTED, "accepted", provider_id="SM1", receipt_within=within)
        return mine

    async def unsettled(self) -> list[str]:
        return [row.id for row in await self.ledger.unsettled()]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        return Book(FakeLedger(LEASE), None)
    return Book(None, request.getfixturevalue("database"))


@pytest.mark.parametrize(
    ("receipt", "state"), [(DELIVERED, State.DELIVERED), (BOUNCED, State.FAILED), (RELAYED, State.ACCEPTED)]
)
async def test_an_accepted_row_moves_on_once(book: Book, receipt: Receipt, state: State) -> None:
    await book.accepted()
    assert await book.receipts.receive(receipt)
    assert not await book.receipts.receive(receipt)
    row = await book.one()
    assert (row.state, row.receipt_by) == (state, None)
    assert row.trace[-1].endswith(receipt.detail)
    assert await book.unsettled() == (["a"] if state is State.FAILED else [])


async def test_of_what_an_answer_names_the_first_row_that_there_is_counts(book: Book) -> None:
    await book.ledger.add([ROW, replace(ROW, id="b")])
    for of, found in ((["thread", "b", "a"], "b"), (["a", "b"], "a"), (["thread"], None)):
        row = await book.receipts.answered(of)
        assert (row.id if row else None) == found


async def test_what_came_back_is_settled_like_whatever_ended_untold(book: Book) -> None:
    await book.accepted()
    await book.receipts.receive(BOUNCED)
    await book.ledger.settle([await book.one()])
    assert await book.unsettled() == []


@pytest.mark.parametrize(
    ("receipt", "state"), [(DELIVERED, State.DELIVERED), (BOUNCED, State.FAILED), (RELAYED, State.ACCEPTED)]
)
async def test_a_report_may_come_before_the_sender_has_noted_anything(
    book: Book, receipt: Receipt, state: State
) -> None:
    mine = await book.on_its_way()
    assert await book.receipts.receive(receipt)
    await book.outbox.finish(mine, State.ACCEPTED, "accepted", receipt_within=MINUTE)
    row = await book.one()
    assert (row.state, row.receipt_by) == (state, None)
    assert not await book.outbox.wire(mine, EXAMPLE)


async def test_an_uncertain_row_that_was_delivered_is_asked_about_no_more(book: Book) -> None:
    mine = await book.on_its_way()
    await book.outbox.leave_uncertain(mine, "no answer", MINUTE)
    assert await book.receipts.receive(DELIVERED)
    await book.pass_time(2 * MINUTE)
    assert await book.outbox.claim("w2", BOTH, NOON, 50) == []
    assert (await book.one()).state is State.DELIVERED


async def test_a_row_that_waits_to_be_sent_again_is_not_where_it_was_delivered(book: Book) -> None:
    mine = await book.on_its_way()
    await book.outbox.postpone(mine, "waits", MINUTE)
    assert await book.receipts.receive(DELIVERED)
    await book.pass_time(2 * MINUTE)
    assert await book.outbox.claim("w2", BOTH, NOON, 50) == []


async def test_a_report_on_what_never_left_changes_nothing(book: Book) -> None:
    await book.claimed()
    assert not await book.receipts.receive(DELIVERED)
    assert (await book.one()).state is State.SENDING


@pytest.mark.parametrize(
    "state", [State.FAILED, State.DEAD, State.SUPPRESSED, State.SUPERSEDED, State.EXPIRED]
)
@pytest.mark.parametrize("receipt", [DELIVERED, BOUNCED, RELAYED])
async def test_what_has_ended_stays_as_it_is(book: Book, state: State, receipt: Receipt) -> None:
    await book.outbox.finish(await book.on_its_way(), state, "ended")
    assert not await book.receipts.receive(receipt)
    assert (await book.one()).state is state


@pytest.mark.parametrize("later", [BOUNCED, RELAYED])
async def test_what_was_delivered_stays_delivered(book: Book, later: Receipt) -> None:
    await book.accepted()
    await book.receipts.receive(DELIVERED)
    assert not await book.receipts.receive(later)
    assert (await book.one()).state is State.DELIVERED
    assert await book.unsettled() == []


@pytest.mark.parametrize(("later", "state"), [(DELIVERED, State.DELIVERED), (BOUNCED, State.FAILED)])
async def test_what_was_relayed_may_still_be_reported_on(book: Book, later: Receipt, state: State) -> None:
    await book.accepted()
    await book.receipts.receive(RELAYED)
    assert await book.receipts.receive(later)
    assert (await book.one()).state is state


async def test_an_unknown_row_is_nobodys(book: Book) -> None:
    await book.accepted()
    assert not await book.receipts.receive(DELIVERED._replace(row="$a"))
    assert (await book.one()).state is State.ACCEPTED


async def test_a_row_is_found_by_the_providers_own_id(book: Book) -> None:
    await book.accepted()
    assert await book.receipts.row_of("SM1") == "a"
    assert await book.receipts.row_of("SM2") is None


async def test_a_receipt_that_does_not_come_is_overdue_once(book: Book) -> None:
    await book.accepted()
    await book.pass_time(9 * MINUTE)
    assert await book.receipts.overdue(Channel.EMAIL) == []
    await book.pass_time(2 * MINUTE)
    assert await book.receipts.overdue(Channel.SMS) == []
    (late,) = await book.receipts.overdue(Channel.EMAIL)
    assert (late.id, late.state, late.receipt_by) == ("a", State.ACCEPTED, None)
    assert late.trace[-1].endswith("no receipt in time")
    assert await book.receipts.overdue(Channel.EMAIL) == []
    assert await book.unsettled() == ["a"]
    await book.ledger.settle([late])
    assert await book.unsettled() == []


async def test_a_receipt_that_comes_late_settles_it(book: Book) -> None:
    await book.accepted()
    await book.pass_time(11 * MINUTE)
    await book.receipts.overdue(Channel.EMAIL)
    assert await book.receipts.receive(DELIVERED)
    assert await book.unsettled() == []
    assert (await book.one()).state is State.DELIVERED


@pytest.mark.parametrize("receipt", [None, DELIVERED, BOUNCED, RELAYED])
async def test_nothing_is_overdue_that_was_not_promised_or_has_come(
    book: Book, receipt: Receipt | None
) -> None:
    await book.accepted(within=None if receipt is None else MINUTE)
    if receipt is not None:
        await book.receipts.receive(receipt)
    await book.pass_time(11 * MINUTE)
    assert await book.receipts.overdue(Channel.EMAIL) == []


# Only MongoDB


@pytest.mark.mongodb
async def test_a_look_for_overdue_receipts_reads_no_row_that_still_has_time(database: Database) -> None:
    receipts = MongoReceipts(database)
    await receipts.prepare()
    await receipts.prepare()
    rows = [replace(ROW, id=str(n), state=State.ACCEPTED) for n in range(20)]
    in_time = NOON + timedelta(days=100_000)
    late = [replace(row, receipt_by=NOON - timedelta(days=9_000)) for row in rows[:2]]
    promised = [replace(row, receipt_by=in_time) for row in rows[2:10]]
    await MongoLedger(database).add([*late, *promised, *rows[10:]])
    found = await _stats(database, overdue_of(Channel.EMAIL))
    assert (found["nReturned"], found["totalKeysExamined"]) == (2, 2)


@pytest.mark.mongodb
async def test_the_providers_id_is_looked_up_in_an_index(database: Database) -> None:
    await MongoReceipts(database).prepare()
    rows = [replace(ROW, id=str(n), provider_id=None if n else "SM1") for n in range(20)]
    await MongoLedger(database).add(rows)
    assert (await _stats(database, named("SM1")))["totalKeysExamined"] == 1


async def _stats(database: Database, query: dict[str, Any]) -> dict[str, Any]:
    find = {"find": "notifications", "filter": query}
    explained = await database.command("explain", find, verbosity="executionStats")
    stats: dict[str, Any] = explained["executionStats"]
    return stats
