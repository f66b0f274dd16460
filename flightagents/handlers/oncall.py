"""A cancellation shortly before departure that nobody takes in hand -> an SMS to the on-call number.

The row goes into the ledger like any other; staff_recheck.py judges it anew before deliver.py sends it.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.notifications import Notification, StaffNotice
from flightagents.domain.rules import ON_CALL_RULE
from flightagents.domain.said import Said
from flightagents.domain.tasks import Task, TaskKind, TaskState
from flightagents.domain.times import at_latest
from flightagents.handlers.counting import count_written
from flightagents.handlers.staff_rows import staff_key
from flightagents.ports import FlightStore, Ledger, Tasks

URGENT_WITHIN = timedelta(hours=4)
"""Of the departure: earlier than that the office has time."""
ALARM_AFTER = timedelta(minutes=10)
"""How long a task waits for somebody to take it."""
ALARM_AGAIN_AFTER = timedelta(minutes=15)
"""Since the first alarm; there is no third."""


class AlarmOnCall:
    """Alarms for each such task once, and once more."""

    def __init__(
        self,
        *,
        tasks: Tasks,
        flights: FlightStore,
        ledger: Ledger,
        address_key: Callable[[str], str],
        phone: str,
        clock: Clock,
    ) -> None:
        self._tasks = tasks
        self._flights = flights
        self._ledger = ledger
        self._address_key = address_key
        self._phone = phone
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        now = self._clock.now()
        unfinished = await self._tasks.unfinished([TaskKind.REBOOK, TaskKind.CALL])
        waiting = [task for task in unfinished if task.state is TaskState.OPEN and task.flight]
        due = [task for task in waiting if now - task.created_at >= ALARM_AFTER]
        states = await self._flights.known_states(sorted({str(task.flight) for task in due})) if due else {}
        alarms = await self._ledger.add(
            [
                self._row(task, state, now)
                for task in due
                if (state := states.get(str(task.flight))) is not None and _is_urgent(state, now)
            ]
        )
        count_written(alarms)

    def _row(self, task: Task, state: FlightState, now: datetime) -> Notification:
        again = now - task.created_at >= ALARM_AFTER + ALARM_AGAIN_AFTER
        title = "Still nobody has taken this task" if again else "Nobody has taken this task"
        return Notification(
            id=_row_id(task, again=again),
            flight=state.flight,
            ordinal=state.ordinal,
            booking=None,
            channel=Channel.SMS,
            address_key=staff_key(self._address_key, self._phone),
            said=Said.ON_CALL,
            notice=None,
            rule=ON_CALL_RULE,
            staff=StaffNotice(
                title=title,
                lines=tuple(_lines(task)),
                flights=(state.flight,),
                severity="critical",
                task=task.id,
            ),
            created_at=now,
            expires_at=_leaves(state),
        )


def _is_urgent(state: FlightState, now: datetime) -> bool:
    left = _leaves(state) - now
    return state.disruption is Status.CANCELLED and timedelta() < left <= URGENT_WITHIN


def _lines(task: Task) -> Iterator[str]:
    yield task.summary
    yield f"task {task.id}"


def _row_id(task: Task, *, again: bool) -> str:
    """A task that was opened anew alarms anew."""
    text = f"{ON_CALL_RULE}|{task.id}|{task.created_at.isoformat()}|{again}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _leaves(state: FlightState) -> datetime:
    """A flight that was late and is then cancelled has its travellers at the gate."""
    return at_latest(max(state.departure.scheduled, state.departure.expected))
