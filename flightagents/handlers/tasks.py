"""Looks at what is booked of these days once a minute: what needs a person, and what needs none any more.

Most of what is booked gives no task: task_reasons.py finds what may, and only of that the bookings are read.
A task is opened once, and ends by itself when its reason is gone.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date, datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Match, Segment, Ticket, match
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.tracking import advance
from flightagents.domain.watching import (
    ambiguous_booking,
    conflicting_times,
    moved_flight,
    not_in_feed,
    overdue_silent,
)
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case
from flightagents.handlers.task_reasons import Named, TaskReasons, number
from flightagents.handlers.tasks_rebook import WHY_REBOOKING_ENDS, RebookTasks
from flightagents.handlers.turns import in_turns
from flightagents.ports import Archive, Bookings, Tasks

LOOK_BACK = timedelta(days=1)
"""A local date lasts until 36 hours after it began in UTC."""
LOOK_AHEAD = timedelta(days=2)
"""The feed shows a flight about 6 h before it leaves: of later dates there is nothing to say yet."""
PORTION = 10
"""Flights whose people are asked for at once."""
TICKETS = 250
"""Tickets that are looked at before others get their turn."""
MISSING_FOR = timedelta(minutes=10)
"""A flight whose first record is on its way through the agents is not missing yet."""

WHY_IT_ENDS = {
    TaskKind.AMBIGUOUS_BOOKING: "the number means one flight, or the segment is flown no more",
    TaskKind.NOT_IN_FEED: "the feed shows it, or it should have left",
    TaskKind.OVERDUE_SILENT: "it has left, is said to be late, or nobody is booked on it",
    TaskKind.MOVED_FLIGHT: "it has left, or nobody is booked on it",
    TaskKind.CONFLICTING_TIMES: "the times agree, or it has left",
    TaskKind.REBOOK: WHY_REBOOKING_ENDS,
}


class LookForTasks:
    """Opens and ends the tasks that bookings and flights give as they stand."""

    def __init__(
        self,
        *,
        tasks: Tasks,
        bookings: Bookings,
        archive: Archive,
        reasons: TaskReasons,
        audience: Audience,
        rebooking: RebookTasks,
        zone_of: Callable[[str], str | None],
        address_key: Callable[[str], str],
        looked_for: Callable[[], Awaitable[Callable[[Segment], bool]]],
        clock: Clock,
        missing_for: timedelta = MISSING_FOR,
    ) -> None:
        self._tasks = tasks
        self._bookings = bookings
        self._archive = archive
        self._reasons = reasons
        self._audience = audience
        self._rebooking = rebooking
        self._zone_of = zone_of
        self._address_key = address_key
        self._looked_for = looked_for
        self._clock = clock
        self._missing_for = missing_for
        self._missing_since: dict[str, datetime] = {}

    async def __call__(self) -> None:
        """Look once. What is opened meanwhile by somebody else was not seen, and is not ended."""
        now = self._clock.now()
        since, until = (now - LOOK_BACK).date(), (now + LOOK_AHEAD).date()
        known = [task for task in await self._tasks.unfinished(WHY_IT_ENDS) if _may_end(task, since, until)]
        was_looked_for = await self._looked_for()
        reasons = await self._reasons.find(since, until, known, was_looked_for)
        tickets = await self._bookings.tickets(reasons.numbers)
        cases = [
            case for case in await self._cases(reasons.flights) if since <= case.segment.flight_date <= until
        ]
        wanted = [
            *await self._of_tickets(tickets, reasons.named, {task.id for task in known}, was_looked_for, now),
            *await self._of_open(cases, reasons.silent, now),
            *_of_moves(cases, now),
            *self._rebooking.wanted(cases, known),
        ]
        await self._tasks.open(wanted, again=True)
        kept = {task.id for task in wanted}
        for kind, why in WHY_IT_ENDS.items():
            gone = [task.id for task in known if task.kind is kind and task.id not in kept]
            if gone:
                await self._tasks.close(gone, why)

    async def _cases(self, flights: Sequence[str]) -> list[Case]:
        """Give everyone on these flights; while a portion is looked at, others wait."""
        portions = (flights[start : start + PORTION] for start in range(0, len(flights), PORTION))
        return [case for portion in portions for case in await self._audience.of_flights(portion)]

    async def _of_tickets(
        self,
        tickets: Sequence[Ticket],
        flights: Named,
        known: set[str],
        was_looked_for: Callable[[Segment], bool],
        now: datetime,
    ) -> list[Task]:
        tasks: dict[str, Task] = {}
        missing: dict[str, datetime] = {}
        async for ticket in in_turns(tickets, TICKETS):
            segment = ticket.segment
            zone = self._zone_of(segment.departure) if segment.departure else None
            named = flights.get(number(segment), ())
            key = self._address_key(ticket.reference)
            task = None
            match match(segment, named)[0]:
                case Match.AMBIGUOUS:
                    task = ambiguous_booking(ticket, named, zone, now, reference_key=key)
                case Match.NOT_YET if was_looked_for(segment):
                    task = not_in_feed(ticket, zone, now, reference_key=key)
                    if task is not None and task.id not in known:
                        missing[task.id] = since = self._missing_since.get(task.id, now)
                        task = task if now - since >= self._missing_for else None
                case Match.NOT_YET | Match.PAST | Match.SEEN:
                    pass
            if task is not None:
                tasks.setdefault(task.id, task)
        self._missing_since = missing
        return list(tasks.values())

    async def _of_open(self, cases: Sequence[Case], silent: Collection[str], now: datetime) -> list[Task]:
        """Look at the newest rows too: a schedule that is moved to where the delay pointed is no change."""
        states = {case.state.flight: case.state for case in cases if case.state.open}
        travellers = Counter(case.state.flight for case in cases)
        shown = await self._archive.newest_rows(list(states)) if states else {}
        states |= {flight: advance(states[flight], sighting)[0] for flight, sighting in shown.items()}
        tasks = [conflicting_times(state, travellers[flight], now) for flight, state in states.items()]
        tasks += [
            overdue_silent(states[flight], row.polled_at, travellers[flight], now)
            for flight, row in shown.items()
            if flight in silent
        ]
        return [task for task in tasks if task is not None]


def _of_moves(cases: Sequence[Case], now: datetime) -> list[Task]:
    states: dict[str, FlightState] = {}
    travellers: Counter[tuple[str, str]] = Counter()
    for case in cases:
        if (old := case.moved_from) is not None and case.aside is None:
            states |= {old.flight: old, case.state.flight: case.state}
            travellers[old.flight, case.state.flight] += 1
    tasks = (moved_flight(states[old], states[new], count, now) for (old, new), count in travellers.items())
    return [task for task in tasks if task is not None]


def _may_end(task: Task, since: date, until: date) -> bool:
    """A disrupted flight of another date was not looked at: its task waits for somebody."""
    if task.kind is not TaskKind.REBOOK or task.flight is None:
        return True
    return since <= FlightId.parse(task.flight).date <= until
