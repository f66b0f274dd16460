"""What `Gauges` reads of what the others have written, in MongoDB; its fake is what a test lays down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.health import Backlog, CallsMade, Letters
from flightagents.domain.notifications import Notification, State
from flightagents.domain.plans import Plan
from flightagents.domain.tasks import Task, TaskKind
from flightagents.records import DeadLetterSource, dead_letter
from flightagents.store import gauges as module
from flightagents.store.calls import MongoCallCounter
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.gauges import MongoGauges
from flightagents.store.lease import MongoLease
from flightagents.store.ledger import MongoLedger
from flightagents.store.setup import prepare
from flightagents.store.task_desk import MongoTaskDesk
from flightagents.store.tasks import MongoTasks
from tests.support.fakes import SetClock
from tests.support.ledger_rows import notification
from tests.support.profiling import plans
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb
HOUR = timedelta(hours=1)
TASK = Task(id="1", kind=TaskKind.CALL, flight=None, booking=None, summary="call", created_at=NOON)


def waits(id_: str, since: datetime, **changed: Any) -> Notification:  # noqa: ANN401 - any field
    return notification(id_, **{"created_at": since, "state": State.PENDING, **changed})


async def letters_at(database: Database, *times: datetime) -> None:
    made = [
        dead_letter("no_flight", "", raw=b"{}", source=DeadLetterSource.FEED, place={"row": number}, at=at)
        for number, at in enumerate(times)
    ]
    await MongoDeadLetters(database).store(made)


async def test_an_empty_database_tells_of_nothing(database: Database) -> None:
    gauges = MongoGauges(database)
    assert await gauges.lease() is None
    assert await gauges.calls(NOON) == CallsMade()
    assert await gauges.backlog(NOON) == Backlog()
    assert await gauges.letters(NOON) == Letters()
    assert await gauges.tasks() == {}
    assert (await gauges.now()).tzinfo is not None


async def test_who_may_poll_is_told(database: Database) -> None:
    await MongoLease(database, "one").begin_run(NOON)
    gauges = MongoGauges(database)
    lease = await gauges.lease()
    assert lease is not None
    assert lease.owner == "one"
    assert lease.expires_at > await gauges.now()


async def test_calls_are_told_for_the_month_and_for_today_and_yesterday(database: Database) -> None:
    clock = SetClock(datetime(2026, 11, 2, 9, tzinfo=UTC))
    counter, gauges = MongoCallCounter(database, clock, Plan.BASIC), MongoGauges(database)
    await counter.count()
    assert await gauges.calls(clock.now()) == CallsMade(1, 1, clock.now()), "from the very first call"
    for day, calls in ((20, 2), (21, 3), (22, 4)):
        clock.time = datetime(2026, 11, day, 9, tzinfo=UTC)
        for _ in range(calls):
            await counter.count()
    yesterday = datetime(2026, 11, 21, tzinfo=UTC)
    assert await gauges.calls(NOON) == CallsMade(10, 7, yesterday)


async def test_on_the_first_of_the_month_only_today_counts(database: Database) -> None:
    clock = SetClock(datetime(2026, 11, 30, 9, tzinfo=UTC))
    counter = MongoCallCounter(database, clock, Plan.BASIC)
    await counter.count()
    first = clock.time = datetime(2026, 12, 1, 1, tzinfo=UTC)
    await counter.count()
    assert await MongoGauges(database).calls(first + HOUR) == CallsMade(1, 1, first)


async def test_what_is_due_and_waits_is_counted_from_when_it_was_due(database: Database) -> None:
    rows = [
        waits("quiet", NOON - 9 * HOUR, not_before=NOON - 5 * MINUTE),
        waits("new", NOON - MINUTE),
        waits("later", NOON - HOUR, not_before=NOON + MINUTE),
        waits("held", NOON - HOUR, hold=True),
        waits("gone", NOON - HOUR, state=State.ACCEPTED),
    ]
    await MongoLedger(database).add(rows)
    assert await MongoGauges(database).backlog(NOON) == Backlog(2, NOON - 5 * MINUTE)


async def test_dead_letters_are_counted_by_the_hour(database: Database) -> None:
    ages = (0, 30, 59, 60, 90, 121)
    await letters_at(database, *(NOON - age * MINUTE for age in ages))
    assert await MongoGauges(database).letters(NOON) == Letters(6, 3, 2)


async def test_what_somebody_has_to_do_is_counted_by_kind(database: Database) -> None:
    tasks = MongoTasks(database)
    made = [TASK, replace(TASK, id="2"), replace(TASK, id="3", kind=TaskKind.REPLY), replace(TASK, id="4")]
    await tasks.open(made)
    desk = MongoTaskDesk(database)
    await desk.assign(["2"], "Kim", by="Kim")
    await desk.finish(["4"], "Kim")
    assert await MongoGauges(database).tasks() == {TaskKind.CALL: 2, TaskKind.REPLY: 1}


async def test_counting_stops_at_a_bound(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED", 2)
    await letters_at(database, *[NOON] * 3)
    await MongoTasks(database).open([replace(TASK, id=str(number)) for number in range(3)])
    await MongoLedger(database).add([waits(str(number), NOON) for number in range(3)])
    gauges = MongoGauges(database)
    assert (await gauges.letters(NOON)).last_hour == 2
    assert await gauges.tasks() == {TaskKind.CALL: 2}
    assert (await gauges.backlog(NOON)).due == 2


async def test_each_query_is_served_by_an_index(database: Database) -> None:
    await prepare(database, keep=timedelta(days=90))
    await MongoTasks(database).prepare()
    await MongoLedger(database).prepare()
    await MongoCallCounter(database, SetClock(), Plan.BASIC).count()
    await MongoLease(database, "one").begin_run(NOON)
    await letters_at(database, NOON)
    await MongoTasks(database).open([TASK])
    await MongoLedger(database).add([waits("one", NOON)])
    gauges = MongoGauges(database)
    async with plans(database) as found:
        await gauges.lease()
        await gauges.calls(NOON)
        await gauges.backlog(NOON)
        await gauges.letters(NOON)
        await gauges.tasks()
    collections = {plan.partition(":")[0] for plan in found}
    assert collections == {"leases", "api_calls", "notifications", "dead_letters", "tasks"}
    indexed = ("IXSCAN", "IDHACK", "COUNT_SCAN", "RECORD_STORE_FAST_COUNT")
    assert [plan for plan in found if not any(each in plan for each in indexed)] == []
