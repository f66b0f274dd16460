"""Asks the feed the calls of one run, in order; tells of each query what came of it.

Before it plan_calls.py chose them; after it poll.py publishes the run.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import structlog

from flightagents.clock import Clock
from flightagents.domain.breaker import (
    REFUSED_FOR,
    BreakerState,
    breaker_of,
    ends_the_run,
)
from flightagents.domain.call_plan import Call, month_end
from flightagents.domain.polls import FAILED, PollEnd
from flightagents.domain.query_standing import Look, QueryKind, QueryNature
from flightagents.errors import (
    CallsCountedOutError,
    FeedMonthSpentError,
    FeedRateLimitError,
    FeedRefusedError,
    LeaseLostError,
    RecoverableError,
)
from flightagents.handlers.plan_calls import Due
from flightagents.handlers.reading import Run
from flightagents.ports import FlightSource, MayAsk

USAGE_LIMIT = "usage_limit_reached"
"""AviationStack's word for a month that is spent; without it our own count says so."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Answer:
    """What a query has brought until now."""

    rows: int = 0
    unreadable: int = 0
    total: int | None = None
    said: set[bytes] | None = None
    """Digests of the rows, where it is of interest whether they change."""

    def add(self, raw: object, readable: bool) -> None:
        self.rows += 1
        self.unreadable += not readable
        if self.said is not None:
            # The order of a row's fields means nothing, and has changed in 2025.
            self.said.add(hashlib.blake2b(msgspec.json.encode(raw, order="deterministic")).digest())

    @property
    def digest(self) -> str:
        if not self.said:
            return ""
        return hashlib.blake2b(b"".join(sorted(self.said)), digest_size=16).hexdigest()


class AskFeed:
    """Asks. What fails is a look like any other; only a lost lease ends it."""

    def __init__(self, source: FlightSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    async def __call__(self, due: Due, run: Run, may_ask: MayAsk) -> list[Look]:
        """Ask until something says that the rest would end alike. Raises LeaseLostError."""
        looks: list[Look] = []
        refused: set[QueryNature] = set()
        for call in due.calls:
            nature = self._source.nature(call.query)
            if nature in refused:
                continue  # the plan does not include such queries: at the next tick it is planned without
            unsure = due.probing and not looks
            probe = breaker_of(due.standings.get(call.query), due.at) is BreakerState.HALF_OPEN
            looks.append(await self._ask(call, run, may_ask, retries=not (unsure or probe)))
            if looks[-1].end is PollEnd.QUERY_REFUSED and nature.narrow:
                refused.add(nature)
            if ends_the_run(looks) or (unsure and looks[-1].end in FAILED):
                break
        return looks

    async def _ask(self, call: Call, run: Run, may_ask: MayAsk, *, retries: bool) -> Look:
        nature = self._source.nature(call.query)
        look = Look(query=call.query, kind=nature.kind, at=run.stamp.polled_at)
        # Of a day to come, or one that is over, all rows may well say the same for hours.
        changes = nature.kind is QueryKind.BOARD and not nature.narrow
        answer = _Answer(said=set() if changes else None)
        try:
            async for page in self._source.rows(call.query, call.pages, may_ask, retries=retries):
                for row in page.rows:
                    answer.add(row.raw, run.add(row.raw, row.place, nature))
                answer.total = page.total
        except LeaseLostError:
            raise
        except (FeedRefusedError, RecoverableError) as exc:
            failed = self._failed(look, exc)
            return replace(failed, rows=answer.rows)
        return replace(
            look,
            rows=answer.rows,
            unreadable=answer.unreadable,
            total=answer.total,
            digest=answer.digest,
        )

    def _failed(self, look: Look, exc: FeedRefusedError | RecoverableError) -> Look:
        now = self._clock.now()
        match exc:
            case FeedRefusedError():
                until = now + REFUSED_FOR
                what = look.query if exc.query_only else "every query"
                _log.error("AviationStack refuses us", what=what, until=until.isoformat(), reason=str(exc))
                end = PollEnd.QUERY_REFUSED if exc.query_only else PollEnd.REFUSED
                return replace(look, end=end, code=exc.code, not_before=until)
            case FeedRateLimitError():
                until = now + self._clock.business(exc.retry_after)  # its seconds are real ones
                _log.warning("AviationStack wants us to wait", until=until.isoformat())
                return replace(look, end=PollEnd.TOO_FAST, not_before=until)
            case FeedMonthSpentError():
                until = month_end(now)
                said = "" if isinstance(exc, CallsCountedOutError) else USAGE_LIMIT
                _log.error("the calls of this month are spent", until=until.isoformat(), reason=str(exc))
                return replace(look, end=PollEnd.MONTH_SPENT, code=said, not_before=until)
            case _:
                _log.warning(
                    "AviationStack is away: the last known states stand", query=look.query, reason=str(exc)
                )
                return replace(look, end=PollEnd.OUTAGE)


def queries_left_alone(due: Due) -> Sequence[str]:
    """Give AviationStack's words for the queries that it refused lately, and that are not asked now."""
    return [
        standing.code
        for standing in due.standings.values()
        if standing.end is PollEnd.QUERY_REFUSED and breaker_of(standing, due.at) is BreakerState.OPEN
    ]
