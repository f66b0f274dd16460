"""What `Lease` promises, held by the fake and by MongoDB. It expires when a test says so, not by waiting."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.ports import Lease
from flightagents.store.lease import LASTS, MongoLease
from tests.support.fakes import FakeLease, LeaseBook
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Poll:
    """The lease of the poll: as a worker sees it, and its end."""

    of: Callable[[str], Lease]
    expire: Callable[[], Awaitable[None]]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def poll(request: pytest.FixtureRequest) -> Poll:
    if request.param == "mongodb":
        database: Database = request.getfixturevalue("database")
        return Poll(lambda owner: MongoLease(database, owner), lambda: expire(database))
    book = LeaseBook()

    async def end() -> None:
        book.expired = True

    return Poll(lambda owner: FakeLease(book, owner), end)


async def expire(database: Database) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    await database["leases"].update_one({"_id": "poll"}, {"$set": {"expires_at": past}})


async def test_runs_are_numbered_one_by_one(poll: Poll) -> None:
    lease = poll.of("one")
    stamps = [await lease.begin_run(NOON + number * MINUTE) for number in range(3)]
    assert [(stamp.run, stamp.polled_at) for stamp in stamps if stamp] == [
        (1, NOON),
        (2, NOON + MINUTE),
        (3, NOON + 2 * MINUTE),
    ]


async def test_one_worker_has_it_at_a_time(poll: Poll) -> None:
    one, two = poll.of("one"), poll.of("two")
    assert await one.begin_run(NOON) is not None
    assert await two.begin_run(NOON) is None
    assert await two.begin_run(NOON + 1000 * MINUTE) is None, "business time does not end a lease"


async def test_after_it_expired_another_goes_on_with_the_next_run(poll: Poll) -> None:
    one, two = poll.of("one"), poll.of("two")
    first = await one.begin_run(NOON)
    await poll.expire()
    second = await two.begin_run(NOON + MINUTE)
    assert first is not None
    assert second is not None
    assert second.run == first.run + 1
    assert await one.begin_run(NOON + MINUTE) is None


async def test_a_worker_that_lost_it_does_not_hold_it(poll: Poll) -> None:
    one, two = poll.of("one"), poll.of("two")
    first = await one.begin_run(NOON)
    assert first is not None
    assert await one.holds(first)
    await poll.expire()
    second = await two.begin_run(NOON)
    assert second is not None
    assert not await one.holds(first)
    assert not await one.holds(second)
    assert await two.holds(second)


async def test_a_run_that_took_longer_than_the_lease_lasts_is_still_ours_while_nobody_took_over(
    poll: Poll,
) -> None:
    one, two = poll.of("one"), poll.of("two")
    stamp = await one.begin_run(NOON)
    assert stamp is not None
    await poll.expire()
    assert await one.holds(stamp)
    assert await two.begin_run(NOON) is None, "it was renewed"


async def test_an_older_run_of_the_same_worker_does_not_hold_it(poll: Poll) -> None:
    lease = poll.of("one")
    first, second = await lease.begin_run(NOON), await lease.begin_run(NOON)
    assert first is not None
    assert second is not None
    assert not await lease.holds(first)
    assert await lease.holds(second)


async def test_poll_time_never_goes_backwards_between_workers(poll: Poll) -> None:
    one, two = poll.of("one"), poll.of("two")
    await one.begin_run(NOON)
    await poll.expire()
    slow = await two.begin_run(NOON - 10 * MINUTE)
    again = await two.begin_run(NOON - 9 * MINUTE)
    later = await two.begin_run(NOON + MINUTE)
    assert slow is not None
    assert again is not None
    assert later is not None
    assert [slow.polled_at, again.polled_at, later.polled_at] == [
        NOON + MILLISECOND,
        NOON + 2 * MILLISECOND,
        NOON + MINUTE,
    ]


# Only MongoDB


@pytest.mark.mongodb
async def test_holding_it_renews_it(database: Database) -> None:
    lease = MongoLease(database, "one")
    stamp = await lease.begin_run(NOON)
    assert stamp is not None
    soon = datetime.now(UTC) + timedelta(seconds=5)
    await database["leases"].update_one({"_id": "poll"}, {"$set": {"expires_at": soon}})
    assert await lease.holds(stamp)
    document = await database["leases"].find_one({"_id": "poll"})
    assert document is not None
    assert document["expires_at"] > datetime.now(UTC) + LASTS / 2


async def test_a_worker_that_stops_lets_another_have_it_at_once(poll: Poll) -> None:
    one, two = poll.of("one"), poll.of("two")
    stamp = await one.begin_run(NOON)
    assert stamp is not None
    await two.release()
    assert await two.begin_run(NOON) is None, "nobody gives away what another holds"
    await one.release()
    assert not await one.holds(stamp)
    assert await two.begin_run(NOON) is not None
