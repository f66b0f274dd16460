"""What is wrong at this moment, for the page that staff keep open all day: the most urgent first.

It reads only. The questions are the same few however many flights and travellers there are, and most of them
are asked at the same time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.disruptions_now import (
    Disruption,
    Facts,
    Person,
    disruption,
    most_urgent_first,
)
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.message_list import LastWord, Reach
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task, TaskKind
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case
from flightagents.ports import (
    Bookings,
    ChangeSearch,
    FlightSearch,
    Handlings,
    MessageSearch,
    Silences,
    TaskDesk,
)
from flightagents.ports.desk import ToldOfConnections

BEFORE = timedelta(hours=6)
"""Since it left, or arrived: longer ago nobody stands at the counter any more."""
AHEAD = timedelta(hours=24)
MOST = 300
"""Flights of one page; of a day with more, first those with travellers of ours, then the gravest."""
KNOWN_FOR = timedelta(seconds=10)
"""Real time for which it holds which of so many flights somebody is booked on."""

_BEST_FIRST = tuple(Reach)


@dataclass(frozen=True, slots=True)
class Now:
    """The page. `cut`: there are more than it shows."""

    at: datetime
    disruptions: Sequence[Disruption]
    cut: bool


class ShowNow:
    """Collects the facts. `person_key` hashes the id of a booking."""

    def __init__(
        self,
        *,
        search: FlightSearch,
        changes: ChangeSearch,
        audience: Audience,
        words: MessageSearch,
        silences: Silences,
        connections: ToldOfConnections,
        handlings: Handlings,
        tasks: TaskDesk,
        bookings: Bookings,
        person_key: Callable[[str], str],
        clock: Clock,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._search = search
        self._changes = changes
        self._audience = audience
        self._words = words
        self._silences = silences
        self._connections = connections
        self._handlings = handlings
        self._tasks = tasks
        self._bookings = bookings
        self._person_key = person_key
        self._clock = clock
        self._ticks = ticks
        self._known: tuple[float, Sequence[str]] | None = None

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
        wanted = [flight for flight in ours if flight not in {row.flight for row in rows}][:limit]
        found = {row.flight: row for row in rows} | (await self._search.rows(wanted) if wanted else {})
        first = [found[flight] for flight in ours if flight in found][:limit]
        taken = {row.flight for row in first}
        return [*first, *(row for row in rows if row.flight not in taken)][:limit]

    async def _ours(self, now: datetime) -> Sequence[str]:
        """Give the flights that somebody may be booked on, the gravest first; asked for now and then."""
        if self._known is None or self._ticks() - self._known[0] >= KNOWN_FOR.total_seconds():
            numbers = await self._search.numbers_of_disrupted(now, before=BEFORE, ahead=AHEAD)
            every = sorted({each for theirs in numbers.values() for each in theirs})
            around = [now.date() + timedelta(days=days) for days in range(-2, 4)]
            flown = await self._bookings.numbers_flown(every, around)
            ours = [flight for flight, theirs in numbers.items() if not flown.isdisjoint(theirs)]
            self._known = self._ticks(), ours
        return self._known[1]

    async def of(self, row: FlightRow) -> Disruption:
        """Give one flight, disrupted or not, as the page would show it."""
        facts = await self.facts([row.flight])
        return disruption(row, facts[row.flight], self._clock.now())

    async def facts(self, flights: Sequence[str]) -> dict[str, Facts]:
        """Give what is known of each of these flights."""
        if not flights:
            return {}
        held = await self._handlings.held()
        cases, words, changes, handlings, tasks, at_risk = await asyncio.gather(
            self._audience.of_flights(flights, whole=True),
            self._words.standing_of(flights),
            self._changes.latest(flights),
            self._handlings.get(flights),
            self._tasks.of_flights(flights, list(TaskKind)),
            self._connections.at_risk(flights),
        )
        theirs = _by_flight(cases)
        silences = await self._silences_of(theirs, words)
        tasks_of: dict[str, list[Task]] = defaultdict(list)
        for task in tasks:
            tasks_of[task.flight or ""].append(task)
        return {
            flight: Facts(
                last_change=changes.get(flight),
                people=self._people(theirs.get(flight, ()), words.get(flight, {}), silences.get(flight, {})),
                aside=[case.aside for case in theirs.get(flight, ()) if case.aside is not None],
                handling=handlings.get(flight),
                held=flight in held,
                connections_at_risk=at_risk.get(flight, 0),
                tasks=tasks_of.get(flight, ()),
            )
            for flight in flights
        }

    async def _silences_of(
        self, theirs: Mapping[str, Sequence[Case]], words: Mapping[str, Mapping[str, LastWord]]
    ) -> Mapping[str, Mapping[str, Reason]]:
        """Ask only about flights of which somebody has no word at all."""
        wanted = [
            flight
            for flight, cases in theirs.items()
            if any(case.aside is None and case.booking.id not in words.get(flight, {}) for case in cases)
        ]
        return await self._silences.newest_of(wanted) if wanted else {}

    def _people(
        self, cases: Sequence[Case], words: Mapping[str, LastWord], silences: Mapping[str, Reason]
    ) -> list[Person]:
        return [self._person(case, words, silences) for case in cases if case.aside is None]

    def _person(self, case: Case, words: Mapping[str, LastWord], silences: Mapping[str, Reason]) -> Person:
        """Of two bookings with one address the ledger names one: whoever is told by it is told by both."""
        theirs = [words[each.id] for each in case.bookings if each.id in words]
        if theirs:
            return Person(word=min(theirs, key=_newest_and_farthest))
        return Person(silence=silences.get(self._person_key(case.booking.id)) if silences else None)


def _newest_and_farthest(word: LastWord) -> tuple[int, int, int]:
    return -word.ordinal, -word.turn, _BEST_FIRST.index(word.reach)


def _by_flight(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.state.flight].append(case)
    return found
