"""What `TaskDesk` promises, held by the fake and by MongoDB: lists, and acts on one task or many."""

from dataclasses import replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.handling import LONGEST_NOTE
from flightagents.domain.tasks import FORGOTTEN, Task, TaskKind, TaskState
from flightagents.errors import CursorError
from flightagents.ports.desk import TaskFilter, TaskSort
from flightagents.store import paging
from flightagents.store.task_desk import LACKING, ORDERS, MongoTaskDesk, about, query
from flightagents.store.tasks import COLLECTION, MongoTasks
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON
from tests.support.tasks import FakeTasks

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = "BA117|2026-11-22|LHR|JFK"
ANNAS = "ABC123|anna@example.com"
CALL = Task(id="call", kind=TaskKind.CALL, flight=BA117, booking=ANNAS, summary="call them", created_at=NOON)
REBOOK = replace(CALL, id="rebook", kind=TaskKind.REBOOK, booking=None, created_at=NOON + MINUTE)
REPLY = replace(CALL, id="reply", kind=TaskKind.REPLY, flight=None, created_at=NOON + 2 * MINUTE)
LATER = {"first": 1, "second": 2, "third": 2, "whenever": None, "whenever2": None}
"""Tasks by when they are to be resolved, in minutes after noon."""
ALL = [CALL.id, REBOOK.id, REPLY.id]


class Desk:
    """What opens tasks, and what staff work on them with."""

    def __init__(self, database: Database | None) -> None:
        fake = FakeTasks() if database is None else None
        self.tasks: FakeTasks | MongoTasks = fake or MongoTasks(_of(database))
        self.desk: FakeTasks | MongoTaskDesk = fake or MongoTaskDesk(_of(database))

    async def found(self, **wanted: Any) -> list[str]:  # noqa: ANN401 - what a filter takes
        return [task.id for task in (await self.desk.find(TaskFilter(**wanted))).rows]

    async def one(self, key: str = CALL.id) -> Task:
        return (await self.desk.of_ids([key]))[key]


def _of(database: Database | None) -> Database:
    assert database is not None
    return database


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(None if request.param == "fake" else request.getfixturevalue("database"))


def ids(tasks: list[Task]) -> set[str]:
    return {task.id for task in tasks}


async def test_tasks_are_found_newest_first_by_what_is_asked_for(desk: Desk) -> None:
    await desk.tasks.open([CALL, REBOOK, REPLY])
    await desk.desk.assign([REBOOK.id], "Kim", by="Kim")
    await desk.desk.finish([REPLY.id], "Kim")
    assert await desk.found() == [REBOOK.id, CALL.id]
    assert await desk.found(states=frozenset(TaskState)) == [REPLY.id, REBOOK.id, CALL.id]
    assert await desk.found(kinds=frozenset({TaskKind.CALL})) == [CALL.id]
    assert await desk.found(assignee="Kim") == [REBOOK.id]
    assert await desk.found(unassigned=True) == [CALL.id]
    assert await desk.found(flight=BA117) == [REBOOK.id, CALL.id]
    assert await desk.found(booking=ANNAS, states=frozenset(TaskState)) == [REPLY.id, CALL.id]
    assert await desk.found(flight="unknown") == []


async def test_tasks_are_given_page_by_page_each_once(desk: Desk) -> None:
    tasks = [replace(CALL, id=f"task{number}") for number in range(5)]
    await desk.tasks.open(tasks)
    found: list[str] = []
    page = await desk.desk.find(TaskFilter(), limit=2)
    while page.after is not None:
        found += [task.id for task in page.rows]
        page = await desk.desk.find(TaskFilter(), limit=2, after=page.after)
    assert [*found, *(task.id for task in page.rows)] == ["task4", "task3", "task2", "task1", "task0"]
    with pytest.raises(CursorError):
        await desk.desk.find(TaskFilter(), after="$x")


async def open_some_that_are_due(desk: Desk) -> None:
    due = {key: None if late is None else NOON + late * MINUTE for key, late in LATER.items()}
    await desk.tasks.open([replace(CALL, id=key, resolve_by=due[key]) for key in reversed(due)])


async def test_the_soonest_to_resolve_comes_first_and_what_has_no_such_time_last(desk: Desk) -> None:
    await open_some_that_are_due(desk)
    assert await desk.found(sort=TaskSort.DUE) == list(LATER)
    await desk.tasks.open([replace(CALL, id="third", resolve_by=NOON - MINUTE)])
    assert await desk.found(sort=TaskSort.DUE) == ["third", "first", "second", "whenever", "whenever2"]
    await desk.tasks.open([replace(CALL, id="third", resolve_by=None)])
    assert await desk.found(sort=TaskSort.DUE) == ["first", "second", "third", "whenever", "whenever2"]
    await desk.tasks.close(["first"], "reinstated")
    await desk.tasks.open([replace(CALL, id="first", resolve_by=NOON + 9 * MINUTE)], again=True)
    assert (await desk.found(sort=TaskSort.DUE))[:2] == ["second", "first"]


