"""Which calls of the feed are due at this tick: planned, held against the breakers, and kept for readers.

After it poll.py makes them. Planning costs no call.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import time

import structlog

from flightagents.clock import Clock
from flightagents.domain.breaker import BreakerState, breaker_of
from flightagents.domain.budget_words import queries_said
from flightagents.domain.call_plan import Call, CallPlan, Rest, Spent
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, QueryStanding
from flightagents.domain.watched import Outlook, Watched
from flightagents.metrics import LAST_PLAN
from flightagents.ports import CallBook, CallPlanner, CallPlans, QueryStandings

KEPT_AHEAD = timedelta(days=2)
"""Before a flight leaves so long it is not shown, and nobody asks how fresh it is."""

Standings = Mapping[str, QueryStanding]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """The calls of this tick, and what was known of each query before."""

    at: datetime
    calls: Sequence[Call]
    standings: Standings
    probing: bool
    """Nothing is asked after the first call, unless that is answered: the key was at rest until now."""


class PlanCalls:
    """Plans, tick after tick. It tells once how long the calls last, and why nothing is asked if so."""

    def __init__(
        self,
        *,
        planner: CallPlanner,
        watched: Callable[[], Awaitable[Sequence[Watched]]],
        calls: CallBook,
        standings: QueryStandings,
        plans: CallPlans,
        clock: Clock,
        epoch: Callable[[], float] = time,
    ) -> None:
        """`epoch` gives real seconds, which Prometheus compares with its own."""
        self._planner = planner
        self._watched = watched
        self._calls = calls
        self._standings = standings
        self._plans = plans
        self._clock = clock
        self._epoch = epoch
        self._asked: dict[str, Call] = {}
        """What was asked last, by its query, of queries that may be probed."""
        self._told = False
        self._silence = ""
        self._told_of_queries = False
        self._found: QueryStanding | None = None
        """How the key stood when this worker planned first."""

    async def __call__(self) -> Due:
        """Plan once, and keep the plan."""
        now = self._clock.now()
        watched = await self._watched()
        standings = await self._standings.all()
        spent = await self._calls.spent()
        plan = self._planner(watched, standings, spent, now)
        key = _key_of(standings, spent)
        due = [
            call for call in plan.due if breaker_of(standings.get(call.query), now) is not BreakerState.OPEN
        ]
        due += self._probes(due, standings, plan, spent)
        state = breaker_of(key, now)
        if self._is_mended_perhaps(key):
            state = BreakerState.HALF_OPEN
            due = due or [replace(call, due_at=now) for call in plan.coming[:1] if plan.forecast.left != 0]
        if state is BreakerState.OPEN and key is not None:
            plan, due = _at_rest(plan, due, Rest(key.end, key.not_before or now, key.code)), []
        elif plan.forecast.left == 0:
            plan, due = _at_rest(plan, due, Rest(PollEnd.MONTH_SPENT, plan.forecast.month_ends)), []
        else:
            plan = replace(plan, due=tuple(due))
        plan = replace(plan, intervals=_soon(plan, watched))
        lately = {query: call for query, call in self._asked.items() if query in standings}
        self._asked = lately | {call.query: call for call in due}
        await self._plans.keep(plan)
        LAST_PLAN.set(self._epoch())
        if not self._told:
            self._told = True
            _tell(plan, key if state is BreakerState.OPEN else None)
        self._tell_of_silence(_silence(plan, spent))
        # Before the first answers, which come at once where calls are left, nobody knows a query's pages.
        if (standings or not due) and not self._told_of_queries:
            self._told_of_queries = True
            _tell_of_queries(plan)
        return Due(now, due, standings, state is BreakerState.HALF_OPEN)

    def _tell_of_silence(self, silence: str) -> None:
        """Tell once, also where it comes later: a poller that is silent looks like a quiet day."""
        if silence and silence != self._silence:
            _log.error(silence)
        self._silence = silence

    def _is_mended_perhaps(self, key: QueryStanding | None) -> bool:
        """Tell whether the key was refused before this worker began: it may have another one."""
        if not self._told:
            self._found = key
        return key is not None and key.end is PollEnd.REFUSED and key == self._found

    def _probes(self, due: Sequence[Call], standings: Standings, plan: CallPlan, spent: Spent) -> list[Call]:
        """Ask again what was suspicious once, whenever the plan would: it is confirmed, or was nothing."""
        if spent.refused or plan.forecast.left == 0:
            return []
        asked = {call.query for call in due}
        suspicious = [
            standing.query
            for standing in standings.values()
            if standing.suspicion is not None
            and standing.failures == 1
            and standing.query not in asked
            and breaker_of(standing, plan.made_at) is BreakerState.HALF_OPEN
        ]
        return [
            replace(self._asked[query], due_at=plan.made_at) for query in suspicious if query in self._asked
        ]


def _key_of(standings: Standings, spent: Spent) -> QueryStanding | None:
    """Give how the key stands. That a month is spent holds for its plan alone, and the call book knows it."""
    key = standings.get(KEY)
    return None if key is not None and key.end is PollEnd.MONTH_SPENT and not spent.refused else key


def _soon(plan: CallPlan, watched: Sequence[Watched]) -> Mapping[str, timedelta]:
    """Keep the intervals of what leaves soon: a month's bookings are thousands."""
    until = plan.made_at + KEPT_AHEAD
    near = [each.key for each in watched if each.leaves_at <= until and each.outlook is not Outlook.OVER]
    return {key: plan.intervals[key] for key in near if key in plan.intervals}


def _at_rest(plan: CallPlan, due: Sequence[Call], rest: Rest) -> CallPlan:
    """Put off what is due until the key may be used again."""
    put_off = [replace(call, due_at=max(call.due_at, rest.until)) for call in (*due, *plan.coming)]
    coming = tuple(sorted(put_off, key=lambda call: call.due_at))
    return replace(plan, due=(), coming=coming, rest=rest)


def _tell(plan: CallPlan, at_rest: QueryStanding | None) -> None:
    forecast = plan.forecast
    _log.info(
        "the calls of the month are planned",
        left=forecast.left,
        at_month_end=forecast.at_month_end,
        watched=forecast.watched,
    )
    if at_rest is not None and at_rest.not_before is not None and at_rest.end is not PollEnd.MONTH_SPENT:
        until = at_rest.not_before.isoformat()
        _log.warning("nothing is polled for a while", until=until, reason=at_rest.end, code=at_rest.code)


def _silence(plan: CallPlan, spent: Spent) -> str:
    """Say why nothing is polled for the rest of the month, if so."""
    until = "until the month turns"
    if spent.refused:
        return f"nothing is polled {until}: AviationStack says that its calls are spent"
    if plan.forecast.left == 0:
        return f"nothing is polled {until}: the plan's {spent.calls:,} calls are spent"
    return ""


def _tell_of_queries(plan: CallPlan) -> None:
    until = plan.queries_last_until
    if until is not None:
        _log.warning(f"the queries of the settings: {queries_said(plan)}", until=until.isoformat())
    elif plan.queries_every is not None:
        _log.info(f"the queries of the settings: {queries_said(plan)}")
