"""A flight with travellers is cancelled or diverted -> a task for staff, which ends when it is on again.

Opened as soon as the change arrives (alert.py), and by the minute's look (tasks.py) for what a crash left.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from flightagents.clock import Clock
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.watching import rebook
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case
from flightagents.ports import Tasks

WHY_REBOOKING_ENDS = "it is on again, or nobody is booked on it"

_DISRUPTIONS = frozenset(
    {
        Kind.CANCELLED_UNCONFIRMED,
        Kind.CANCELLED,
        Kind.REINSTATED_UNCONFIRMED,
        Kind.REINSTATED,
        Kind.DIVERTED_UNCONFIRMED,
        Kind.DIVERTED,
    }
)


class RebookTasks:
    """Keeps the tasks of disrupted flights true."""

    def __init__(self, tasks: Tasks, audience: Audience, clock: Clock) -> None:
        self._tasks = tasks
        self._audience = audience
        self._clock = clock

    async def on_changes(self, changes: Sequence[Change]) -> None:
        """Open and end what these changes give reason for; of no disruption, nothing is asked."""
        flights = sorted({change.flight for change in changes if _is_of_disruption(change)})
        if flights:
            known = [
                task for task in await self._tasks.unfinished([TaskKind.REBOOK]) if task.flight in flights
            ]
            wanted = self.wanted(await self._audience.of_flights(flights), known)
            await self._tasks.open(wanted, again=True)
            gone = {task.id for task in known} - {task.id for task in wanted}
            await self._tasks.close(sorted(gone), WHY_REBOOKING_ENDS)

    def wanted(self, cases: Iterable[Case], known: Iterable[Task]) -> list[Task]:
        """Give the tasks that ought to stand for the flights of these cases."""
        states: dict[str, FlightState] = {}
        travellers: Counter[str] = Counter()
        for case in cases:
            states[case.state.flight] = case.state
            travellers[case.state.flight] += 1
        standing = {task.flight: task for task in known if task.kind is TaskKind.REBOOK}
        now = self._clock.now()
        tasks = (
            rebook(state, travellers[flight], standing.get(flight), now) for flight, state in states.items()
        )
        return [task for task in tasks if task is not None]


def _is_of_disruption(change: Change) -> bool:
    """A flight may be cancelled already when it is seen first."""
    seen_so = change.kind is Kind.FIRST_SEEN and change.state is not None and change.state.disruption
    return change.kind in _DISRUPTIONS or bool(seen_so)