@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_by_when_they_are_due_tasks_are_given_page_by_page_there_and_back(
    desk: Desk, limit: int
) -> None:
    await open_some_that_are_due(desk)
    wanted = TaskFilter(sort=TaskSort.DUE)
    page = await desk.desk.find(wanted, limit=limit)
    there = [page.rows]
    while page.after is not None:
        page = await desk.desk.find(wanted, limit=limit, after=page.after)
        there.append(page.rows)
    back = [page.rows]
    while page.before is not None:
        page = await desk.desk.find(wanted, limit=limit, before=page.before)
        back.append(page.rows)
    assert [task.id for rows in there for task in rows] == list(LATER)
    assert back[::-1] == there


async def test_the_unfinished_are_counted_and_found_by_their_flights(desk: Desk) -> None:
    await desk.tasks.open([CALL, replace(CALL, id="second"), REBOOK, REPLY])
    await desk.desk.assign(["second"], "Kim", by="Kim")
    await desk.desk.finish([REPLY.id], "Kim")
    assert await desk.desk.counts() == {
        (TaskKind.CALL, TaskState.OPEN): 1,
        (TaskKind.CALL, TaskState.CLAIMED): 1,
        (TaskKind.REBOOK, TaskState.OPEN): 1,
    }
    assert ids(await desk.desk.of_flights([BA117], [TaskKind.CALL])) == {CALL.id, "second"}
    assert await desk.desk.of_flights([BA117], [TaskKind.REPLY]) == []


async def test_many_are_given_to_somebody_at_once_but_not_what_another_has(desk: Desk) -> None:
    await desk.tasks.open([CALL, REBOOK, REPLY])
    await desk.desk.assign([CALL.id], "Lee", by="Lee")
    assert ids(await desk.desk.assign([*ALL, "unknown"], "Kim", by="Kim")) == {REBOOK.id, REPLY.id}
    assert (await desk.one()).claimed_by == "Lee"
    (taken,) = await desk.desk.assign([CALL.id], "Kim", by="Kim", force=True)
    assert (taken.state, taken.claimed_by) == (TaskState.CLAIMED, "Kim")
    (given,) = await desk.desk.assign([CALL.id], "Max", by="Kim")
    assert (given.claimed_by, given.trace[-1].endswith("given to Max by Kim")) == ("Max", True)


async def test_what_is_released_is_anybodys(desk: Desk) -> None:
    await desk.tasks.open([CALL, REBOOK])
    await desk.desk.assign([CALL.id], "Kim", by="Kim")
    assert ids(await desk.desk.release(ALL, "Lee")) == {CALL.id}
    found = await desk.one()
    assert (found.state, found.claimed_by) == (TaskState.OPEN, None)


async def test_what_is_done_may_be_opened_again_but_not_what_ended_by_itself(desk: Desk) -> None:
    await desk.tasks.open([CALL, REBOOK, replace(REPLY, booking=None)])
    assert ids(await desk.desk.finish([CALL.id, REPLY.id], "Kim", "called")) == {CALL.id, REPLY.id}
    assert (await desk.one()).trace[-1].endswith("done by Kim: called")
    await desk.tasks.close([REBOOK.id], "reinstated")
    assert await desk.desk.finish(ALL, "Kim") == []
    assert ids(await desk.desk.reopen(ALL, "Lee")) == {CALL.id, REPLY.id}
    found = await desk.one()
    assert (found.state, found.claimed_by) == (TaskState.OPEN, None)
    assert await desk.desk.reopen(ALL, "Lee") == []


async def test_a_note_is_bounded_and_leaves_with_the_person(desk: Desk) -> None:
    await desk.tasks.open([CALL, REBOOK])
    assert ids(await desk.desk.note([CALL.id, REBOOK.id], "Kim", "$ rang twice")) == {CALL.id, REBOOK.id}
    assert (await desk.one()).trace[-1].endswith("noted by Kim: $ rang twice")
    (long,) = await desk.desk.note([CALL.id], "Kim", "x" * 9999)
    assert long.trace[-1].endswith("noted by Kim: " + "x" * LONGEST_NOTE)
    await desk.tasks.erase([ANNAS])
    assert (await desk.one()).trace == ()
    assert await desk.desk.note([CALL.id], "Kim", "Anna rang") == []


