"""The agency's tasks in memory; MongoDB's pass the same contract tests (tests/contract/test_tasks.py)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from flightagents.domain.tasks import FORGOTTEN, UNFINISHED, Task, TaskKind, TaskState


class FakeTasks:
    """Tasks by id, as the JSON that a database would give back."""

    def __init__(self) -> None:
        self._tasks: dict[str, bytes] = {}
        self._closed: set[str] = set()

    @property
    def all(self) -> list[Task]:
        """Every task, in the order in which they were opened first."""
        return [_task(text) for text in self._tasks.values()]

    def of_kind(self, kind: TaskKind) -> list[Task]:
        return [task for task in self.all if task.kind is kind]

    async def open(self, tasks: Sequence[Task], *, again: bool = False) -> list[Task]:
        added = []
        for task in {task.id: task for task in tasks}.values():
            known = await self.get(task.id)
            if known is None:
                added.append(self._write(replace(task, trace=("opened",))))
            elif known.state in UNFINISHED:
                self._write(replace(known, summary=task.summary, resolve_by=task.resolve_by))
            elif again and task.id in self._closed:
                self._closed.discard(task.id)
                added.append(self._write(replace(task, trace=(*known.trace, "opened again"))))
        return added

    async def close(self, ids: Sequence[str], why: str) -> None:
        for key in ids:
            known = await self.get(key)
            if known is not None and known.state in UNFINISHED:
                self._end(known, f"closed: {why}")

    async def unfinished(self, kinds: Collection[TaskKind]) -> list[Task]:
        found = [task for task in self.all if task.state in UNFINISHED and task.kind in kinds]
        return sorted(found, key=_age)

    async def erase(self, bookings: Sequence[str]) -> None:
        for task in self.all:
            if task.booking in bookings:
                if task.state in UNFINISHED:
                    self._closed.add(task.id)
                gone = replace(task, booking=None, also=(), summary=FORGOTTEN, quote="", trace=())
                self._write(replace(gone, state=TaskState.DONE))
            elif not set(task.also).isdisjoint(bookings):
                left = tuple(each for each in task.also if each not in bookings)
                self._write(replace(task, also=left, quote="", trace=()))

    async def get(self, key: str) -> Task | None:
        return _task(self._tasks[key]) if key in self._tasks else None

    async def newest(self, states: Collection[TaskState], limit: int) -> list[Task]:
        found = [task for task in self.all if task.state in states]
        return sorted(found, key=_age, reverse=True)[:limit]

    async def claim(self, key: str, who: str) -> Task | None:
        known = await self.get(key)
        if known is None or known.state is not TaskState.OPEN:
            return None
        trace = (*known.trace, f"claimed by {who}")
        return self._write(replace(known, state=TaskState.CLAIMED, claimed_by=who, trace=trace))

    async def done(self, key: str, who: str, note: str = "") -> Task | None:
        known = await self.get(key)
        if known is None or known.state not in UNFINISHED:
            return None
        line = f"done by {who}: {note}" if note else f"done by {who}"
        return self._write(replace(known, state=TaskState.DONE, trace=(*known.trace, line)))

    def _end(self, task: Task, line: str) -> None:
        self._closed.add(task.id)
        self._write(replace(task, state=TaskState.DONE, trace=(*task.trace, line)))

    def _write(self, task: Task) -> Task:
        self._tasks[task.id] = msgspec.json.encode(task)
        return task


def _age(task: Task) -> datetime:
    return task.created_at


def _task(text: bytes) -> Task:
    return msgspec.json.decode(text, type=Task)
