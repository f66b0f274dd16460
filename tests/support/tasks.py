"""The agency's tasks in memory; MongoDB's pass the same contract tests (tests/contract/test_tasks.py)."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from flightagents.domain.handling import LONGEST_NOTE
from flightagents.domain.pages import Page
from flightagents.domain.tasks import FORGOTTEN, UNFINISHED, Task, TaskKind, TaskState
from flightagents.ports.desk import TaskFilter, TaskSort
from tests.support.searches import page_of


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

    # As staff work on them

    async def find(
        self, wanted: TaskFilter, *, limit: int = 50, after: str | None = None, before: str | None = None
    ) -> Page[Task]:
        by_due = wanted.sort is TaskSort.DUE
        return page_of(
            (task for task in self.all if _is_wanted(task, wanted)),
            _due if by_due else lambda task: (task.created_at.timestamp(), task.id),
            descending=not by_due,
            limit=limit,
            after=after,
            before=before,
        )

    async def of_ids(self, ids: Sequence[str]) -> dict[str, Task]:
        return {task.id: task for task in self.all if task.id in ids}

    async def of_flights(self, flights: Sequence[str], kinds: Sequence[TaskKind]) -> list[Task]:
        return [task for task in await self.unfinished(kinds) if task.flight in flights]

    async def counts(self) -> dict[tuple[TaskKind, TaskState], int]:
        return Counter((task.kind, task.state) for task in self.all if task.state in UNFINISHED)

    async def assign(self, ids: Sequence[str], to: str, *, by: str, force: bool = False) -> list[Task]:
        line = f"claimed by {to}" if to == by else f"given to {to} by {by}"
        return [
            self._moved(task, line, state=TaskState.CLAIMED, claimed_by=to)
            for task in self._these(ids, UNFINISHED)
            if force or task.claimed_by in (None, by, to)
        ]

    async def release(self, ids: Sequence[str], by: str) -> list[Task]:
        claimed = self._these(ids, {TaskState.CLAIMED})
        return [
            self._moved(task, f"released by {by}", state=TaskState.OPEN, claimed_by=None) for task in claimed
        ]

    async def finish(self, ids: Sequence[str], by: str, note: str = "") -> list[Task]:
        line = f"done by {by}: {note[:LONGEST_NOTE]}" if note else f"done by {by}"
        return [self._moved(task, line, state=TaskState.DONE) for task in self._these(ids, UNFINISHED)]

    async def reopen(self, ids: Sequence[str], by: str) -> list[Task]:
        return [
            self._moved(task, f"opened again by {by}", state=TaskState.OPEN, claimed_by=None)
            for task in self._these(ids, {TaskState.DONE})
            if task.id not in self._closed and task.summary != FORGOTTEN
        ]

    async def note(self, ids: Sequence[str], by: str, text: str) -> list[Task]:
        kept = [task for task in self._these(ids, set(TaskState)) if task.summary != FORGOTTEN]
        return [self._moved(task, f"noted by {by}: {text[:LONGEST_NOTE]}") for task in kept]

    def _these(self, ids: Sequence[str], states: Collection[TaskState]) -> list[Task]:
        return [task for task in self.all if task.id in ids and task.state in states]

    def _moved(self, task: Task, line: str, **changed: object) -> Task:
        return self._write(replace(task, trace=(*task.trace, line), **changed))  # type: ignore[arg-type]  # its fields

    def _end(self, task: Task, line: str) -> None:
        self._closed.add(task.id)
        self._write(replace(task, state=TaskState.DONE, trace=(*task.trace, line)))

    def _write(self, task: Task) -> Task:
        self._tasks[task.id] = msgspec.json.encode(task)
        return task


def _is_wanted(task: Task, wanted: TaskFilter) -> bool:
    named = (
        (wanted.assignee, task.claimed_by),
        (wanted.flight, task.flight),
        (wanted.booking, task.booking),
    )
    return (
        task.state in wanted.states
        and task.kind in wanted.kinds
        and not (wanted.unassigned and task.claimed_by)
        and all(name in (None, has) for name, has in named)
    )


def _age(task: Task) -> datetime:
    return task.created_at


def _due(task: Task) -> tuple[float, str]:
    return (task.resolve_by.timestamp() if task.resolve_by else math.inf, task.id)


def _task(text: bytes) -> Task:
    return msgspec.json.decode(text, type=Task)
