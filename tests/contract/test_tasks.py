"""What `Tasks` promises, and what the command line lists; held by the fake and by MongoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.tasks import FORGOTTEN, UNFINISHED, Task, TaskKind, TaskState, task_id
from flightagents.store.task_desk import MongoTaskDesk
from flightagents.store.tasks import KEEP, TRACE, MongoTasks
from tests.support.rows import MINUTE, NOON
from tests.support.tasks import FakeTasks

Database = AsyncIOMotorDatabase[dict[str, Any]]


class KeptTasks(MongoTasks, MongoTaskDesk):
    """Tasks, and what staff do about them."""


Shelf = FakeTasks | KeptTasks
BA117 = "BA117|2026-11-22|LHR|JFK"

REBOOK = Task(
    id=task_id(TaskKind.REBOOK, BA117),
    kind=TaskKind.REBOOK,
    flight=BA117,
    booking=None,
    summary="BA117 is cancelled: 2 travellers",
    created_at=NOON,
    resolve_by=NOON + 155 * MINUTE,
)
ANNAS = "ABC123|anna@example.com"
REPLY = Task(
    id=task_id(TaskKind.REPLY, "SM1"),
    kind=TaskKind.REPLY,
    flight=None,
    booking=ANNAS,
    summary="a traveller has answered",
    created_at=NOON + MINUTE,
    quote="I am Anna, please call",
)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def tasks(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        return FakeTasks()
    return KeptTasks(request.getfixturevalue("database"))


async def known(tasks: Shelf, task: Task = REBOOK) -> Task:
    found = await tasks.get(task.id)
    assert found is not None
    return found


def plain(*tasks: Task) -> list[Task]:
    """Leave out what happened to them."""
    return [replace(task, trace=()) for task in tasks]


async def test_a_task_comes_back_as_it_was_opened(tasks: Shelf) -> None:
    assert plain(*await tasks.open([REBOOK, REPLY])) == [REBOOK, REPLY]
    assert plain(await known(tasks), await known(tasks, REPLY)) == [REBOOK, REPLY]
    assert await tasks.get("unknown") is None
    assert await tasks.open([]) == []


async def test_a_task_is_opened_once(tasks: Shelf) -> None:
    assert plain(*await tasks.open([REBOOK, REBOOK])) == [REBOOK]
    assert await tasks.open([REBOOK]) == []
    assert plain(*await tasks.newest(set(TaskState), 10)) == [REBOOK]


async def test_the_words_of_an_unfinished_task_follow(tasks: Shelf) -> None:
    await tasks.open([REBOOK])
    await tasks.assign([REBOOK.id], "Kim", by="Kim")
    later = replace(REBOOK, summary="3 travellers", resolve_by=NOON, created_at=NOON + MINUTE)
    assert await tasks.open([later]) == []
    found = await known(tasks)
    assert (found.summary, found.resolve_by, found.created_at) == ("3 travellers", NOON, NOON)
    assert (found.state, found.claimed_by) == (TaskState.CLAIMED, "Kim")


@pytest.mark.parametrize("again", [False, True])
async def test_what_somebody_has_done_stays_done(tasks: Shelf, again: bool) -> None:
    await tasks.open([REBOOK])
    await tasks.finish([REBOOK.id], "Kim")
    assert await tasks.open([replace(REBOOK, summary="3 travellers")], again=again) == []
    await tasks.close([REBOOK.id], "reinstated")
    assert await tasks.open([REBOOK], again=again) == []
    found = await known(tasks)
    assert (found.state, found.summary) == (TaskState.DONE, REBOOK.summary)


async def test_what_ended_by_itself_is_opened_again_only_where_that_is_asked_for(tasks: Shelf) -> None:
    await tasks.open([REBOOK])
    await tasks.assign([REBOOK.id], "Kim", by="Kim")
    await tasks.close([REBOOK.id], "reinstated")
    assert (await known(tasks)).state is TaskState.DONE
    assert await tasks.open([REBOOK]) == []
    anew = replace(REBOOK, summary="cancelled after all", created_at=NOON + MINUTE)
    assert plain(*await tasks.open([anew], again=True)) == [anew]
    assert plain(await known(tasks)) == [anew]
    closed, opened = (await known(tasks)).trace[-2:]
    assert closed.endswith("closed: reinstated")
    assert opened.endswith("opened again")
    assert await tasks.open([anew], again=True) == []


async def test_the_unfinished_of_some_kinds_are_given_oldest_first(tasks: Shelf) -> None:
    call = replace(REBOOK, id="call", kind=TaskKind.CALL, created_at=NOON - MINUTE)
    done = replace(call, id="done")
    await tasks.open([REBOOK, REPLY, call, done])
    await tasks.assign([REBOOK.id], "Kim", by="Kim")
    await tasks.finish([done.id], "Kim")
    found = await tasks.unfinished({TaskKind.REBOOK, TaskKind.CALL})
    assert [task.id for task in found] == ["call", REBOOK.id]
    assert await tasks.unfinished(()) == []


async def test_the_newest_are_given_first(tasks: Shelf) -> None:
    later = [replace(REBOOK, id=f"later{minute}", created_at=NOON + minute * MINUTE) for minute in (1, 2, 3)]
    await tasks.open([REBOOK, *later])
    await tasks.finish(["later3"], "Kim")
    assert [task.id for task in await tasks.newest(UNFINISHED, 2)] == ["later2", "later1"]
    assert [task.id for task in await tasks.newest({TaskState.DONE}, 2)] == ["later3"]


async def test_nothing_of_a_forgotten_person_stays_in_their_tasks(tasks: Shelf) -> None:
    await tasks.open([REBOOK, REPLY, replace(REPLY, id="done")])
    await tasks.finish(["done"], "Kim", "Anna will call back")
    await tasks.erase([ANNAS])
    for task in (await known(tasks, REPLY), await known(tasks, replace(REPLY, id="done"))):
        assert (task.booking, task.quote, task.summary, task.trace) == (None, "", FORGOTTEN, ())
        assert task.state is TaskState.DONE
    assert plain(await known(tasks)) == [REBOOK]


async def test_what_a_forgotten_person_wrote_is_gone_from_a_task_of_their_other_booking(tasks: Shelf) -> None:
    both = replace(REPLY, also=("XYZ789|anna@example.com", "OLD001|anna@example.com"))
    await tasks.open([both])
    await tasks.erase(["XYZ789|anna@example.com"])
    found = await known(tasks, both)
    assert found == replace(REPLY, also=("OLD001|anna@example.com",), quote="")


# Only MongoDB


@pytest.mark.mongodb
async def test_a_tasks_trace_is_bounded(database: Database) -> None:
    tasks = KeptTasks(database)
    for _ in range(TRACE):
        await tasks.open([REBOOK], again=True)
        await tasks.close([REBOOK.id], "reinstated")
    found = await known(tasks)
    assert len(found.trace) == TRACE
    assert found.trace[-1].endswith("closed: reinstated")


@pytest.mark.mongodb
async def test_a_task_leaves_a_while_after_it_ended(database: Database) -> None:
    tasks = KeptTasks(database)
    await tasks.prepare()
    await tasks.prepare()
    indexes = await database["tasks"].index_information()
    assert indexes["ended"]["expireAfterSeconds"] == KEEP / timedelta(seconds=1)
    await tasks.open([REBOOK, REPLY])
    await tasks.close([REBOOK.id], "reinstated")
    ended = {row["_id"]: row["ended_at"] async for row in database["tasks"].find()}
    assert ended[REPLY.id] is None
    assert ended[REBOOK.id] is not None
    await tasks.open([REBOOK], again=True)
    assert [row["ended_at"] async for row in database["tasks"].find({"_id": REBOOK.id})] == [None]


@pytest.mark.mongodb
async def test_what_somebody_of_no_booking_wrote_leaves_though_nobody_ends_it(database: Database) -> None:
    tasks = KeptTasks(database)
    await tasks.open([replace(REPLY, booking=None)])
    (stored,) = [row async for row in database["tasks"].find()]
    assert stored["state"] == "open"
    assert stored["ended_at"] is not None


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "query",
    [
        {"kind": {"$in": ["call", "rebook"]}, "state": {"$in": ["claimed", "open"]}},
        {"booking": {"$in": [ANNAS]}},
        {"also": {"$in": [ANNAS]}},
    ],
)
async def test_what_is_asked_often_has_an_index(database: Database, query: dict[str, Any]) -> None:
    tasks = KeptTasks(database)
    await tasks.prepare()
    await tasks.open([REBOOK])
    plan = await database["tasks"].find(query).explain()
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
