"""What staff see of the whole system: all workers, the feed, the stream, the messages, and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.faults import Problem
from flightagents.domain.health import (
    Backlog,
    Calls,
    Facts,
    LeaseStanding,
    Letters,
    Partition,
    Standing,
    calls_of,
    latencies_of,
    partitions_of,
    rates_of,
)
from flightagents.domain.polls import PollStanding
from flightagents.domain.problems import problems_of
from flightagents.domain.sight_report import SightReport
from flightagents.domain.tasks import TaskKind
from flightagents.domain.vital_signs import Latency, Measure, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemHealth:
    """The health of the system at one moment of the database's real time."""

    at: datetime
    business_at: datetime
    problems: Sequence[Problem]
    """The gravest first."""
    workers: Sequence[Standing]
    """The one seen last first; gone ones stay for some hours."""
    poll: PollStanding | None
    lease: LeaseStanding | None
    poll_interval: timedelta
    """In real time."""
    calls: Calls
    partitions: Sequence[Partition]
    rates: Rates
    """Of all live workers together."""
    latencies: Mapping[Measure, Latency]
    """Of the slowest live worker."""
    backlog: Backlog
    letters: Letters
    tasks: Mapping[TaskKind, int]
    sight: SightReport
    versions: Sequence[str]
    delivery: Sequence[str]
    """One, unless the workers do not agree; none while no worker lives."""


def health_of(facts: Facts) -> SystemHealth:
    """Put everything together."""
    live = facts.live
    return SystemHealth(
        at=facts.now,
        business_at=facts.business_now,
        problems=problems_of(facts),
        workers=[Standing(worker, facts.state_of(worker)) for worker in facts.workers],
        poll=facts.poll,
        lease=facts.lease,
        poll_interval=facts.poll_interval,
        calls=calls_of(facts),
        partitions=partitions_of(facts),
        rates=rates_of(live),
        latencies=latencies_of(live),
        backlog=facts.backlog,
        letters=facts.letters,
        tasks=facts.tasks,
        sight=facts.sight,
        versions=sorted({worker.signs.identity.version for worker in live}),
        delivery=sorted({worker.signs.identity.delivery for worker in live}),
    )
