"""A connection that cannot be made any more -> a task for staff, which ends when it can be made again."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flightagents.domain.connections import Standing
from flightagents.domain.flight import Status
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.domain.times import at_latest, to_local
from flightagents.handlers.itineraries import Change
from flightagents.ports import Tasks

LOST = frozenset({Standing.MISSED, Standing.INBOUND_CANCELLED})
"""Staff have to find another way."""
RESOLVED = frozenset({Standing.KEPT, Standing.ONWARD_CANCELLED})
"""Nobody has to any more; the cancelled flight is a task by itself."""
WHY_IT_ENDS = "the connection can be made again, or its onward flight is cancelled"

_TICKETS = {
    True: "one ticket: have the airline rebook the journey",
    False: "separate tickets: save the onward ticket before it leaves",
    None: "have the airline rebook the journey if it is one ticket, else save the onward one in time",
}
"""What to do, by whether the booking says that all its flights are on one ticket."""


class ConnectionTasks:
    """Keeps the tasks of connections true. `person_key` hashes the id of a booking."""

    def __init__(self, tasks: Tasks, person_key: Callable[[str], str]) -> None:
        self._tasks = tasks
        self._person_key = person_key

    async def follow(self, changes: Sequence[Change], now: datetime) -> None:
        """Open and end what these connections give reason for: at most one call for each."""
        standings = [(change, change.standing(now)) for change in changes]
        lost = [self._task(change, now) for change, standing in standings if standing in LOST]
        if lost:
            await self._tasks.open(lost, again=True)
        resolved = [self._id(change) for change, standing in standings if standing in RESOLVED]
        if resolved:
            await self._tasks.close(resolved, WHY_IT_ENDS)

    def _task(self, change: Change, now: datetime) -> Task:
        return Task(
            id=self._id(change),
            kind=TaskKind.CONNECTION,
            flight=change.case.state.flight,
            booking=change.booking.id,
            summary=_summary(change),
            created_at=now,
            resolve_by=at_latest(change.connection.leaves),
        )

    def _id(self, change: Change) -> str:
        return task_id(TaskKind.CONNECTION, self._person_key(change.booking.id), change.id)


def _summary(change: Change) -> str:
    connection, state = change.connection, change.case.state
    arrives, leaves = (
        f"{to_local(moment, connection.zone):%-d %b %H:%M}"
        for moment in (connection.arrives, connection.leaves)
    )
    match state.disruption:
        case Status.CANCELLED:
            happened = "is cancelled"
        case Status.DIVERTED:
            happened = "is diverted"
        case _:
            happened = f"arrives {arrives}"
    onward = f"{connection.to.designator} {connection.airport}-{connection.to.arrival}"
    ticket = _TICKETS[change.protected]
    inbound = f"{change.case.segment.designator} {state.departure.airport}-{state.arrival.airport}"
    return f"{inbound} {happened}, {onward} leaves {leaves}: the connection is lost; {ticket}"
