"""What staff do about tasks: done or why not, for each, and in the log with who and when."""

from dataclasses import replace

from flightagents.domain.acts import Did
from flightagents.domain.tasks import FORGOTTEN, Task, TaskKind, TaskState
from flightagents.handlers.task_acts import TaskActed, TaskActs, WhyNotTask
from flightagents.ports.desk import MOST_AT_ONCE
from tests.support.fakes import SetClock
from tests.support.handling import FakeAudit
from tests.support.rows import NOON
from tests.support.tasks import FakeTasks

ANNAS = "ABC123|anna@example.com"
CALL = Task(id="call", kind=TaskKind.CALL, flight=None, booking=ANNAS, summary="call", created_at=NOON)
REPLY = replace(CALL, id="reply", kind=TaskKind.REPLY)


class Desk:
    def __init__(self) -> None:
        self.tasks, self.audit = FakeTasks(), FakeAudit()
        self.acts = TaskActs(self.tasks, self.audit, SetClock())

    @property
    def logged(self) -> list[tuple[str, Did, str, str]]:
        return [(act.by, act.did, act.about.id, act.detail) for act in self.audit.acts]


async def at_work() -> Desk:
    desk = Desk()
    await desk.tasks.open([CALL, REPLY])
    return desk


def ends(answers: list[TaskActed]) -> dict[str, WhyNotTask | None]:
    return {each.id: each.why_not for each in answers}


async def test_whoever_comes_second_sees_who_has_it() -> None:
    desk = await at_work()
    assert ends(await desk.acts.assign(["call"], "Kim")) == {"call": None}
    answers = await desk.acts.assign(["call", "reply", "unknown"], "Lee")
    assert ends(answers) == {"call": WhyNotTask.TAKEN, "reply": None, "unknown": WhyNotTask.UNKNOWN}
    taken = answers[0].task
    assert taken is not None
    assert (answers[0].done, taken.claimed_by) == (False, "Kim")
    assert ends(await desk.acts.assign(["call"], "Lee", "Max", force=True)) == {"call": None}
    assert desk.logged == [
        ("Kim", Did.ASSIGNED, "call", "to Kim"),
        ("Lee", Did.ASSIGNED, "reply", "to Lee"),
        ("Lee", Did.ASSIGNED, "call", "to Max"),
    ]


async def test_what_is_done_is_neither_taken_nor_released_nor_done_twice() -> None:
    desk = await at_work()
    (done,) = await desk.acts.finish(["call"], "Kim", "told her, she flies tomorrow")
    assert done.task is not None
    assert done.task.state is TaskState.DONE
    for again in (
        await desk.acts.finish(["call"], "Lee"),
        await desk.acts.assign(["call"], "Lee"),
        await desk.acts.release(["call"], "Lee"),
    ):
        assert ends(again) == {"call": WhyNotTask.DONE}
    assert desk.logged == [("Kim", Did.DONE, "call", "")]


async def test_what_nobody_has_is_not_released_and_what_is_not_done_not_opened_again() -> None:
    desk = await at_work()
    assert ends(await desk.acts.release(["call"], "Kim")) == {"call": WhyNotTask.NOT_CLAIMED}
    assert ends(await desk.acts.reopen(["call"], "Kim")) == {"call": WhyNotTask.NOT_DONE}
    await desk.acts.finish(["call"], "Kim")
    assert ends(await desk.acts.reopen(["call"], "Lee")) == {"call": None}
    assert desk.logged[-1] == ("Lee", Did.REOPENED, "call", "")


async def test_the_log_tells_of_a_note_and_not_what_it_says() -> None:
    desk = await at_work()
    assert ends(await desk.acts.note(["call"], "Kim", " ")) == {"call": WhyNotTask.EMPTY}
    assert ends(await desk.acts.note(["call"], "Kim", "rang twice")) == {"call": None}
    assert desk.logged == [("Kim", Did.NOTED, "call", "")]
    await desk.tasks.erase([ANNAS])
    (answer,) = await desk.acts.note(["call"], "Kim", "Anna rang")
    assert (answer.why_not, answer.task and answer.task.summary) == (WhyNotTask.ERASED, FORGOTTEN)


async def test_an_act_has_a_bound() -> None:
    desk = await at_work()
    many = [*(str(number) for number in range(MOST_AT_ONCE)), "call"]
    answers = await desk.acts.finish(many, "Kim")
    assert ends(answers)["call"] is WhyNotTask.TOO_MANY
    assert desk.logged == []
