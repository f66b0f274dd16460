"""What `Polls` promises, held by the fake and by MongoDB."""

from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.polls import PollEnd, PollReport, PollStanding
from flightagents.store.polls import MongoPolls
from tests.support.health import FakePolls
from tests.support.profiling import plans
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
Book = FakePolls | MongoPolls


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def polls(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        return FakePolls()
    return MongoPolls(request.getfixturevalue("database"))


def report(run: int, end: PollEnd = PollEnd.DONE, **changed: Any) -> PollReport:  # noqa: ANN401 - any field
    return PollReport(run=run, polled_at=NOON + run * MINUTE, by="one", end=end, **changed)


async def last(polls: Book) -> PollStanding:
    found = await polls.last()
    assert found is not None
    return found


async def test_before_the_first_run_there_is_nothing(polls: Book) -> None:
    assert await polls.last() is None


async def test_the_last_run_is_known_whole(polls: Book) -> None:
    await polls.note(report(1, PollEnd.REFUSED, code="invalid_access_key", again_at=NOON))
    refused = await last(polls)
    assert refused.report == report(1, PollEnd.REFUSED, code="invalid_access_key", again_at=NOON)
    assert refused.good_at is None
    await polls.note(report(2, rows=100, records=99, unreadable=1))
    good = await last(polls)
    assert good.report == report(2, rows=100, records=99, unreadable=1)
    assert (good.failures, good.failing_since) == (0, None)
    assert good.good_at == good.noted_at


async def test_failures_in_a_row_are_counted_from_the_first(polls: Book) -> None:
    await polls.note(report(1))
    good_at = (await last(polls)).good_at
    await polls.note(report(2, PollEnd.OUTAGE))
    since = (await last(polls)).failing_since
    await polls.note(report(3, PollEnd.TOO_FAST))
    failing = await last(polls)
    assert (failing.failures, failing.failing_since, failing.good_at) == (2, since, good_at)
    assert since is not None
    await polls.note(report(4))
    assert (await last(polls)).failures == 0


async def test_a_refused_query_is_no_failure_of_the_run(polls: Book) -> None:
    await polls.note(report(1, PollEnd.QUERY_REFUSED))
    found = await last(polls)
    assert (found.failures, found.good_at) == (0, found.noted_at)


async def test_an_older_run_that_is_noted_late_is_left_out(polls: Book) -> None:
    await polls.note(report(2))
    await polls.note(report(1, PollEnd.OUTAGE))
    await polls.note(report(2, PollEnd.OUTAGE))
    found = await last(polls)
    assert (found.report, found.failures) == (report(2), 0)


@pytest.mark.mongodb
async def test_each_query_is_served_by_an_index(database: Database) -> None:
    polls = MongoPolls(database)
    async with plans(database) as found:
        await polls.note(report(1))
        await polls.last()
    assert len(found) == 3
    assert [plan for plan in found if "IXSCAN" not in plan and "IDHACK" not in plan] == []
