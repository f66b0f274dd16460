"""What `Waiting` promises, held by the fake and by MongoDB: what waits too long is found, once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.ports import ChannelBacklog
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import MongoOutbox
from flightagents.store.waiting import COUNTED, MongoWaiting, backlog_stages
from tests.support.desk import FakeLedger
from tests.support.receipts import ROW
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
HOUR = timedelta(hours=1)
EXAMPLE = Message(text="BA117 now expected 16:40.", subject="BA117", message_id="<a@agency>", date=NOON)
DUE_BY = NOON + HOUR
AT_ONCE = timedelta()


class Book:
    """A ledger as decisions, senders and whoever looks at what waits see it."""

    def __init__(self, fake: FakeLedger | None, database: Database | None) -> None:
        self.ledger = fake or MongoLedger(_of(database))
        self.outbox = fake or MongoOutbox(_of(database))
        self.waiting = fake or MongoWaiting(_of(database))

    async def one(self, id_: str = "a") -> Notification:
        rows = await self.ledger.rows_of([ROW.flight], ["anna"])
        return next(row for row in rows if row.id == id_)

    async def tried(self, row: Notification = ROW, *, until: datetime | None = None) -> None:
        """Have a row that its provider did not take."""
        await self.ledger.add([row])
        (claimed,) = await self.outbox.claim("worker-1", [row.channel.value], NOON + 9 * HOUR, 1)
        await self.outbox.postpone(claimed, "421", timedelta(), until=until, in_vain=True)

    async def uncertain(self) -> None:
        await self.ledger.add([ROW])
        (claimed,) = await self.outbox.claim("worker-1", ["email"], NOON, 1)
        await self.outbox.wire(claimed, EXAMPLE)
        await self.outbox.leave_uncertain(claimed, "no answer", timedelta())


def _of(database: Database | None) -> Database:
    assert database is not None
    return database


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        return Book(FakeLedger(), None)
    return Book(None, request.getfixturevalue("database"))


def ids(rows: list[Notification]) -> list[str]:
    return sorted(row.id for row in rows)


# Stuck


async def test_what_was_tried_in_vain_is_stuck_once_and_goes_on_waiting(book: Book) -> None:
    await book.tried()
    (found,) = await book.waiting.stuck(AT_ONCE, DUE_BY, [])
    assert (found.id, found.state, found.stuck) == ("a", State.PENDING, True)
    assert found.trace[-1].endswith("stuck: another way is sought")
    assert ids(await book.ledger.unsettled()) == ["a"]
    assert await book.waiting.stuck(AT_ONCE, DUE_BY, []) == []
    (claimed,) = await book.outbox.claim("worker-1", ["email"], NOON, 1)
    assert claimed.stuck


async def test_what_nobody_answers_for_is_stuck(book: Book) -> None:
    await book.uncertain()
    (found,) = await book.waiting.stuck(AT_ONCE, DUE_BY, [])
    assert found.state is State.UNCERTAIN


async def test_what_was_not_tried_is_stuck_only_where_its_channel_is_down(book: Book) -> None:
    await book.ledger.add([ROW])
    assert await book.waiting.stuck(AT_ONCE, DUE_BY, [Channel.SMS]) == []
    assert ids(await book.waiting.stuck(AT_ONCE, DUE_BY, list(Channel))) == ["a"]


async def test_what_was_first_tried_a_moment_ago_is_not_stuck_however_old_it_is(book: Book) -> None:
    """A worker that was away for an hour has tried nothing meanwhile."""
    await book.tried()
    assert await book.waiting.stuck(HOUR, NOON + 9 * HOUR, []) == []


async def test_a_channel_that_is_down_is_waited_for_from_the_first_that_was_withdrawn_unsent(
    book: Book,
) -> None:
    await book.ledger.add([replace(ROW, created_at=DUE_BY + MINUTE, waits_since=NOON)])
    assert ids(await book.waiting.stuck(HOUR, DUE_BY, list(Channel))) == ["a"]


@pytest.mark.parametrize("differs", [{"not_before": DUE_BY + MINUTE}, {"rule": "jfk-desk"}])
async def test_what_is_not_due_yet_or_for_staff_is_not_stuck(book: Book, differs: dict[str, Any]) -> None:
    row = replace(ROW, **differs)
    await book.tried(row, until=row.not_before)
    assert await book.waiting.stuck(AT_ONCE, DUE_BY, list(Channel)) == []


async def test_what_is_held_or_has_ended_is_not_stuck(book: Book) -> None:
    await book.tried()
    await book.tried(replace(ROW, id="b", channel=Channel.SMS))
    await book.ledger.hold("a", True)
    (claimed,) = await book.outbox.claim("worker-1", ["sms"], NOON, 1)
    await book.outbox.finish(claimed, State.ACCEPTED, "accepted")
    assert await book.waiting.stuck(AT_ONCE, DUE_BY, list(Channel)) == []


async def test_what_is_tried_again_by_hand_is_stuck_no_more(book: Book) -> None:
    await book.tried()
    await book.waiting.stuck(AT_ONCE, DUE_BY, [])
    (claimed,) = await book.outbox.claim("worker-1", ["email"], NOON, 1)
    await book.outbox.finish(claimed, State.FAILED, "550")
    if isinstance(book.ledger, MongoLedger):
        await book.ledger.replay("a")
        again = await book.one()
        assert (again.stuck, again.in_vain_since) == (False, None)


# The backlog


async def test_the_backlog_is_what_should_have_left_and_since_when_by_channel(book: Book) -> None:
    sms = replace(ROW, channel=Channel.SMS, created_at=NOON + MINUTE)
    await book.ledger.add([replace(ROW, id="b", created_at=NOON + 2 * MINUTE), ROW, replace(sms, id="c")])
    assert await book.waiting.backlog(NOON + HOUR) == {
        Channel.EMAIL: ChannelBacklog(2, NOON),
        Channel.SMS: ChannelBacklog(1, NOON + MINUTE),
    }


async def test_what_waits_for_its_next_try_or_is_in_a_senders_hand_is_of_the_backlog(book: Book) -> None:
    await book.ledger.add([ROW])
    (claimed,) = await book.outbox.claim("worker-1", ["email"], NOON, 1)
    assert await book.waiting.backlog(NOON) == {Channel.EMAIL: ChannelBacklog(1, NOON)}
    await book.outbox.postpone(claimed, "421", HOUR, in_vain=True)
    assert await book.waiting.backlog(NOON) == {Channel.EMAIL: ChannelBacklog(1, NOON)}


async def test_what_was_to_wait_is_of_the_backlog_from_then_on(book: Book) -> None:
    await book.ledger.add([replace(ROW, not_before=NOON + HOUR)])
    assert await book.waiting.backlog(NOON + HOUR - MINUTE) == {}
    assert await book.waiting.backlog(NOON + HOUR) == {Channel.EMAIL: ChannelBacklog(1, NOON + HOUR)}


async def test_what_was_decided_anew_unsent_is_due_since_the_first_decision(book: Book) -> None:
    await book.ledger.add([replace(ROW, created_at=NOON + HOUR, waits_since=NOON)])
    assert await book.waiting.backlog(NOON + HOUR) == {Channel.EMAIL: ChannelBacklog(1, NOON)}


async def test_what_is_held_or_has_ended_is_not_of_the_backlog(book: Book) -> None:
    await book.ledger.add([ROW, replace(ROW, id="b", channel=Channel.SMS)])
    await book.ledger.hold("a", True)
    (claimed,) = await book.outbox.claim("worker-1", ["sms"], NOON, 1)
    await book.outbox.finish(claimed, State.ACCEPTED, "accepted")
    assert await book.waiting.backlog(NOON + HOUR) == {}


@pytest.mark.mongodb
async def test_the_look_at_the_backlog_walks_an_index_and_ends(database: Database) -> None:
    await MongoLedger(database).prepare()
    await MongoLedger(database).add([ROW])
    stages = backlog_stages(NOON)
    assert {"$limit": COUNTED} in stages
    aggregate = {"aggregate": "notifications", "pipeline": stages, "cursor": {}}
    plan = str(await database.command("explain", aggregate, verbosity="queryPlanner"))
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


# Too late


async def test_what_is_too_late_ends_held_or_not(book: Book) -> None:
    await book.ledger.add([ROW, replace(ROW, id="b"), replace(ROW, id="c", expires_at=NOON + 9 * HOUR)])
    await book.ledger.hold("b", True)
    assert await book.waiting.expire(ROW.expires_at) == []
    found = await book.waiting.expire(ROW.expires_at + MINUTE)
    assert ids(found) == ["a", "b"]
    assert {(each.state, each.reason) for each in found} == {(State.EXPIRED, Reason.EXPIRED)}
    assert ids(await book.ledger.unsettled()) == ["a", "b"]
    assert await book.waiting.expire(ROW.expires_at + MINUTE) == []


async def test_what_may_have_left_or_is_in_a_senders_hand_does_not_expire(book: Book) -> None:
    await book.uncertain()
    await book.ledger.add([replace(ROW, id="b")])
    assert len(await book.outbox.claim("worker-2", ["email"], NOON, 5)) == 2
    late = ROW.expires_at + MINUTE
    assert await book.waiting.expire(late) == []


# Only shown


async def test_what_was_only_shown_is_to_be_looked_at_unless_it_is_too_late(book: Book) -> None:
    late = replace(ROW, id="b", expires_at=NOON)
    await book.ledger.add([ROW, late, replace(ROW, id="c"), replace(ROW, id="d")])
    claimed = {each.id: each for each in await book.outbox.claim("worker-1", ["email"], NOON, 9)}
    for key in ("a", "b"):
        await book.outbox.finish(claimed[key], State.SUPPRESSED, "shown, not sent", reason=Reason.SHADOW)
    await book.outbox.finish(claimed["c"], State.SUPPRESSED, "not wanted", reason=Reason.NOT_WANTED)
    await book.ledger.settle([await book.one("c")])
    assert await book.waiting.only_shown(NOON + MINUTE) == 1
    assert ids(await book.ledger.unsettled()) == ["a"]
