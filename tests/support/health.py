"""The ports of the system's health in memory, and builders of what they hold."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flightagents.domain.bookings import Channel
from flightagents.domain.health import Backlog, Budget, CallsMade, Facts, LeaseStanding, Letters
from flightagents.domain.polls import FAILED, PollReport, PollStanding
from flightagents.domain.tasks import TaskKind
from flightagents.domain.vital_signs import (
    ChannelSigns,
    ChannelState,
    Identity,
    Latency,
    Measure,
    Noticed,
    Owned,
    Rates,
    Stream,
    VitalSigns,
    WorkerSigns,
)
from tests.support.rows import NOON

REAL = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Real time, which is not business time."""
SECOND = timedelta(seconds=1)


def stopped_clock() -> datetime:
    return REAL


class FakeWorkers:
    """The last signs by name; `now` is the database's clock."""

    def __init__(self, now: Callable[[], datetime] = stopped_clock) -> None:
        self.now = now
        self.told: dict[str, WorkerSigns] = {}

    async def tell(self, name: str, signs: VitalSigns) -> datetime:
        now = self.now()
        began = self.told[name].started_at if name in self.told else now
        self.told[name] = WorkerSigns(name=name, signs=signs, started_at=began, seen_at=now)
        return now

    async def stop(self, name: str) -> None:
        if name in self.told:
            self.told[name] = replace(self.told[name], stopped=True, seen_at=self.now())

    async def all(self, limit: int) -> list[WorkerSigns]:
        return sorted(self.told.values(), key=lambda each: each.seen_at, reverse=True)[:limit]


class FakePolls:
    """The last run."""

    def __init__(self, now: Callable[[], datetime] = stopped_clock) -> None:
        self.now = now
        self.standing: PollStanding | None = None

    async def note(self, report: PollReport) -> None:
        last, now = self.standing, self.now()
        if last is not None and last.report.run >= report.run:
            return
        failed = report.end in FAILED
        self.standing = PollStanding(
            report=report,
            noted_at=now,
            failures=(last.failures if last else 0) + 1 if failed else 0,
            failing_since=((last and last.failing_since) or now) if failed else None,
            good_at=(last.good_at if last else None) if failed else now,
        )

    async def last(self) -> PollStanding | None:
        return self.standing


class FakeGauges:
    """What a test lays down."""

    def __init__(self) -> None:
        self.facts = facts()
        self.asked = 0

    async def now(self) -> datetime:
        self.asked += 1
        return self.facts.now

    async def lease(self) -> LeaseStanding | None:
        return self.facts.lease

    async def calls(self, now: datetime) -> CallsMade:
        del now
        return self.facts.calls

    async def backlog(self, now: datetime) -> Backlog:
        del now
        return self.facts.backlog

    async def letters(self, now: datetime) -> Letters:
        del now
        return self.facts.letters

    async def tasks(self) -> dict[TaskKind, int]:
        return dict(self.facts.tasks)


IDENTITY = Identity(
    version="1.0", host="one.example", pid=7, web="http://one:6066", delivery="live", speed=1.0, polls=True
)
STREAM = Stream(
    leader=True,
    recovered=True,
    assigned=True,
    owned=[Owned("flight-topic", 0, 90, 100), Owned("flight-topic", 1, 50, 50)],
    topics={"flight-topic": 2},
    handed={"flight-topic": 140},
    transport={"holes": 0},
    flights=12,
)


def signs(**changed: Any) -> VitalSigns:  # noqa: ANN401 - any field
    """Give signs of a healthy worker, but for what is named; fields of its identity and stream as well."""
    identity, stream = _taken(changed, Identity), _taken(changed, Stream)
    healthy = VitalSigns(
        identity=replace(IDENTITY, **identity),
        stream=replace(STREAM, **stream),
        business_now=NOON,
        rates=Rates(10.0, 1.0, 0.5),
        latencies={Measure.MONGODB_WRITE: Latency(0.004, 0.01, 0.02, 9)},
        channels=[ChannelSigns(channel, ChannelState.WORKS) for channel in Channel],
        noticed=[Noticed("failed; it is tried again", "warning", 2, REAL - SECOND, REAL)],
        memory=90_000_000,
        cpu=3.5,
        skew=0.002,
    )
    return replace(healthy, **changed)


def _taken(changed: dict[str, Any], part: type[Identity | Stream]) -> dict[str, Any]:
    """Take out what is a field of this part."""
    return {field.name: changed.pop(field.name) for field in fields(part) if field.name in changed}


def worker(
    name: str = "one",
    *,
    seen_at: datetime = REAL,
    stopped: bool = False,
    **changed: Any,  # noqa: ANN401 - any field
) -> WorkerSigns:
    """Give a worker that started an hour ago, with signs as above."""
    return WorkerSigns(
        name=name,
        signs=signs(**changed),
        started_at=REAL - timedelta(hours=1),
        seen_at=seen_at,
        stopped=stopped,
    )


def facts(workers: Sequence[WorkerSigns] | None = None, **changed: Any) -> Facts:  # noqa: ANN401 - any field
    """Give the facts of a healthy system with one worker, but for what is named."""
    report = PollReport(run=9, polled_at=NOON, by="one", rows=100, records=100)
    healthy = Facts(
        now=REAL,
        business_now=NOON,
        speed=1.0,
        workers=[worker()] if workers is None else workers,
        poll=PollStanding(report=report, noted_at=REAL, failures=0, failing_since=None, good_at=REAL),
        lease=LeaseStanding("one", REAL + 30 * SECOND),
        poll_interval=timedelta(minutes=1),
        calls=CallsMade(),
        budget=Budget("basic", 10_000),
        planned_at=REAL,
        backlog=Backlog(),
        letters=Letters(),
    )
    return replace(healthy, **changed)
