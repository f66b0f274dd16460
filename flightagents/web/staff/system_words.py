"""The words of /system for figures: how much, how long, and whether that is well."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flightagents.domain.ailing_workers import LATE_LOOP, MANY_RECORDS, SLOW_WRITE, VERY_SLOW_WRITE
from flightagents.domain.budget_words import WHYS, ago, ahead, asked, counted_pages, leaving, queries_said
from flightagents.domain.faults import Gravity
from flightagents.domain.freshness import Sight
from flightagents.domain.health import COUNTED, Partition, WorkerState
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import Suspicion
from flightagents.domain.sight_words import SIGHTS, WHY
from flightagents.domain.vital_signs import OF_LIBRARY, ChannelState, Latency, Measure

MIB = 1024 * 1024


class Said(NamedTuple):
    """A judgement: its colour, and the word that says the same."""

    tone: str
    word: str


TONES = {Gravity.CRITICAL: "bad", Gravity.WARNING: "late", Gravity.NOTE: "info"}
STATES = {
    WorkerState.LIVE: Said("good", "live"),
    WorkerState.SILENT: Said("bad", "silent"),
    WorkerState.STOPPED: Said("", "stopped"),
}
ENDS = {
    PollEnd.DONE: Said("good", "went well"),
    PollEnd.QUERY_REFUSED: Said("late", "a query was refused"),
    PollEnd.OUTAGE: Said("bad", "no answer"),
    PollEnd.TOO_FAST: Said("bad", "asked to slow down"),
    PollEnd.REFUSED: Said("bad", "refused"),
    PollEnd.MONTH_SPENT: Said("bad", "the month's calls are spent"),
}
MODES = {
    "live": Said("good", "live"),
    "shadow": Said("late", "shadow: nothing is sent"),
    "off": Said("bad", "off: everything waits"),
}
MEASURES = {
    Measure.POLL_TO_CHANGE: "From a poll until its changes are stored",
    Measure.DECISION_TO_HAND_OVER: "From when a message is due until its provider has it",
    Measure.MONGODB_WRITE: "Until a majority of MongoDB has a small write",
    Measure.EVENT_LOOP_DELAY: "What is due in a worker waits (event loop)",
}
CHANNELS = {
    ChannelState.WORKS: "works",
    ChannelState.STOPPED: "stopped",
    ChannelState.NOT_SET: "has no settings",
}
LIBRARIES = {
    "aiokafka": "Kafka did not answer as it should",
    "aiokafka.conn": "the connection to Kafka broke off",
    "aiokafka.consumer.fetcher": "Kafka did not hand records over as it should",
    "aiokafka.consumer.group_coordinator": "Kafka moved partitions between workers",
    "aiokafka.producer": "Kafka did not take records as it should",
    "aiosmtplib": "the mail server did not answer as it should",
    "faust.tables": "a worker had trouble reading its table",
    "mode.timers": "a timer was late: the worker is busy",
    "pymongo": "MongoDB did not answer as it should",
}
"""What it means that a library's logger warns; those below it in its name as well."""
_SECOND = 1.0
_SHORT, _LONG = 10.0, 120.0


def seconds(duration: float) -> str:
    """Write 4 ms, 1.2 s, 45 s, 3 min."""
    if duration < _SECOND:
        return f"{duration * 1000:.0f} ms"
    if duration < _SHORT:
        return f"{duration:.1f} s"
    return f"{duration:.0f} s" if duration < _LONG else f"{duration / 60:,.0f} min"


def rate(a_second: float) -> str:
    """Write 12 or 0.4, by the second."""
    return f"{a_second:,.0f}" if a_second >= _SHORT else f"{a_second:.1f}"


def megabytes(size: int) -> str:
    """Write 90 MB."""
    return f"{size / MIB:,.0f} MB"


def counted(number: int) -> str:
    """Write a count that stops at a bound."""
    return f"{number:,}" if number < COUNTED else f"{COUNTED:,} or more"


def partition(found: Partition) -> Said:
    """Say how a partition is."""
    if found.owner is None:
        return Said("bad", "nobody reads it")
    if found.still_since is not None:
        return Said("late", "stands still")
    if found.lag is None:
        return Said("", "not known")
    if found.lag == 0:
        return Said("good", "all read")
    return Said("late", "far behind") if found.lag >= MANY_RECORDS else Said("info", "at work")


def topic(found: Sequence[Partition]) -> Said:
    """Say how a topic is: as its worst partition."""
    order = ["bad", "late", "info", "", "good"]
    return min((partition(each) for each in found), key=lambda said: order.index(said.tone))


def latency(found: Latency, measure: Measure) -> Said | None:
    """Say whether a measure is well, where there is a limit to it."""
    match measure:
        case Measure.EVENT_LOOP_DELAY:
            return Said("late", "overloaded") if found.p95 > LATE_LOOP else Said("good", "well")
        case Measure.MONGODB_WRITE:
            if found.median > SLOW_WRITE:
                return Said("bad", "very slow") if found.median > VERY_SLOW_WRITE else Said("late", "slow")
            return Said("good", "well")
        case Measure.POLL_TO_CHANGE | Measure.DECISION_TO_HAND_OVER:
            return None


def event(name: str) -> str:
    """Say what an event is; ours say it by themselves."""
    if not name.startswith(OF_LIBRARY):
        return name
    logger = name.removeprefix(OF_LIBRARY)
    above = logger
    while above:
        if above in LIBRARIES:
            return LIBRARIES[above]
        above = above.rpartition(".")[0]
    return f"a message of {logger}, see the worker's log"


SIGHT_TONES = {Sight.FRESH: "good", Sight.STALE: "late", Sight.BLIND: "bad"}
DOUBTS = {
    Suspicion.EMPTY: "no rows, where there were some",
    Suspicion.PLACEHOLDERS: "rows without flights",
    Suspicion.COLLAPSED: "far fewer rows than usual",
    Suspicion.FROZEN: "nothing new for long",
}


def sight(found: Sight | None) -> Said:
    """Say how fresh something is; None: nobody has judged it yet."""
    if found is None:
        return Said("", "not judged yet")
    return Said(SIGHT_TONES[found], SIGHTS[found])


def answers(found: Sight) -> Said:
    """Say how asking a query goes: that it was answered well may be long ago."""
    return Said(SIGHT_TONES[found], "answered" if found is Sight.FRESH else SIGHTS[found])


FILTERS: dict[str, Callable[..., object]] = {
    "seconds": seconds,
    "rate": rate,
    "megabytes": megabytes,
    "counted_to": counted,
    "partition_said": partition,
    "topic_said": topic,
    "latency_said": latency,
    "gravity_tone": TONES.__getitem__,
    "event_said": event,
    "worker_said": STATES.__getitem__,
    "poll_said": ENDS.__getitem__,
    "mode_said": MODES.__getitem__,
    "channel_state": CHANNELS.__getitem__,
    "measure": MEASURES.__getitem__,
    "sight_said": sight,
    "answers_said": answers,
    "sight_cause": WHY.__getitem__,
    "doubt": DOUBTS.__getitem__,
    "why_called": WHYS.__getitem__,
    "asked_for": asked,
    "ahead": ahead,
    "ago": ago,
    "leaving": leaving,
    "counted_pages": counted_pages,
    "queries_said": queries_said,
}
