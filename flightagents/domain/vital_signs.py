"""What a worker tells of itself every few seconds: shapes alone. problems.py reads them, staff see them.

Nothing here is about a person: counts, names of topics and channels, and the names of log events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flightagents.domain.bookings import Channel


class Measure(StrEnum):
    """What is timed, in real time."""

    POLL_TO_CHANGE = "poll_to_change"
    """From the poll that brought a change until it is stored."""
    DECISION_TO_HAND_OVER = "decision_to_hand_over"
    """From when a notification was due until its provider has it."""
    MONGODB_WRITE = "mongodb_write"
    """Until a majority has a small write in its journal."""
    EVENT_LOOP_DELAY = "event_loop_delay"
    """How much too late the event loop gets to what is due."""


@dataclass(frozen=True, slots=True)
class Latency:
    """The durations of the last minutes, in seconds."""

    median: float
    p95: float
    worst: float
    count: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What was done a second, over the last minute. Redelivered records count again."""

    records: float = 0.0
    changes: float = 0.0
    messages: float = 0.0
    """Notifications that a provider accepted."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A partition that the worker has, and how far it is; `end` is None while the broker does not say."""

    topic: str
    partition: int
    committed: int
    end: int | None
    least_lag: int | None = None
    """The least lag of the last minute: after each poll much waits for a while, and that is well."""
    least_lag_before: int | None = None
    """The least lag of the minute before; None while nobody knows it."""
    still_since: datetime | None = None
    """Since when something has waited here and nothing was committed; None while it goes on."""

    @property
    def lag(self) -> int | None:
        """Records that wait here."""
        return None if self.end is None else max(self.end - self.committed, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """How a worker stands to Kafka."""

    leader: bool
    recovered: bool
    """Whether the table holds what the changelog says."""
    assigned: bool
    """Whether it is in the group and no rebalance is on; it may have no partition all the same."""
    owned: Sequence[Owned] = ()
    topics: Mapping[str, int] = field(default_factory=dict)
    """How many partitions each topic has."""
    handed: Mapping[str, int] = field(default_factory=dict)
    """Records of each topic that agents were handed since the start."""
    transport: Mapping[str, int] = field(default_factory=dict)
    """What went wrong on the way to the agents and was put right, since the start."""
    flights: int | None = None
    """Entries of the table; None where counting them would read the disk."""


class ChannelState(StrEnum):
    """Whether anything can leave on a channel."""

    WORKS = "works"
    STOPPED = "stopped"
    NOT_SET = "not_set"


@dataclass(frozen=True, slots=True)
class ChannelSigns:
    """One channel in one worker; `reason` names the setting that is wrong where it is stopped."""

    channel: Channel
    state: ChannelState
    reason: str = ""


OF_LIBRARY = "a line of "
"""So an event begins that is a library's; the name of its logger follows."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A warning or an error by the name of its event: no value of it, and no text of an exception."""

    event: str
    level: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What stays the same for as long as the process lives."""

    version: str
    host: str
    pid: int
    web: str
    """Address of its web server, as far as the worker knows it; a proxy may stand before it."""
    delivery: str
    """live, shadow or off."""
    speed: float
    """Seconds of business time in a real one; 1 for the system's clock."""
    polls: bool
    """Whether it may poll: a key is set."""
    key: str = ""
    """A few digits of a keyed hash, which tell whether workers sign with the same key and nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """What a worker tells of itself."""

    identity: Identity
    stream: Stream
    business_now: datetime
    rates: Rates
    latencies: Mapping[Measure, Latency]
    channels: Sequence[ChannelSigns]
    noticed: Sequence[Noticed]
    """Newest first."""
    memory: int
    """Bytes of it that are in memory."""
    cpu: float
    """Seconds of processor time since the start."""
    skew: float | None
    """Seconds that its clock is before the database's; negative: behind. None before the first answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSigns:
    """A worker's last signs; the times are the database's."""

    name: str
    signs: VitalSigns
    started_at: datetime
    seen_at: datetime
    stopped: bool = False
    """It ended in order."""


def latency_of(seconds: Iterable[float]) -> Latency | None:
    """Sum durations up; None where there are none."""
    ordered = sorted(seconds)
    if not ordered:
        return None
    last = len(ordered) - 1
    return Latency(ordered[last // 2], ordered[round(last * 0.95)], ordered[last], len(ordered))
