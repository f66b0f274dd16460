"""When a worker hangs: something waits for it and it gets nowhere, or it gets to nothing at all. Pure.

Before it watchdog.py looks at the worker again and again; after it that ends the process, so that another is
started in its place. Waiting for something that has a name (MongoDB, Kafka, a rebalance) is no hanging.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

LOOKS = 20
"""In the time after which nothing done is too long: what is found is at most so much too late."""
LONGEST_INTERVAL = timedelta(seconds=15)


class Cause(StrEnum):
    """Why a worker is ended."""

    NO_PROGRESS = "no_progress"
    """Records of a topic wait, and none of its partitions here gets on."""
    COMMIT_OLD = "commit_old"
    """Records of a partition wait, and nothing of it is committed, whatever the others do."""
    LOOP_STALLED = "loop_stalled"
    """The event loop gets to nothing: no heartbeat, no page, no commit."""
    MEMORY = "memory"
    """More is in memory than the settings allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long what may last, and how much memory, in bytes, may be used; None: as much as there is."""

    progress: timedelta
    commit: timedelta
    stall: timedelta
    memory: int | None = None

    @property
    def interval(self) -> timedelta:
        """How often to look."""
        return min(min(self.progress, self.commit) / LOOKS, LONGEST_INTERVAL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The worker is to end; `detail` says what was found, for the log."""

    cause: Cause
    detail: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a partition is done and committed, and where it ends; None while the broker does not say."""

    topic: str
    partition: int
    done: int
    committed: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A look at all partitions of a worker; `waits_for` names what it waits for, if it does."""

    partitions: Sequence[Standing]
    waits_for: str | None = None


Key = tuple[str, int | None]
"""A topic, all of whose partitions here are meant, or one partition."""
Mark = tuple[int, ...]
"""What differs once something gets on."""


@dataclass(frozen=True, slots=True)
class Still:
    """Since when each topic and partition stands as it does, by a clock that rests while the worker waits."""

    looked_at: float
    since: Mapping[Key, tuple[Mark, float]] = field(default_factory=dict)

    def seconds(self, key: Key) -> float:
        """Give for how long it stands still."""
        return self.looked_at - self.since[key][1]


def look_again(before: Still, look: Look, at: float, interval: timedelta) -> Still:
    """Compare a look with those before. A process that slept between the two did not hang meanwhile."""
    elapsed = at - before.looked_at
    counts = min(elapsed, 2 * interval.total_seconds())
    since: dict[Key, tuple[Mark, float]] = {}
    for key, mark, waiting in _marks(look):
        known, began = before.since.get(key, (mark, at))
        if known != mark or waiting == 0:
            began = at
        else:
            rests = look.waits_for is not None or waiting is None
            began += elapsed if rests else elapsed - counts
        since[key] = mark, min(began, at)
    return Still(at, since)


def judge_progress(still: Still, look: Look, bounds: Bounds) -> Verdict | None:
    """Tell whether anything stands still for too long."""
    for (topic, partition), _, waiting in _marks(look):
        seconds = still.seconds((topic, partition))
        if partition is None and seconds > bounds.progress.total_seconds():
            detail = f"{topic}: {waiting} records wait and none was done for {seconds:.0f} s"
            return Verdict(Cause.NO_PROGRESS, detail)
        if partition is not None and seconds > bounds.commit.total_seconds():
            detail = f"{topic}/{partition}: {waiting} records wait and none was committed for {seconds:.0f} s"
            return Verdict(Cause.COMMIT_OLD, detail)
    return None


def judge_process(silent: timedelta, memory: int, bounds: Bounds) -> Verdict | None:
    """Tell whether the event loop has been silent for too long, or too much is in memory."""
    if silent > bounds.stall:
        return Verdict(
            Cause.LOOP_STALLED, f"the event loop got to nothing for {silent.total_seconds():.0f} s"
        )
    if bounds.memory is not None and memory > bounds.memory:
        used, most = (round(each / 2**20) for each in (memory, bounds.memory))
        return Verdict(Cause.MEMORY, f"{used} MB are in memory, {most} MB are allowed")
    return None


def nearness(still: Still, bounds: Bounds) -> dict[Cause, float]:
    """Tell how much of its bound what stands still the longest has used: at 1 the worker is ended."""
    longest = {Cause.NO_PROGRESS: 0.0, Cause.COMMIT_OLD: 0.0}
    for key in still.since:
        cause = Cause.NO_PROGRESS if key[1] is None else Cause.COMMIT_OLD
        longest[cause] = max(longest[cause], still.seconds(key))
    return {
        Cause.NO_PROGRESS: longest[Cause.NO_PROGRESS] / bounds.progress.total_seconds(),
        Cause.COMMIT_OLD: longest[Cause.COMMIT_OLD] / bounds.commit.total_seconds(),
    }


def _marks(look: Look) -> Iterator[tuple[Key, Mark, int | None]]:
    """Give of each topic and partition its mark, and how many records wait; None where that is not known."""
    for topic in sorted({each.topic for each in look.partitions}):
        ours = sorted(
            (each for each in look.partitions if each.topic == topic), key=lambda each: each.partition
        )
        mark = tuple(number for each in ours for number in (each.partition, each.done))
        ends = [each.end - each.done for each in ours if each.end is not None]
        yield (topic, None), mark, sum(ends) if len(ends) == len(ours) else None
        for each in ours:
            waiting = None if each.end is None else each.end - each.committed
            yield (topic, each.partition), (each.committed,), waiting
