"""A desk whose bookings and flights are looked at each minute: what comes out are tasks for staff."""

from datetime import timedelta
from typing import Any

from flightagents.aviationstack.showing import Showing
from flightagents.domain.tasks import UNFINISHED, Task, TaskKind
from flightagents.handlers.looked_for import LookedFor
from flightagents.handlers.task_reasons import TaskReasons
from flightagents.handlers.tasks import LookForTasks
from flightagents.handlers.watch import WatchFlights
from tests.support.agency import Agency, address_key, zone_of
from tests.support.feed_plans import FakeQueryStandings, standing
from tests.support.rows import run_of


class Desk(Agency):
    """An agency with an archive, so that a look knows what the newest run showed."""

    def __init__(self, missing_for: timedelta = timedelta()) -> None:
        super().__init__()
        self.standings = FakeQueryStandings()
        self.answered = ["flight_iata=BA117"]
        """Queries that each run of the feed is of, and answered."""
        self.watch = WatchFlights(self.flights, self.archive, self.clock)

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
                clock=self.clock,
            ),
            audience=self.worker.audience,
            rebooking=self.worker.rebooking,
            zone_of=zone_of,
            address_key=address_key,
            looked_for=LookedFor(self.standings, Showing, zone_of),
            clock=self.clock,
            missing_for=missing_for,
        )

    async def shows(self, *rows: dict[str, Any], heard: bool = True) -> None:
        """Let the feed show a run; unless `heard`, nobody has taken its changes in yet."""
        changes = self.looks(*rows)
        records = run_of(list(rows), self._run, self.clock.now())
        await self.archive.store([self.archive.document(record) for record in records])
        now = self.clock.now()
        for query in self.answered:
            await self.standings.note(standing(query, asked_at=now, good_at=now, total=None))
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
