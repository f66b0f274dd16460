"""What is wrong at this moment, for the page that staff keep open all day: the most urgent first.

It reads only. The questions are the same few however many flights and travellers there are, and most of them
are asked at the same time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.disruptions_now import Disruption, Facts, disruption, most_urgent_first
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.trouble import Trouble
from flightagents.handlers.now_travellers import Travellers
from flightagents.handlers.ours import AHEAD, BEFORE, Ours
from flightagents.ports import FlightSearch, Handlings, Sights, TaskDesk

MOST = 300
"""Flights of one page; of a day with more, first those with travellers of ours, then the gravest."""
Look = Callable[[Sequence[str]], Awaitable[Mapping[str, Travellers]]]


@dataclass(frozen=True, slots=True)
class Now:
    """The page. `cut`: there are more than it shows."""

    at: datetime
    disruptions: Sequence[Disruption]
    cut: bool


class ShowNow:
    """Collects the facts. `travellers` looks at who is on flights and who knows, `ours` at whose they are."""

    def __init__(
        self,
        *,
        search: FlightSearch,
        ours: Ours,
        travellers: Look,
        handlings: Handlings,
        tasks: TaskDesk,
        sights: Sights,
        clock: Clock,
    ) -> None:
        self._search = search
        self._ours = ours
        self._travellers = travellers
        self._handlings = handlings
        self._tasks = tasks
        self._sights = sights
        self._clock = clock

    async def __call__(self, *, limit: int = MOST) -> Now:
        """Give what is wrong, the most urgent first."""
        now, limit = self._clock.now(), min(limit, MOST)
        rows = await self._search.disrupted(now, before=BEFORE, ahead=AHEAD, limit=limit + 1)
        shown = rows if len(rows) <= limit else await self._ours_first(rows, now, limit)
        facts = await self.facts([row.flight for row in shown])
        found = [disruption(row, facts[row.flight], now) for row in shown]
        return Now(now, most_urgent_first(found), cut=len(rows) > limit)

    async def _ours_first(self, rows: Sequence[FlightRow], now: datetime, limit: int) -> list[FlightRow]:
        """Let no flight of our travellers be cut off for a graver one with nobody of ours on it."""
        ours = await self._ours(now)
        found = {row.flight: row for row in rows}
        wanted = [flight for flight in ours if flight not in found][:limit]
        others = await self._search.rows(wanted) if wanted else {}
        found |= {flight: row for flight, row in others.items() if row.trouble is not Trouble.NONE}
        first = [found[flight] for flight in ours if flight in found][:limit]
        taken = {row.flight for row in first}
        return [*first, *(row for row in rows if row.flight not in taken)][:limit]

    async def of(self, row: FlightRow) -> Disruption:
        """Give one flight, disrupted or not, as the page would show it."""
        facts = await self.facts([row.flight])
        return disruption(row, facts[row.flight], self._clock.now())

    async def facts(self, flights: Sequence[str]) -> dict[str, Facts]:
        """Give what is known of each of these flights."""
        if not flights:
            return {}
        travellers, held, handlings, tasks, sights = await asyncio.gather(
            self._travellers(flights),
            self._handlings.held(),
            self._handlings.get(flights),
            self._tasks.of_flights(flights, list(TaskKind)),
            self._sights.of(flights),
        )
        tasks_of: dict[str, list[Task]] = defaultdict(list)
        for task in tasks:
            tasks_of[task.flight or ""].append(task)
        return {
            flight: Facts(
                last_change=known.last_change,
                reached=known.reached,
                handling=handlings.get(flight),
                held=flight in held,
                connections_at_risk=known.connections_at_risk,
                tasks=tasks_of.get(flight, ()),
                sight=sights.get(flight),
            )
            for flight, known in ((flight, travellers[flight]) for flight in flights)
        }
