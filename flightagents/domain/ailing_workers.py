"""What may be wrong with the workers and with their partitions. problems.py asks these checks, and others."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.health import Facts, WorkerState, partitions_of
from flightagents.domain.vital_signs import Measure

SILENCE_TOLD_FOR = timedelta(minutes=15)
"""A worker that died and was started again has another name: the old one is no news for ever."""
SKEW = timedelta(seconds=5)
BAD_SKEW = timedelta(minutes=1)
SLOW_WRITE = 0.5
"""Seconds that the middle write takes; on a healthy replica set it is a few milliseconds."""
VERY_SLOW_WRITE = 5.0
LATE_LOOP = 1.0
"""Seconds. Faust's heartbeats bear 20, a page should take 0.2."""
STILL_FOR = timedelta(minutes=1)
MANY_RECORDS = 1000
"""A lag below this is caught up within a second."""
GROWTH = 1.1
"""How much more waits after a minute where the lag grows: that it wavers is no news."""


def no_worker(facts: Facts) -> Iterator[Problem]:
    """Nothing runs."""
    if not facts.live:
        seen = max((worker.seen_at for worker in facts.workers), default=None)
        yield Problem(
            Fault.NO_WORKER,
            Gravity.CRITICAL,
            "No worker runs: nothing is polled, and nobody is told of anything.",
            "Start one: flightagents worker -l info. If it ends at once, its last log lines say why.",
            seen,
        )


def no_leader(facts: Facts) -> Iterator[Problem]:
    """None of the workers polls and watches."""
    if facts.live and not any(worker.signs.stream.leader for worker in facts.live):
        yield Problem(
            Fault.NO_LEADER,
            Gravity.CRITICAL,
            "No worker leads: nothing is polled and nobody looks after what waits.",
            "After a start or a restart this passes within a minute. If it stays, see whether the workers "
            "reach Kafka, and restart them.",
        )


def worker_silent(facts: Facts) -> Iterator[Problem]:
    """One went without a word."""
    for worker in facts.workers:
        gone_for = facts.now - worker.seen_at
        if facts.state_of(worker) is WorkerState.SILENT and gone_for < SILENCE_TOLD_FOR:
            yield Problem(
                Fault.WORKER_SILENT,
                Gravity.WARNING,
                f"The worker {worker.name} went silent: it died, hangs, or does not reach MongoDB.",
                "If another was started in its place there is nothing to do. Else look at its log on "
                f"{worker.signs.identity.host} and start it again.",
                worker.seen_at,
            )


def versions_differ(facts: Facts) -> Iterator[Problem]:
    """An update is half done."""
    versions = sorted({worker.signs.identity.version for worker in facts.live})
    if len(versions) > 1:
        yield Problem(
            Fault.VERSIONS_DIFFER,
            Gravity.WARNING,
            f"The workers run different versions: {', '.join(versions)}.",
            "Bring all of them to one version; for a while, during an update, this is as it should be.",
        )


def modes_differ(facts: Facts) -> Iterator[Problem]:
    """Some send while others only show."""
    modes = sorted({worker.signs.identity.delivery for worker in facts.live})
    clocks = {worker.signs.identity.speed for worker in facts.live}
    if len(modes) > 1 or len(clocks) > 1:
        differ = f"FLIGHTAGENTS_DELIVERY ({', '.join(modes)})" if len(modes) > 1 else "FLIGHTAGENTS_CLOCK"
        yield Problem(
            Fault.MODES_DIFFER,
            Gravity.CRITICAL,
            f"The workers do not agree on {differ}: what happens to a notification is left to chance.",
            "Give all of them the same settings and restart those that differ.",
        )


def keys_differ(facts: Facts) -> Iterator[Problem]:
    """What one worker signs, another does not take."""
    keys = {worker.signs.identity.key for worker in facts.live if worker.signs.identity.key}
    if len(keys) > 1:
        yield Problem(
            Fault.KEYS_DIFFER,
            Gravity.CRITICAL,
            "The workers sign with different keys: who logs in at one is unknown to the others, and links in "
            "messages open at some of them alone.",
            "Give all of them the same FLIGHTAGENTS_SECRET_KEY, or none, and restart those that differ.",
        )


