"""One tick of the poller: what is due is asked, and becomes records on `flight-topic`, by who has the lease.

Before it plan_calls.py chose the calls; after it come archive.py and track.py, which read that topic.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import random
from time import time
from typing import Protocol

import structlog
from structlog.contextvars import bound_contextvars

from flightagents.clock import Clock
from flightagents.domain.breaker import Moment, after, key_after
from flightagents.domain.flight import FlightId
from flightagents.domain.polls import PollEnd, PollReport, gravest
from flightagents.domain.query_standing import KEY, Look, QueryStanding
from flightagents.errors import LeaseLostError
from flightagents.handlers.ask_feed import AskFeed, queries_left_alone
from flightagents.handlers.counting import count_letters
from flightagents.handlers.plan_calls import Due, PlanCalls
from flightagents.handlers.reading import Run
from flightagents.metrics import FEED_SUSPICIONS, LAST_POLL, POLLS, ROWS_POLLED
from flightagents.ports import CallBook, FlightSource, Lease, Polls, Publisher, QueryStandings
from flightagents.records import DEAD_LETTER_TOPIC, FLIGHT_TOPIC, FlightRecord, encode
from flightagents.settings import PartitionBy

GAVE_WAY = "gave_way"
"""How a run is counted that another worker took over."""

_ABOUT_ALL = frozenset({PollEnd.TOO_FAST, PollEnd.REFUSED, PollEnd.MONTH_SPENT})
"""Whatever the query."""

_log = structlog.get_logger(__name__)


class Seen(Protocol):
    """Whoever remembers when each flight was seen last."""

    def saw(self, records: Sequence[FlightRecord]) -> None:
        """Hear what a run brought."""


class PollFeed:
    """Asks what is due as one run, buffers the run, and publishes it whole."""

    def __init__(
        self,
        plan: PlanCalls,
        source: FlightSource,
        lease: Lease,
        publisher: Publisher,
        clock: Clock,
        *,
        partition_by: PartitionBy,
        calls: CallBook,
        standings: QueryStandings,
        polls: Polls,
        seen: Seen,
        worker: str,
        epoch: Callable[[], float] = time,
        draw: Callable[[], float] = random,
    ) -> None:
        """`epoch` gives real seconds, which Prometheus compares with its own; `draw` is the back-off's."""
        self._plan = plan
        self._source = source
        self._ask = AskFeed(source, clock)
        self._lease = lease
        self._publisher = publisher
        self._clock = clock
        self._partition_by = partition_by
        self._calls = calls
        self._standings = standings
        self._polls = polls
        self._seen = seen
        self._worker = worker
        self._epoch = epoch
        self._draw = draw

    async def __call__(self) -> None:
        """Do one tick; where nothing is due it costs no run.

        Raises LeaseLostError if another worker took over meanwhile: nothing was published.
        """
        due = await self._plan()
        stamp = await self._lease.begin_run(due.at) if due.calls else None
        if stamp is None:
            return
        due = await self._still(due)
        if not due.calls:
            return
        try:
            with bound_contextvars(run=stamp.run):
                await self._run(Run(stamp, self._source), due)
        except LeaseLostError:
            POLLS.labels(outcome=GAVE_WAY).inc()
            raise

    async def _still(self, due: Due) -> Due:
        """Leave out what another worker has asked since this was planned: we may have been frozen."""
        now = await self._standings.all()
        calls = [call for call in due.calls if now.get(call.query) == due.standings.get(call.query)]
        return replace(due, calls=calls)

    async def stop(self) -> None:
        """Give the lease away: another worker goes on without waiting for its end."""
        await self._lease.release()

    async def _run(self, run: Run, due: Due) -> None:
        async def may_ask() -> None:
            await self._require_lease(run)

        looks = await self._ask(due, run, may_ask)
        records = await self._publish(run)
        await self._note(looks, due)
        report = self._report(run, records, looks, due)
        POLLS.labels(outcome=report.end.value).inc()
        if any(look.end is PollEnd.DONE for look in looks):
            LAST_POLL.set(self._epoch())
        await self._polls.note(report)

    async def _note(self, looks: Sequence[Look], due: Due) -> None:
        """Note how each query went, and the key."""
        moment = Moment(self._clock.now(), self._clock.business, self._draw())
        if any(look.end is PollEnd.MONTH_SPENT and look.code for look in looks):
            await self._calls.refuse()
        for look in looks:
            standing = after(due.standings.get(look.query), look, moment)
            if standing.suspicion is not None:
                _suspect(standing)
            await self._standings.note(standing)
        await self._standings.note(key_after(due.standings.get(KEY), looks, moment))

    def _report(self, run: Run, records: int, looks: Sequence[Look], due: Due) -> PollReport:
        """Sum a run up; a query that was refused before, and is left alone, is still refused."""
        ends = [(look.end, look.code) for look in looks]
        ends += [(PollEnd.QUERY_REFUSED, code) for code in queries_left_alone(due)]
        end = gravest([each for each, _ in ends])
        waits = [look.not_before for look in looks if look.end in _ABOUT_ALL and look.not_before is not None]
        return PollReport(
            run=run.stamp.run,
            polled_at=run.stamp.polled_at,
            by=self._worker,
            end=end,
            code=next((code for each, code in ends if each is end), ""),
            rows=run.rows,
            records=records,
            unreadable=len(run.letters),
            again_at=max((wait for wait in waits if wait > run.stamp.polled_at), default=None),
        )

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
        self._seen.saw(records)
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


def _suspect(standing: QueryStanding) -> None:
    """Say that an answer is not believed, the first time and when that is confirmed."""
    FEED_SUSPICIONS.labels(suspicion=standing.suspicion).inc()
    if standing.failures <= 2:  # noqa: PLR2004 - a suspicion, and its confirmation
        _log.warning(
            "AviationStack answers, and is not believed",
            query=standing.query,
            suspicion=standing.suspicion,
            rows=standing.rows,
            usual=standing.usual,
            again_at=standing.not_before.isoformat() if standing.not_before else None,
        )
