"""A desk whose bookings and flights are looked at each minute: what comes out are tasks for staff."""

from datetime import timedelta
from typing import Any

from flightagents.domain.bookings import Segment
from flightagents.domain.tasks import UNFINISHED, Task, TaskKind
from flightagents.handlers.task_reasons import TaskReasons
from flightagents.handlers.tasks import LookForTasks
from flightagents.handlers.watch import WatchFlights
from tests.support.agency import Agency, address_key, zone_of
from tests.support.rows import run_of


class Desk(Agency):
    """An agency with an archive, so that a look knows what the newest run showed."""

    def __init__(self, missing_for: timedelta = timedelta()) -> None:
        super().__init__()
        self.not_polled: set[str] = set()
        self.watch = WatchFlights(self.flights, self.archive, self.clock)

        def is_covered(segment: Segment) -> bool:
            return segment.designator not in self.not_polled

        self.look = LookForTasks(
            tasks=self.tasks,
            bookings=self.bookings,
            archive=self.archive,
            reasons=TaskReasons(
                bookings=self.bookings,
                flights=self.flights,
                archive=self.archive,
                audience=self.worker.audience,
                zone_of=zone_of,
                is_covered=is_covered,
                clock=self.clock,
            ),
            audience=self.worker.audience,
            rebooking=self.worker.rebooking,
            zone_of=zone_of,
            address_key=address_key,
            is_covered=is_covered,
            clock=self.clock,
            missing_for=missing_for,
        )

    async def shows(self, *rows: dict[str, Any], heard: bool = True) -> None:
        """Let the feed show a run; unless `heard`, nobody has taken its changes in yet."""
        changes = self.looks(*rows)
        records = run_of(list(rows), self._run, self.clock.now())
        await self.archive.store([self.archive.document(record) for record in records])
        if heard:
            await self.hears(changes)

    async def looks_around(self) -> None:
        """Do what a worker does each minute."""
        await self.watch()
        await self.look()

    def standing(self, kind: TaskKind) -> list[Task]:
        """Give the tasks of a kind that somebody still has to do."""
        return [task for task in self.tasks.of_kind(kind) if task.state in UNFINISHED]

    def summaries(self, kind: TaskKind) -> list[str]:
        return [task.summary for task in self.standing(kind)]
