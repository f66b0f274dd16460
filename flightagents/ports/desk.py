"""What staff do: about a flight, about a task, and the log of it all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flightagents.domain.acts import About, Act
from flightagents.domain.handling import Handling, Note, Seen
from flightagents.domain.pages import Page
from flightagents.domain.tasks import UNFINISHED, Task, TaskKind, TaskState

MOST_AT_ONCE = 500
"""Flights or tasks of one act, and entries of one page."""


class HeldFlights(Protocol):
    """The flights whose messages to travellers wait."""

    async def held(self) -> frozenset[str]:
        """Give them, each with every flight that it became or was: a hold follows the story."""


class Handlings(HeldFlights, Protocol):
    """What staff have done about flights. Acts on many flights cost as much as on one."""

    async def get(self, flights: Sequence[str]) -> dict[str, Handling]:
        """Give those of these flights about which anything was done."""

    async def see(self, seen: Mapping[str, Seen], until: datetime | None = None) -> None:
        """Note what was seen of each flight; with `until` it is only put off."""

    async def assign(
        self, flights: Sequence[str], to: str | None, *, by: str, force: bool = False
    ) -> dict[str, str]:
        """Give flights to somebody, or, with None, take them from whoever has them.

        Without `force` only those that nobody else than `by` or `to` has: give who has the others.
        """

    async def note(self, flights: Sequence[str], note: Note) -> None:
        """Add a note to each; the oldest leave."""

    async def empty_notes(self, flight: str, texts: Sequence[str]) -> None:
        """Put "(forgotten)" into the place of these texts; that there was a note stays."""

    async def hold(self, flights: Sequence[str], by: str, at: datetime) -> set[str]:
        """Let the messages to their travellers wait; give those of which they did not wait yet."""

    async def release(self, flights: Sequence[str]) -> set[str]:
        """Let them go, to be judged anew; give those of which they waited."""

    async def holding(self) -> list[Handling]:
        """Give each flight that somebody holds, as it was named then."""


class ToldOfConnections(Protocol):
    """Which connections are in danger, by what was decided about them."""

    async def at_risk(self, flights: Collection[str]) -> dict[str, int]:
        """Count the people of each flight whose connection from it is in danger, or lost."""


class Audit(Protocol):
    """The log of the staff's acts. Nothing in it is changed; it forgets by age alone."""

    async def write(self, acts: Sequence[Act]) -> None:
        """Add acts."""

    async def read(
        self,
        *,
        about: About | None = None,
        by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Act]:
        """Give a page of acts, newest first. Raises CursorError."""


class TaskSort(StrEnum):
    """What a list of tasks may be sorted by; the id parts equals."""

    DUE = "due"
    """The one to be resolved the soonest first, overdue ones before all; those without such a time last."""
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks, and in which order; None asks for any."""

    states: frozenset[TaskState] = UNFINISHED
    kinds: frozenset[TaskKind] = field(default_factory=lambda: frozenset(TaskKind))
    assignee: str | None = None
    unassigned: bool = False
    """Those that nobody has, or had."""
    flight: str | None = None
    booking: str | None = None
    sort: TaskSort = TaskSort.NEWEST


class TaskDesk(Protocol):
    """Tasks as staff work on them. An act gives the tasks that it has changed."""

    async def find(
        self, wanted: TaskFilter, *, limit: int = 50, after: str | None = None, before: str | None = None
    ) -> Page[Task]:
        """Give a page of tasks. Raises CursorError."""

    async def of_ids(self, ids: Sequence[str]) -> dict[str, Task]:
        """Give those of these tasks that there are."""

    async def of_flights(self, flights: Sequence[str], kinds: Sequence[TaskKind]) -> list[Task]:
        """Give the unfinished tasks of these kinds about these flights."""

    async def counts(self) -> dict[tuple[TaskKind, TaskState], int]:
        """Count the unfinished tasks."""

    async def assign(self, ids: Sequence[str], to: str, *, by: str, force: bool = False) -> list[Task]:
        """Give tasks to somebody; without `force` only those that nobody else than `by` or `to` has."""

    async def release(self, ids: Sequence[str], by: str) -> list[Task]:
        """Let anybody take tasks that somebody has in hand."""

    async def finish(self, ids: Sequence[str], by: str, note: str = "") -> list[Task]:
        """Note that they are done."""

    async def reopen(self, ids: Sequence[str], by: str) -> list[Task]:
        """Open tasks again that somebody has done; not what ended by itself, nor what was erased."""

    async def note(self, ids: Sequence[str], by: str, text: str) -> list[Task]:
        """Add a note to what happened to them. It is erased with the person that they are about."""
