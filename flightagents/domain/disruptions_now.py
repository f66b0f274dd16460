"""A disrupted flight as staff see it now: what is wrong, whom of ours it hits, who knows, and what is done.

`handlers/now.py` collects the facts; here they are put together and sorted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flightagents.domain.changes import Change
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import Attention, Handling, needs_attention
from flightagents.domain.message_list import LastWord, Reach
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.sights import KeptSight
from flightagents.domain.tasks import Task
from flightagents.domain.urgency import Urgency, resolve_by, urgency_of

UNDECIDED = "undecided"
"""Why somebody was not told of whom nothing is written: the decision is on its way, or was never needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A traveller of a flight, by booking: their last word of it, and else why there is none."""

    word: LastWord | None = None
    silence: Reason | None = None

    @property
    def why_not_told(self) -> str | None:
        """Name why they were not told: how their row ended, or a reason; None where they are told."""
        if self.word is None:
            return self.silence.value if self.silence is not None else UNDECIDED
        if self.word.reach is not Reach.NOT_TOLD:
            return None
        failed = self.word.state in (State.FAILED, State.DEAD)
        return self.word.state.value if failed else self.word.reason.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many travellers of a flight know. `told`, `unsure`, `waiting` and `not_told` add up to all."""

    travellers: int = 0
    told: int = 0
    unsure: int = 0
    """It may have left, and nobody knows yet."""
    waiting: int = 0
    """To be sent: now, later, or when staff release it."""
    not_told: Mapping[str, int] = field(default_factory=dict)
    """By why not, the most frequent first: a Reason, `failed`, `dead`, or `undecided`."""
    aside: Mapping[Reason, int] = field(default_factory=dict)
    """Beside them, whom nobody tells: rebooked, ambiguous, left before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one disrupted flight beside its row."""

    last_change: Change | None = None
    reached: Reached = field(default_factory=Reached)
    handling: Handling | None = None
    held: bool = False
    """Its messages wait: it, or a flight that it was or became, is held."""
    connections_at_risk: int = 0
    tasks: Sequence[Task] = ()
    """Those about it that nobody has done yet."""
    sight: KeptSight | None = None
    """How fresh what we know of it is; None where nobody is booked on it, or it has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """One line of the page. Times are UTC, or naive where nobody knows the airport's zone."""

    row: FlightRow
    last_change: Change | None
    reached: Reached
    connections_at_risk: int
    tasks: tuple[Task, ...]
    resolve_by: datetime
    """Until when staff can help, in UTC: the flight's own time, or that of a task which is due sooner."""
    handling: Handling
    held: bool
    attention: Attention
    sight: KeptSight | None
    urgency: Urgency


def disruption(row: FlightRow, facts: Facts, now: datetime) -> Disruption:
    """Put one together."""
    handling = facts.handling or Handling(flight=row.flight)
    due = [task.resolve_by for task in facts.tasks if task.resolve_by and task.resolve_by > now]
    until = min([resolve_by(row), *due])
    return Disruption(
        row=row,
        last_change=facts.last_change,
        reached=facts.reached,
        connections_at_risk=facts.connections_at_risk,
        tasks=tuple(facts.tasks),
        resolve_by=until,
        handling=handling,
        held=facts.held,
        attention=needs_attention(handling, row, now),
        sight=facts.sight,
        urgency=urgency_of(row, facts.reached.travellers, now, until),
    )


def reach_of(people: Sequence[Person], aside: Sequence[Reason] = ()) -> Reached:
    """Count how many know."""
    if not people and not aside:
        return _NOBODY
    reaches = Counter(each.word.reach for each in people if each.word is not None)
    why = Counter(reason for each in people if (reason := each.why_not_told) is not None)
    return Reached(
        travellers=len(people),
        told=reaches[Reach.TOLD],
        unsure=reaches[Reach.UNSURE],
        waiting=reaches[Reach.WAITING],
        not_told=dict(why.most_common()),
        aside=dict(Counter(aside).most_common()),
    )


_NOBODY = Reached()
"""Of most flights that are disrupted none of our travellers is on board."""


def most_urgent_first(disruptions: Iterable[Disruption]) -> list[Disruption]:
    """Sort them: what is put off or in hand keeps its place, so that nothing jumps when somebody clicks."""
    return sorted(disruptions, key=lambda each: (-each.urgency.score, -each.urgency.alone, each.row.flight))
