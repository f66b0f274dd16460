"""What staff do about tasks, each act logged with who and when; it answers for each task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.tasks import UNFINISHED, Task
from flightagents.ports import Audit, TaskDesk
from flightagents.ports.desk import MOST_AT_ONCE


class WhyNotTask(StrEnum):
    """Why an act was not done."""

    UNKNOWN = "unknown"
    TAKEN = "taken"
    """Somebody else has it in hand."""
    DONE = "done"
    """It has ended."""
    NOT_CLAIMED = "not_claimed"
    """Nobody has it in hand."""
    NOT_DONE = "not_done"
    """It is not done, or it ended by itself: what is not so any more needs nobody."""
    ERASED = "erased"
    """The person that it is about was forgotten."""
    EMPTY = "empty"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class TaskActed:
    """How an act on one task ended: done where there is no `why_not`; `task` as it is now."""

    id: str
    task: Task | None
    why_not: WhyNotTask | None = None

    @property
    def done(self) -> bool:
        """Tell whether it was done."""
        return self.why_not is None

    @property
    def taken_by(self) -> str | None:
        """Tell who has it, where that is why."""
        return self.task.claimed_by if self.task and self.why_not is WhyNotTask.TAKEN else None


class TaskActs:
    """One act of one of the staff, on many tasks."""

    def __init__(
        self, desk: TaskDesk, audit: Audit, clock: Clock, acted: Callable[[], None] = lambda: None
    ) -> None:
        """`acted` is called after each act: whoever keeps a page of it looks anew."""
        self._desk = desk
        self._acted = acted
        self._audit = audit
        self._clock = clock

    async def assign(
        self, ids: Sequence[str], who: str, to: str | None = None, *, force: bool = False
    ) -> list[TaskActed]:
        """Give tasks to somebody, or take them oneself. What somebody else has needs `force`."""
        whom = to or who
        changed = await self._desk.assign(ids[:MOST_AT_ONCE], whom, by=who, force=force)
        return await self._answer(ids, changed, who, Did.ASSIGNED, WhyNotTask.TAKEN, detail=f"to {whom}")

    async def release(self, ids: Sequence[str], who: str) -> list[TaskActed]:
        """Let anybody take them."""
        changed = await self._desk.release(ids[:MOST_AT_ONCE], who)
        return await self._answer(ids, changed, who, Did.RELEASED, WhyNotTask.NOT_CLAIMED)

    async def finish(self, ids: Sequence[str], who: str, note: str = "") -> list[TaskActed]:
        """Note that they are done; the note stays with the task, and is not in the log."""
        changed = await self._desk.finish(ids[:MOST_AT_ONCE], who, note.strip())
        return await self._answer(ids, changed, who, Did.DONE, WhyNotTask.DONE)

    async def reopen(self, ids: Sequence[str], who: str) -> list[TaskActed]:
        """Open again what somebody has done."""
        changed = await self._desk.reopen(ids[:MOST_AT_ONCE], who)
        return await self._answer(ids, changed, who, Did.REOPENED, WhyNotTask.NOT_DONE)

    async def note(self, ids: Sequence[str], who: str, text: str) -> list[TaskActed]:
        """Add a note."""
        if not text.strip():
            return [TaskActed(each, None, WhyNotTask.EMPTY) for each in dict.fromkeys(ids)]
        changed = await self._desk.note(ids[:MOST_AT_ONCE], who, text.strip())
        return await self._answer(ids, changed, who, Did.NOTED, WhyNotTask.ERASED)

    async def _answer(
        self,
        ids: Sequence[str],
        changed: Sequence[Task],
        who: str,
        did: Did,
        why: WhyNotTask,
        *,
        detail: str = "",
    ) -> list[TaskActed]:
        moved = {task.id: task for task in changed}
        now = self._clock.now()
        acts = [Act(at=now, by=who, did=did, about=About(Thing.TASK, key), detail=detail) for key in moved]
        if acts:
            self._acted()
            await self._audit.write(acts)
        others = [each for each in ids[:MOST_AT_ONCE] if each not in moved]
        known = await self._desk.of_ids(others) if others else {}
        answers = {key: TaskActed(key, task) for key, task in moved.items()}
        answers |= {each: _refused(each, known.get(each), why) for each in others}
        return [
            answers.get(each) or TaskActed(each, None, WhyNotTask.TOO_MANY) for each in dict.fromkeys(ids)
        ]


def _refused(key: str, task: Task | None, why: WhyNotTask) -> TaskActed:
    if task is None:
        return TaskActed(key, None, WhyNotTask.UNKNOWN)
    over = task.state not in UNFINISHED and why in (WhyNotTask.TAKEN, WhyNotTask.NOT_CLAIMED)
    return TaskActed(key, task, WhyNotTask.DONE if over else why)