async def test_what_was_erased_is_not_opened_again(desk: Desk) -> None:
    await desk.tasks.open([CALL])
    await desk.desk.finish([CALL.id], "Kim")
    await desk.tasks.erase([ANNAS])
    assert await desk.desk.reopen([CALL.id], "Kim") == []
    assert (await desk.one()).summary == FORGOTTEN


# Only MongoDB


@pytest.mark.mongodb
@pytest.mark.parametrize("sort", TaskSort)
@pytest.mark.parametrize(
    "wanted",
    [
        query(TaskFilter()),
        query(TaskFilter(states=frozenset(TaskState))),
        query(TaskFilter(kinds=frozenset({TaskKind.CALL}))),
        query(TaskFilter(assignee="Kim")),
        query(TaskFilter(unassigned=True)),
        query(TaskFilter(flight=BA117)),
        query(TaskFilter(booking=ANNAS)),
        about([BA117], [TaskKind.CALL]),
    ],
)
async def test_each_list_has_an_index_that_sorts_it(
    database: Database, wanted: dict[str, Any], sort: TaskSort
) -> None:
    await MongoTasks(database).prepare()
    await MongoTaskDesk(database).prepare()
    times = [NOON + number * MINUTE for number in range(-150, 150)]
    many = [
        replace(CALL, id=f"{number:03}", booking=None, created_at=at, resolve_by=at)
        for number, at in enumerate(times)
    ]
    await MongoTasks(database).open([CALL, *many])
    await MongoTaskDesk(database).assign([task.id for task in many[::2]], "Kim", by="Kim")
    await MongoTaskDesk(database).finish([task.id for task in many[::3]], "Kim")
    order = ORDERS[sort]
    for start in (None, order.cursor({order.field: NOON, "_id": "a"})):
        for number, asked in enumerate(paging.queries([wanted], order, start)):
            sorting = dict(order.sorting(equals=start is not None and number == 0))
            command = {"find": COLLECTION, "filter": asked, "sort": sorting, "limit": 51}
            plan = await plan_of(database[COLLECTION], command)
            assert plan.scans_an_index
            assert "booking" in wanted or not plan.sorts_in_memory, plan  # a booking has few


@pytest.mark.mongodb
async def test_of_all_that_is_to_do_a_page_by_due_reads_that_page_alone(database: Database) -> None:
    await MongoTasks(database).prepare()
    await MongoTaskDesk(database).prepare()
    many = [replace(CALL, id=f"{each:03}", resolve_by=NOON + each * MINUTE) for each in range(200)]
    await MongoTasks(database).open(many)
    await MongoTaskDesk(database).finish([task.id for task in many[:100]], "Kim")
    order = ORDERS[TaskSort.DUE]
    (asked,) = paging.queries([query(TaskFilter())], order, None)
    command = {"find": COLLECTION, "filter": asked, "sort": dict(order.sorting()), "limit": 11}
    plan = await plan_of(database[COLLECTION], command)
    assert (plan.indexes, plan.documents) == ({"due"}, 11)


@pytest.mark.mongodb
async def test_tasks_of_an_earlier_version_are_sorted_from_the_next_start_on(database: Database) -> None:
    desk = Desk(database)
    await open_some_that_are_due(desk)
    await desk.tasks.close(["first"], "reinstated")
    await database[COLLECTION].update_many({}, {"$unset": {"due": 1}})
    assert await desk.found(sort=TaskSort.DUE) == []
    await MongoTaskDesk(database).prepare()
    assert await desk.found(sort=TaskSort.DUE, states=frozenset(TaskState)) == list(LATER)
    plan = await plan_of(database[COLLECTION], {"find": COLLECTION, "filter": LACKING})
    assert (plan.scans_an_index, plan.documents) == (True, 0)


@pytest.mark.mongodb
async def test_what_an_earlier_version_moved_meanwhile_is_mended_when_it_is_opened_again(
    database: Database,
) -> None:
    desk = Desk(database)
    await open_some_that_are_due(desk)
    later = NOON + 9 * MINUTE
    await database[COLLECTION].update_one({"_id": "first"}, {"$set": {"resolve_by": later}})
    await desk.tasks.open([replace(CALL, id="first", resolve_by=later)])
    assert (await desk.found(sort=TaskSort.DUE))[:3] == ["second", "third", "first"]


@pytest.mark.mongodb
async def test_a_reply_of_no_booking_leaves_when_it_was_to_leave_though_it_is_opened_again(
    database: Database,
) -> None:
    tasks, desk = MongoTasks(database), MongoTaskDesk(database)
    await tasks.open([CALL, replace(REPLY, booking=None)])
    await desk.finish(ALL, "Kim")
    await desk.reopen(ALL, "Kim")
    ended = {row["_id"]: row["ended_at"] async for row in database[COLLECTION].find()}
    assert ended[CALL.id] is None
    assert ended[REPLY.id] is not None
