"""Marks and ends share their writes on MongoDB, and none suffers from what is wrong with another."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import AutoReconnect

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, Notification, State
from flightagents.store.fenced_writes import FencedWrites
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import MongoOutbox
from tests.support.desk import LEASE
from tests.support.receipts import ROW
from tests.support.rows import NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
EMAIL = [Channel.EMAIL.value]
EXAMPLE = Message(text="BA117 now expected 16:40.")
UNWRITABLE = Message(text="half of an emoji: \ud83d")
pytestmark = pytest.mark.mongodb


@pytest.fixture
def outbox(database: Database) -> MongoOutbox:
    return MongoOutbox(database, LEASE)


async def three_in_hand(database: Database, outbox: MongoOutbox) -> list[Notification]:
    await MongoLedger(database).add([replace(ROW, id=id_) for id_ in "abc"])
    rows = await outbox.claim("w1", EMAIL, NOON, 50)
    return sorted(rows, key=lambda row: row.id)


async def states(database: Database) -> dict[str, State]:
    return {row.id: row.state for row in await MongoLedger(database).newest(50)}


async def test_an_end_is_written_though_a_mark_beside_it_cannot_be(
    database: Database, outbox: MongoOutbox
) -> None:
    ended, broken, fine = await three_in_hand(database, outbox)
    end, *marks = await asyncio.gather(
        outbox.finish(ended, State.ACCEPTED, "accepted"),
        outbox.wire(broken, UNWRITABLE),
        outbox.wire(fine, EXAMPLE),
        return_exceptions=True,
    )
    assert end is None
    assert all(isinstance(mark, UnicodeEncodeError) for mark in marks)  # nothing of either has left
    assert await states(database) == {"a": State.ACCEPTED, "b": State.SENDING, "c": State.SENDING}


async def test_of_marks_and_ends_in_one_write_each_hears_of_its_own_row(
    database: Database, outbox: MongoOutbox
) -> None:
    ended, mine, lost = await three_in_hand(database, outbox)
    lost = replace(lost, attempt=lost.attempt - 1)
    end, *marks = await asyncio.gather(
        outbox.finish(ended, State.ACCEPTED, "accepted"),
        outbox.wire(mine, EXAMPLE),
        outbox.wire(lost, EXAMPLE),
    )
    assert (end, marks) == (None, [True, False])


async def test_a_lost_end_takes_no_mark_with_it(database: Database, outbox: MongoOutbox) -> None:
    ended, mine, _ = await three_in_hand(database, outbox)
    lost = replace(ended, owner="w2")
    _, marked = await asyncio.gather(
        outbox.finish(lost, State.ACCEPTED, "accepted"), outbox.wire(mine, EXAMPLE)
    )
    assert marked
    assert (await states(database))["a"] is State.SENDING


class OnceAway:
    """The rows of a MongoDB that is away at the first write."""

    def __init__(self, database: Database) -> None:
        self._rows = database["notifications"]
        self.writes = 0

    async def bulk_write(self, *writes: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever Motor takes
        self.writes += 1
        if self.writes == 1:
            raise AutoReconnect
        return await self._rows.bulk_write(*writes, **options)


async def test_while_mongodb_is_away_a_mark_fails_and_an_end_waits(
    database: Database, outbox: MongoOutbox
) -> None:
    ended, mine, _ = await three_in_hand(database, outbox)
    away: Any = OnceAway(database)
    writes = FencedWrites(away)
    end, mark = await asyncio.gather(
        writes.end(ended, {"state": State.ACCEPTED.value}),
        writes.mark(mine, {"stage": "wire"}),
        return_exceptions=True,
    )
    assert end is None
    assert isinstance(mark, AutoReconnect)
    assert away.writes == 2
    assert (await states(database))["a"] is State.ACCEPTED
