"""What the API answers about punctuality and the system's health."""

from typing import Any

from msgspec import Struct, field

from flightagents.domain.bookings import Channel
from flightagents.domain.faults import Fault, Gravity
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.health import WorkerState
from flightagents.domain.punctuality import Scope
from flightagents.domain.query_standing import Suspicion
from flightagents.domain.tasks import TaskKind
from flightagents.domain.usual import Basis
from flightagents.domain.usual import Measure as Measured
from flightagents.domain.vital_signs import ChannelState, Measure
from flightagents.web.api.answers import Utc


class ComparedAnswer(Struct, frozen=True, kw_only=True):
    """Today so far beside the usual of these hours; `difference` is null where `basis` is not enough."""

    today: float | None
    usual: float | None
    difference: float | None
    basis: Basis


class RankedAnswer(Struct, frozen=True, kw_only=True):
    """One of the busiest: its departures of the whole day, and how it does."""

    code: str
    planned: int
    compared: dict[Measured, ComparedAnswer]


class RankingAnswer(Struct, frozen=True, kw_only=True):
    """The busiest, with the most departures first, as they stood at `at`; null: nobody has counted yet."""

    items: tuple[RankedAnswer, ...]
    next: str | None
    at: Utc | None


class HourAnswer(Struct, frozen=True, kw_only=True):
    """A local hour; null: nothing to show, or too few flights to tell."""

    hour: int
    today: float | None
    usual: float | None


class PunctualityAnswer(Struct, frozen=True, kw_only=True):
    """How an airport or airline does today. Shares are from 0 to 1, delays minutes, hours local."""

    scope: Scope
    code: str
    planned: int
    usual_days: int
    compared: dict[Measured, ComparedAnswer]
    hours: dict[Measured, tuple[HourAnswer, ...]]


class ProblemAnswer(Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and what to do."""

    fault: Fault = field(name="trouble")
    severity: Gravity
    what: str
    do: str
    since: Utc | None


class ChannelAnswer(Struct, frozen=True, kw_only=True):
    """Whether anything can leave on a channel of a worker."""

    channel: Channel
    state: ChannelState
    reason: str


class WorkerAnswer(Struct, frozen=True, kw_only=True):
    """A worker, and how it is doing."""

    name: str
    state: WorkerState
    version: str
    host: str
    delivery: str
    leader: bool
    started_at: Utc
    seen_at: Utc
    memory: int
    channels: tuple[ChannelAnswer, ...]


class PartitionAnswer(Struct, frozen=True, kw_only=True):
    """A partition of a topic, who has it, and how many records wait there."""

    topic: str
    partition: int
    owner: str | None
    lag: int | None


class RatesAnswer(Struct, frozen=True, kw_only=True):
    """What is done a second by all workers."""

    records: float
    changes: float
    messages: float


class LatencyAnswer(Struct, frozen=True, kw_only=True):
    """Durations of the last minutes, in seconds."""

    median: float
    p95: float
    worst: float
    count: int


class CallsAnswer(Struct, frozen=True, kw_only=True):
    """The month's calls of AviationStack; `/budget` has how they will go."""

    made: int
    left: int | None
    a_day: float | None


class BacklogAnswer(Struct, frozen=True, kw_only=True):
    """Notifications that are due and wait."""

    due: int
    oldest: Utc | None


class LettersAnswer(Struct, frozen=True, kw_only=True):
    """Dead letters that are kept, and those of the last two hours."""

    total: int
    last_hour: int
    hour_before: int


class QuerySightAnswer(Struct, frozen=True, kw_only=True):
    """How asking one query of the feed goes, in business time; the key's is called "(key)"."""

    query: str
    sight: Sight
    cause: Cause | None
    asked_at: Utc
    since: Utc | None
    failures: int
    suspicion: Suspicion | None
    code: str
    probe_at: Utc | None


class SightCountAnswer(Struct, frozen=True, kw_only=True):
    """So many watched flights are so fresh, for this reason."""

    sight: Sight
    cause: Cause | None
    flights: int


class SightAnswer(Struct, frozen=True, kw_only=True):
    """What we see: the feed, its queries (those that fail, and a few others), and the booked flights."""

    feed: Sight
    cause: Cause | None
    since: Utc | None
    known_at: Utc | None
    queries: tuple[QuerySightAnswer, ...]
    counts: tuple[SightCountAnswer, ...]


class SystemAnswer(Struct, frozen=True, kw_only=True):
    """The health of the whole system. `at` is real time, `business_at` that of the flights."""

    at: Utc
    business_at: Utc
    problems: tuple[ProblemAnswer, ...]
    workers: tuple[WorkerAnswer, ...]
    poll: dict[str, Any] | None
    calls: CallsAnswer
    partitions: tuple[PartitionAnswer, ...]
    rates: RatesAnswer
    latencies: dict[Measure, LatencyAnswer]
    backlog: BacklogAnswer
    letters: LettersAnswer
    tasks: dict[TaskKind, int]
    sight: SightAnswer
    versions: tuple[str, ...]
    delivery: tuple[str, ...]
