"""/system: what is broken and what to do, first; then all workers, the feed, the stream, and what waits.

Before it handlers/health.py looked, once for all who ask. Each part is an entry of a live list, and each
problem too, so that one that comes or goes pushes nothing away under the mouse.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from aiohttp import web

from flightagents.domain.budget_sheet import BudgetSheet, counted, next_calls, worst_first
from flightagents.domain.budget_words import amiss
from flightagents.domain.faults import Fault
from flightagents.domain.health import Standing, WorkerState
from flightagents.domain.system_health import SystemHealth
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import Visitor
from flightagents.web.faust_statistics import Figure
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream

NAME = "system"
TOPICS = frozenset({"workers", "polls", "leases", "dead_letters", "sights", "feed_queries", "feed_plan"})
PARTS = ("summary", "workers", "feed", "sight", "waiting", "budget", "stream", "latencies")
CALLS = 10
"""Calls that are shown, the next ones."""
SHOWN = 25
"""Flights of which the news is shown, those that too little is known of first."""
WHERE = {
    Fault.DEAD_LETTERS_RISE: ("/dead-letters", "Dead letters"),
    Fault.LEDGER_STUCK: ("/messages", "Messages"),
}
"""The page where one can do something about it."""


class SystemCalls(Protocol):
    """What the page calls."""

    @property
    def worker(self) -> str:
        """Name the worker whose web server this is."""

    async def health(self) -> SystemHealth:
        """Look at everything; all who ask within two seconds get the same."""

    async def health_anew(self) -> SystemHealth:
        """Look again, now that something has changed."""

    async def budget(self) -> BudgetSheet:
        """Give the month's calls and the age of news."""


class SystemPage:
    """Shows it, and follows it."""

    def __init__(
        self,
        calls: Callable[[], SystemCalls],
        frame: Callable[[], Frame],
        figures: Callable[[], Sequence[Figure]],
    ) -> None:
        """`figures` are Faust's, of this worker."""
        self._calls = calls
        self._frame = frame
        self._figures = figures

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the route and the list. Nothing in it is about a traveller: viewers see all of it."""
        doors.add("GET", "/system", self.show, Role.VIEWER)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show how everything is."""
        calls = self._calls()
        rows = self._rows(await calls.health(), await calls.budget())
        return self._frame().page(request, "system.html", rows=rows, figures=self._figures())

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list as a page follows it."""
        del query, visitor

        async def make() -> Sequence[Row]:
            calls = self._calls()
            return self._rows(await calls.health_anew(), await calls.budget())

        return Listing(NAME, NAME, TOPICS, make)

    def _rows(self, health: SystemHealth, sheet: BudgetSheet) -> list[Row]:
        frame, told = self._frame(), Counter[Fault]()
        rows = []
        for problem in health.problems:
            key = f"{problem.fault}-{told[problem.fault]}"
            told[problem.fault] += 1
            where = WHERE.get(problem.fault)
            text = frame.text("system_problem.html", problem=problem, key=key, where=where, health=health)
            rows.append(Row(key, text))
        if not rows:
            rows.append(Row("well", frame.text("system_well.html")))
        by_topic = groupby(health.partitions, lambda each: each.topic)
        values = {
            "health": health,
            "workers": sorted(health.workers, key=_place),
            "states": Counter(each.state.value for each in health.workers),
            "this_worker": self._calls().worker,
            "sheet": sheet,
            "amiss": amiss(sheet),
            "calls": next_calls(sheet.plan)[:CALLS] if sheet.plan else [],
            "news": worst_first(sheet.news)[:SHOWN],
            "sights": counted(sheet.news),
            "topics": {topic: list(partitions) for topic, partitions in by_topic},
        }
        return rows + [Row(part, frame.text(f"system_{part}.html", **values)) for part in PARTS]


def _place(standing: Standing) -> tuple[int, str]:
    """Keep workers in their places, however often they are seen: the live ones first, then by name."""
    return list(WorkerState).index(standing.state), standing.worker.name
