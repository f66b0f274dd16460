"""The health of the whole system: what all workers and the database tell, put together for staff.

Before it handlers/health.py gathered the facts; problems.py says what is wrong with them, and what to do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.call_plan import CallPlan
from flightagents.domain.polls import PollStanding
from flightagents.domain.sight_report import UNKNOWN, SightReport
from flightagents.domain.tasks import TaskKind
from flightagents.domain.vital_signs import Latency, Measure, Rates, WorkerSigns

SILENT_AFTER = timedelta(seconds=20)
"""Four signs that did not come; Kafka gives a silent worker's partitions to others by then."""
AN_HOUR = timedelta(hours=1)
COUNTED = 1000
"""Where counting what waits stops: how many more there are changes nothing, and would cost."""


class WorkerState(StrEnum):
    """How a worker is doing, as far as one can tell from outside."""

    LIVE = "live"
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Backlog:
    """Notifications that are due and wait, `COUNTED` at most; since when the oldest is (business time)."""

    due: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """Dead letters: all that are kept, and those of the last two hours (business time)."""

    total: int = 0
    last_hour: int = 0
    hour_before: int = 0


@dataclass(frozen=True, slots=True)
class LeaseStanding:
    """Who may poll; the time is real."""

    owner: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CallsMade:
    """Calls of AviationStack in this month of business time, and lately: today and yesterday."""

    month: int = 0
    lately: int = 0
    lately_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What the plan allows in a month; None where nothing limits it."""

    plan: str
    quota: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was read. `now` is the database's real time."""

    now: datetime
    business_now: datetime
    speed: float
    workers: Sequence[WorkerSigns]
    poll: PollStanding | None
    lease: LeaseStanding | None
    poll_interval: timedelta
    """In real time."""
    calls: CallsMade
    budget: Budget
    backlog: Backlog
    letters: Letters
    tasks: Mapping[TaskKind, int] = field(default_factory=dict)
    plan: CallPlan | None = None
    """What the poller follows."""
    planned_at: datetime | None = None
    """When it was made last, in real time."""
    sight: SightReport = UNKNOWN

    def state_of(self, worker: WorkerSigns) -> WorkerState:
        """Tell whether a worker lives."""
        if worker.stopped:
            return WorkerState.STOPPED
        return WorkerState.SILENT if self.now - worker.seen_at > SILENT_AFTER else WorkerState.LIVE

    @property
    def live(self) -> list[WorkerSigns]:
        """The workers that live."""
        return [worker for worker in self.workers if self.state_of(worker) is WorkerState.LIVE]


@dataclass(frozen=True, slots=True)
class Standing:
    """A worker, and how it is doing."""

    worker: WorkerSigns
    state: WorkerState


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of one of our topics, and the live worker that has it; None: nobody."""

    topic: str
    partition: int
    owner: str | None = None
    committed: int | None = None
    end: int | None = None
    lag: int | None = None
    least_lag: int | None = None
    least_lag_before: int | None = None
    still_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """The month's calls; the plan tells how they will go (call_plan.py)."""

    made: int
    budget: Budget
    left: int | None
    a_day: float | None
    """At the present rate; None where there was too little to tell."""


def calls_of(facts: Facts) -> Calls:
    """Say how many are left, and how many were made a day."""
    made, quota, now = facts.calls, facts.budget.quota, facts.business_now
    a_day = None
    if made.lately_since is not None and made.lately:
        a_day = made.lately * (timedelta(days=1) / max(now - made.lately_since, AN_HOUR))
    left = None if quota is None else max(quota - made.month, 0)
    return Calls(made.month, facts.budget, left, a_day)


def partitions_of(facts: Facts) -> list[Partition]:
    """Give every partition of every topic that a live worker knows, in order."""
    found: dict[tuple[str, int], Partition] = {}
    for worker in facts.live:
        for topic, count in worker.signs.stream.topics.items():
            for number in range(count):
                found.setdefault((topic, number), Partition(topic, number))
    for worker in sorted(facts.live, key=lambda each: each.seen_at):  # in a rebalance the newest is right
        for each in worker.signs.stream.owned:
            found[each.topic, each.partition] = Partition(
                each.topic,
                each.partition,
                worker.name,
                each.committed,
                each.end,
                each.lag,
                each.least_lag,
                each.least_lag_before,
                each.still_since,
            )
    return [found[place] for place in sorted(found)]


def rates_of(workers: Iterable[WorkerSigns]) -> Rates:
    """Add the rates of all workers up."""
    rates = [worker.signs.rates for worker in workers]
    return Rates(
        sum(each.records for each in rates),
        sum(each.changes for each in rates),
        sum(each.messages for each in rates),
    )


def latencies_of(workers: Iterable[WorkerSigns]) -> dict[Measure, Latency]:
    """Give, of each measure, what the slowest worker has."""
    known: dict[Measure, list[Latency]] = defaultdict(list)
    for worker in workers:
        for measure, latency in worker.signs.latencies.items():
            known[measure].append(latency)
    return {
        measure: Latency(
            max(each.median for each in found),
            max(each.p95 for each in found),
            max(each.worst for each in found),
            sum(each.count for each in found),
        )
        for measure, found in known.items()
    }
