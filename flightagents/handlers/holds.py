"""Once a minute: flights whose messages staff hold, so that nobody forgets a hold.

A long one, or one on a flight that is about to leave, becomes a task; the task ends with the hold. What waits
and is too late for anybody expires as ever (waiting.py), and a hold on a flight that is over ends by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.flight import FlightState
from flightagents.domain.handling import Handling
from flightagents.domain.stories import whole
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.times import at_latest
from flightagents.domain.watching import held_messages
from flightagents.ports import Audit, FlightStore, Handlings, Tasks, Waiting

OVER_AFTER = timedelta(hours=26)
"""After the arrival: the longest that any message waits is a day and some hours."""
WHY_IT_ENDS = "the messages are released, or the flight is over"
BY_ITSELF = "flightagents"
"""Who has done it, in the log, where nobody has."""


class LookAtHolds:
    """Keeps the tasks of holds true. Where nothing is held it costs two looks into an index."""

    def __init__(
        self,
        *,
        handlings: Handlings,
        flights: FlightStore,
        waiting: Waiting,
        tasks: Tasks,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._handlings = handlings
        self._flights = flights
        self._waiting = waiting
        self._tasks = tasks
        self._audit = audit
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        holding = await self._handlings.holding()
        known = await self._tasks.unfinished([TaskKind.HELD_MESSAGES])
        wanted = await self._wanted(holding) if holding else []
        await self._tasks.open(wanted)
        gone = {task.id for task in known} - {task.id for task in wanted}
        await self._tasks.close(sorted(gone), WHY_IT_ENDS)

    async def _wanted(self, holding: Sequence[Handling]) -> list[Task]:
        now = self._clock.now()
        held = sorted(await self._handlings.held())
        moves = await self._flights.moves_of(held)
        states = await self._flights.known_states(held)
        waiting = await self._waiting.of_travellers(held)
        tasks: list[Task | None] = []
        over: list[str] = []
        for each in holding:
            story = whole(each.flight, moves)
            flies = _flies(story, states)
            if flies is None or now - at_latest(flies.arrival.expected) > OVER_AFTER:
                over.append(each.flight)
            elif not flies.landed:
                count = sum(waiting.get(flight, 0) for flight in story)
                tasks.append(held_messages(each, flies, count, now))
        await self._end(over, now)
        return [task for task in tasks if task is not None]

    async def _end(self, flights: Sequence[str], now: datetime) -> None:
        released = sorted(await self._handlings.release(flights)) if flights else []
        acts = [
            Act(at=now, by=BY_ITSELF, did=Did.RELEASED, about=About(Thing.FLIGHT, each), detail="it is over")
            for each in released
        ]
        if acts:
            await self._audit.write(acts)


def _flies(story: frozenset[str], states: Mapping[str, FlightState]) -> FlightState | None:
    """Give what a flight is now: of those that have not left the first, else the last that did."""
    known = [states[flight] for flight in sorted(story) if flight in states]
    still = [state for state in known if not (state.departed or state.landed)]
    if still:
        return min(still, key=lambda state: at_latest(state.departure.expected))
    return max(known, key=lambda state: at_latest(state.arrival.expected), default=None)
