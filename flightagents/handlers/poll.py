"""One run of the poller: the feed's pages -> records on `flight-topic`, by the worker that has the lease.

After it come archive.py and track.py, which read that topic.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time

import structlog
from structlog.contextvars import bound_contextvars

from flightagents.clock import Clock
from flightagents.domain.flight import FlightId
from flightagents.domain.polls import PollEnd, PollReport, gravest
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
from flightagents.ports import FlightSource, Lease, Polls, Publisher
from flightagents.records import DEAD_LETTER_TOPIC, FLIGHT_TOPIC, FlightRecord, encode
from flightagents.settings import PartitionBy

REFUSED_FOR = timedelta(hours=1)
"""Business time until what AviationStack refused is tried, and told, again."""

_ENDS_THE_RUN = frozenset({PollEnd.TOO_FAST, PollEnd.REFUSED, PollEnd.MONTH_SPENT})
"""The other queries need not be asked now: they would end alike."""

GAVE_WAY = "gave_way"
"""How a run is counted that another worker took over."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How asking one query ended; `code` is AviationStack's word for a refusal."""

    end: PollEnd = PollEnd.DONE
    code: str = ""


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
        polls: Polls,
        worker: str,
        epoch: Callable[[], float] = time,
    ) -> None:
        """`epoch` gives real seconds, which Prometheus compares with its own."""
        self._source = source
        self._lease = lease
        self._publisher = publisher
        self._clock = clock
        self._partition_by = partition_by
        self._polls = polls
        self._worker = worker
        self._epoch = epoch
        self._refused: dict[str, tuple[datetime, str]] = {}
        """Queries that are refused: until when they are left alone, and AviationStack's word for it."""
        self._not_before: datetime | None = None

    async def __call__(self) -> None:
        """Do one run. Raises LeaseLostError if another worker took over meanwhile: nothing was published."""
        now = self._clock.now()
        if self._not_before is not None and now < self._not_before:
            return
        self._refused = {query: refusal for query, refusal in self._refused.items() if refusal[0] > now}
        queries = [query for query in self._source.queries if query not in self._refused]
        if not queries:
            return
        stamp = await self._lease.begin_run(now)
        if stamp is None:
            return
        try:
            with bound_contextvars(run=stamp.run):
                await self._run(Run(stamp, self._source), queries)
        except LeaseLostError:
            POLLS.labels(outcome=GAVE_WAY).inc()
            raise

    async def stop(self) -> None:
        """Give the lease away: another worker goes on without waiting for its end."""
        await self._lease.release()

    async def _run(self, run: Run, queries: Sequence[str]) -> None:
        asked: list[_Asked] = []
        for query in queries:
            asked.append(await self._ask(query, run))
            if asked[-1].end in _ENDS_THE_RUN:
                break
        records = await self._publish(run)
        report = self._report(run, records, asked)
        POLLS.labels(outcome=report.end.value).inc()
        if any(each.end is PollEnd.DONE for each in asked):
            LAST_POLL.set(self._epoch())
        await self._polls.note(report)

    async def _ask(self, query: str, run: Run) -> _Asked:
        """Add a query's rows to the run; tell how that ended."""
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
                return _Asked(PollEnd.REFUSED, exc.code)
            self._refused[query] = until, exc.code
            return _Asked(PollEnd.QUERY_REFUSED, exc.code)
        except FeedRateLimitError as exc:
            self._not_before = self._clock.now() + self._business(exc.retry_after)
            _log.warning("AviationStack wants us to wait", until=self._not_before.isoformat())
            return _Asked(PollEnd.TOO_FAST)
        except FeedMonthSpentError:
            self._not_before = _next_month(self._clock.now())
            _log.error("AviationStack's calls of this month are spent", until=self._not_before.isoformat())
            return _Asked(PollEnd.MONTH_SPENT)
        except LeaseLostError:
            raise
        except RecoverableError as exc:
            _log.warning("AviationStack is away: the last known states stand", query=query, reason=str(exc))
            return _Asked(PollEnd.OUTAGE)
        return _Asked()

    def _report(self, run: Run, records: int, asked: Sequence[_Asked]) -> PollReport:
        """Sum a run up; a query that was refused before, and is left alone, is still refused."""
        left_alone = [_Asked(PollEnd.QUERY_REFUSED, code) for _, code in self._refused.values()]
        ends = [*asked, *left_alone]
        end = gravest([each.end for each in ends])
        wait = self._not_before
        return PollReport(
            run=run.stamp.run,
            polled_at=run.stamp.polled_at,
            by=self._worker,
            end=end,
            code=next((each.code for each in ends if each.end is end), ""),
            rows=run.rows,
            records=records,
            unreadable=len(run.letters),
            again_at=wait if wait is not None and wait > run.stamp.polled_at else None,
        )

    def _business(self, real: timedelta) -> timedelta:
        """Tell how much business time goes by in a real duration: AviationStack's seconds are real ones."""
        return real * (real / self._clock.real(real)) if real else real

    async def _require_lease(self, run: Run) -> None:
        if not await self._lease.holds(run.stamp):
            raise LeaseLostError(f"another worker polls: run {run.stamp.run} publishes nothing")

    async def _publish(self, run: Run) -> int:
        """Send the run; tell how many records it had."""
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
        return len(records)

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