def clock_skew(facts: Facts) -> Iterator[Problem]:
    """A machine's clock goes wrong."""
    for worker in facts.live:
        skew = timedelta(seconds=worker.signs.skew or 0.0)
        if abs(skew) > SKEW:
            way = "ahead of" if skew > timedelta() else "behind"
            yield Problem(
                Fault.CLOCK_SKEW,
                Gravity.CRITICAL if abs(skew) > BAD_SKEW else Gravity.WARNING,
                f"The clock of {worker.signs.identity.host} is {abs(skew).total_seconds():.0f} s {way} the "
                "database's.",
                "Let both machines take their time from NTP (timedatectl set-ntp true).",
            )


def mongodb_slow(facts: Facts) -> Iterator[Problem]:
    """The database does not keep up."""
    writes = [worker.signs.latencies.get(Measure.MONGODB_WRITE) for worker in facts.live]
    slowest = max((each.median for each in writes if each), default=0.0)
    if slowest > SLOW_WRITE:
        yield Problem(
            Fault.MONGODB_SLOW,
            Gravity.CRITICAL if slowest > VERY_SLOW_WRITE else Gravity.WARNING,
            f"MongoDB is slow: a small write takes {slowest:.1f} s until a majority has it.",
            "Look at its disks, its load and its replication lag (rs.printSecondaryReplicationInfo()).",
        )


def worker_overloaded(facts: Facts) -> Iterator[Problem]:
    """A worker does not get to its work."""
    for worker in facts.live:
        delay = worker.signs.latencies.get(Measure.EVENT_LOOP_DELAY)
        if delay and delay.p95 > LATE_LOOP:
            yield Problem(
                Fault.WORKER_OVERLOADED,
                Gravity.WARNING,
                f"The worker {worker.name} is overloaded: what is due waits {delay.p95:.1f} s.",
                "Start another worker, on another machine if this one's processor is busy.",
            )


def table_recovering(facts: Facts) -> Iterator[Problem]:
    """A worker is still reading its table."""
    for worker in facts.live:
        if not worker.signs.stream.recovered:
            yield Problem(
                Fault.TABLE_RECOVERING,
                Gravity.NOTE,
                f"The worker {worker.name} reads its table again: its flights wait meanwhile.",
                "Nothing: after a start or a rebalance this takes seconds, with very many flights minutes.",
            )


def partition_unowned(facts: Facts) -> Iterator[Problem]:
    """A part of the flights is nobody's."""
    without: dict[str, list[int]] = defaultdict(list)
    for each in partitions_of(facts):
        if each.owner is None:
            without[each.topic].append(each.partition)
    settles = any(not worker.signs.stream.assigned for worker in facts.live)
    for topic, numbers in without.items():
        yield Problem(
            Fault.PARTITION_UNOWNED,
            Gravity.NOTE if settles else Gravity.CRITICAL,
            f"Nobody reads partition {', '.join(map(str, numbers))} of {topic}: its flights stand still.",
            "While workers start or stop this passes within a minute. If it stays, restart the workers one "
            "by one.",
        )


def partition_stands_still(facts: Facts) -> Iterator[Problem]:
    """Something waits that nobody gets to."""
    for each in partitions_of(facts):
        if each.still_since is not None and facts.now - each.still_since > STILL_FOR:
            yield Problem(
                Fault.PARTITION_STANDS_STILL,
                Gravity.CRITICAL,
                f"Partition {each.partition} of {each.topic} stands still: {each.lag:,} records wait and "
                "none is done.",
                f"Look at the log of {each.owner}: it waits for MongoDB or Kafka, or hangs; if it hangs its "
                "watchdog ends it after FLIGHTAGENTS_WATCHDOG_PROGRESS_SECONDS.",
                each.still_since,
            )


def lag_grows(facts: Facts) -> Iterator[Problem]:
    """Records come faster than they are done."""
    waiting: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for each in partitions_of(facts):
        if each.least_lag is not None and each.least_lag_before is not None:
            waiting[each.topic].append((each.least_lag, each.least_lag_before))
    for topic, lags in waiting.items():
        now, before = sum(lag for lag, _ in lags), sum(lag for _, lag in lags)
        if before >= MANY_RECORDS and now >= before * GROWTH:
            yield Problem(
                Fault.LAG_GROWS,
                Gravity.WARNING,
                f"The lag of {topic} grows: at least {now:,} records waited all through the last minute, "
                f"{before:,} in the minute before.",
                "Start more workers, up to one a partition; if MongoDB is slow, see to that first.",
            )


CHECKS = (
    no_worker,
    no_leader,
    worker_silent,
    versions_differ,
    modes_differ,
    keys_differ,
    clock_skew,
    mongodb_slow,
    worker_overloaded,
    table_recovering,
    partition_unowned,
    partition_stands_still,
    lag_grows,
)
