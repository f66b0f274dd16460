"""One run of the poller: the feed's pages -> records on `flight-topic`, by the worker that has the lease.

After it come archive.py and track.py, which read that topic.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from time import time

import structlog

from flightagents.clock import Clock
from flightagents.domain.flight import FlightId
from flightagents.errors import (
    FeedMonthSpentError,
    FeedRateLimitError,
    FeedRefusedError,
    LeaseLostError,
    RecoverableError,
)
from flightagents.handlers.counting import count_letters
from flightagents.handlers.reading import Run
from flightagents.metrics import LAST_POLL, POLLS, ROWS_POLLED
from flightagents.ports import FlightSource, Lease, Publisher
from flightagents.records import DEAD_LETTER_TOPIC, FLIGHT_TOPIC, FlightRecord, encode
from flightagents.settings import PartitionBy

REFUSED_FOR = timedelta(hours=1)
"""Business time until what AviationStack refused is tried, and told, again."""

_log = structlog.get_logger(__name__)


class End(StrEnum):
    """How a query, or a whole run, ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Of a run: some queries were answered."""
    AWAY = "away"
    QUERY_REFUSED = "query_refused"
    REFUSED = "refused"
    TOO_FAST = "too_fast"
    MONTH_SPENT = "month_spent"
    GAVE_WAY = "gave_way"
    """Of a run: another worker took over."""


FOR_ALL = frozenset({End.REFUSED, End.TOO_FAST, End.MONTH_SPENT})
"""After these the other queries need not be asked now."""


class PollFeed:
    """Polls each query of the feed once a run, buffers the run, and publishes it whole."""

    def __init__(
        self,
        source: FlightSource,
        lease: Lease,
        publisher: Publisher,
        clock: Clock,
        partition_by: PartitionBy,
        *,
        epoch: Callable[[], float] = time,
    ) -> None:
        """`epoch` gives real seconds, which Prometheus compares with its own."""
        self._source = source
        self._lease = lease
        self._publisher = publisher
        self._clock = clock
        self._partition_by = partition_by
        self._epoch = epoch
        self._refused_until: dict[str, datetime] = {}
        self._not_before: datetime | None = None

    async def __call__(self) -> None:
        """Do one run. Raises LeaseLostError if another worker took over meanwhile: nothing was published."""
        now = self._clock.now()
        if self._not_before is not None and now < self._not_before:
            return
        queries = [query for query in self._source.queries if self._refused_until.get(query, now) <= now]
        if not queries:
            return
        stamp = await self._lease.begin_run(now)
        if stamp is None:
            return
        try:
            end = await self._run(queries, Run(stamp, self._source))
        except LeaseLostError:
            POLLS.labels(outcome=End.GAVE_WAY.value).inc()
            raise
        POLLS.labels(outcome=end.value).inc()
        if end in (End.COMPLETE, End.PARTIAL):
            LAST_POLL.set(self._epoch())

    async def stop(self) -> None:
        """Give the lease away: another worker goes on without waiting for its end."""
        await self._lease.release()

    async def _run(self, queries: Sequence[str], run: Run) -> End:
        ends: list[End] = []
        for query in queries:
            ends.append(await self._ask(query, run))
            if ends[-1] in FOR_ALL:
                break
        await self._publish(run)
        if End.COMPLETE not in ends:
            return ends[-1]
        return End.COMPLETE if set(ends) == {End.COMPLETE} else End.PARTIAL

    async def _ask(self, query: str, run: Run) -> End:
        """Add a query's rows to the run."""
        try:
            async for page in self._source.rows(query):
                for row in page:
                    run.add(row.raw, row.place)
                await self._require_lease(run)
        except FeedRefusedError as exc:
            until = self._clock.now() + REFUSED_FOR
            what = query if exc.query_only else "every query"
            _log.error("AviationStack refuses us", what=what, until=until.isoformat(), reason=str(exc))
            if not exc.query_only:
                self._not_before = until
                return End.REFUSED
            self._refused_until[query] = until
            return End.QUERY_REFUSED
        except FeedRateLimitError as exc:
            self._not_before = self._clock.now() + self._business(exc.retry_after)
            _log.warning("AviationStack wants us to wait", until=self._not_before.isoformat())
            return End.TOO_FAST
        except FeedMonthSpentError:
            self._not_before = _next_month(self._clock.now())
            _log.error("AviationStack's calls of this month are spent", until=self._not_before.isoformat())
            return End.MONTH_SPENT
        except LeaseLostError:
            raise
        except RecoverableError as exc:
            _log.warning("AviationStack is away: the last known states stand", query=query, reason=str(exc))
            return End.AWAY
        return End.COMPLETE

    def _business(self, real: timedelta) -> timedelta:
        """Tell how much business time goes by in a real duration: AviationStack's seconds are real ones."""
        return real * (real / self._clock.real(real)) if real else real

    async def _require_lease(self, run: Run) -> None:
        if not await self._lease.holds(run.stamp):
            raise LeaseLostError(f"another worker polls: run {run.stamp.run} publishes nothing")

    async def _publish(self, run: Run) -> None:
        records = run.records()
        await self._require_lease(run)
        if run.letters:
            reasons = sorted({letter.reason for letter in run.letters})
            _log.warning("rows that cannot be read", count=len(run.letters), reasons=reasons)
        await self._publisher.publish(DEAD_LETTER_TOPIC, [(each.id, encode(each)) for each in run.letters])
        await self._publisher.publish(FLIGHT_TOPIC, [(self._key(each), encode(each)) for each in records])
        count_letters(run.letters)
        ROWS_POLLED.inc(run.rows)
        _log.info(
            "polled", run=run.stamp.run, rows=run.rows, records=len(records), unreadable=len(run.letters)
        )

    def _key(self, record: FlightRecord) -> str:
        return message_key(record.flight, self._partition_by)


def message_key(flight: str, partition_by: PartitionBy) -> str:
    """Give a record's key: a function of the identity, so a flight's records share a partition."""
    match partition_by:
        case PartitionBy.FLIGHT:
            return flight
        case PartitionBy.AIRPORT:
            return FlightId.parse(flight).departure
        case PartitionBy.AIRLINE:
            return FlightId.parse(flight).carrier


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
