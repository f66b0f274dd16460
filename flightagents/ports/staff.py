"""What the agency's staff are told, and have to do."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.notifications import (
    Notification,
)
from flightagents.domain.rules import StaffRule
from flightagents.domain.tasks import Task, TaskKind


class StaffRules(Protocol):
    """Whom of its staff the agency tells of what."""

    async def all(self) -> list[StaffRule]:
        """Give all rules, by name."""

    async def kept(self) -> list[KeptRule]:
        """Give all rules with who put them in force and when, by name."""

    async def put(self, kept: KeptRule) -> bool:
        """Store a rule in the place of the version before it, the first in the place of none.

        False if another version stands there, or none where there should be one.
        """

    async def remove(self, name: str, version: int) -> bool:
        """Remove that version of a rule; False if it does not stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which changes of the history: from `begin` on, before `end`. An empty filter means all.

    `airports` are those of either end, `airlines` operating or selling.
    """

    begin: datetime
    end: datetime
    airports: tuple[str, ...] = ()
    airlines: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    severities: tuple[Severity, ...] = ()


class ChangeHistory(Protocol):
    """All changes that there have been, in the order of time."""

    async def begins(self) -> datetime | None:
        """Give when the oldest change was; None where there is none."""

    def walk(self, query: HistoryQuery, within: timedelta) -> AsyncGenerator[Sequence[Change], None]:
        """Give changes in the order of time, some at a time; those of one moment in no order.

        More than asked for may come. Raises TooSlowError where the database works on it for longer than
        `within`, HistoryOutageError where it goes away meanwhile.
        """


class StaffRows(Protocol):
    """The ledger's rows for staff, by address."""

    async def to_staff(self, address_keys: Sequence[str], since: datetime) -> list[Notification]:
        """Give the rows for staff at these addresses that were made since then, oldest first.

        The words that were sent, and what happened to a row, are left out.
        """


class Tasks(Protocol):
    """What needs a person at the agency."""

    async def open(self, tasks: Sequence[Task], *, again: bool = False) -> list[Task]:
        """Add tasks that are not there yet, whatever their state; give those that were added.

        The words of one that nobody has done yet follow. `again`: also one that `close` ended is opened anew;
        what somebody has done stays done.
        """

    async def close(self, ids: Sequence[str], why: str) -> None:
        """End tasks that nobody has to do any more; those that are done stay as they are."""

    async def unfinished(self, kinds: Collection[TaskKind]) -> list[Task]:
        """Give those of these kinds that somebody still has to do, oldest first."""

    async def erase(self, bookings: Sequence[str]) -> None:
        """Take people out of the tasks about them, with what was written of them; nobody has to do those.

        A task of theirs under another booking, which stays, loses their words alone.
        """
