"""What the poller keeps of its calls, in memory, and builders of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flightagents.clock import Clock
from flightagents.domain.call_plan import Call, CallPlan, Forecast, Spent, Why
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Watched
from flightagents.errors import CallsCountedOutError
from tests.support.health import stopped_clock
from tests.support.rows import MINUTE, NOON

KEPT_CALLS = 20
LHR = "dep_iata=LHR"


FORECAST = Forecast(
    quota=10_000,
    spent=1_000,
    reserve=100,
    at_month_end=6_000,
    month_ends=datetime(2026, 12, 1, tzinfo=UTC),
    watched=12,
    calls_each=700.5,
)


class FakeCallBook:
    """The month's calls, by the clock's month."""

    def __init__(self, clock: Clock, plan: Plan = Plan.BASIC) -> None:
        self._clock = clock
        self._plan = plan
        self.calls: dict[str, int] = {}
        self.refused: set[str] = set()

    @property
    def _month(self) -> str:
        return f"{self._clock.now():%Y-%m}"

    async def count(self) -> None:
        made = self.calls.get(self._month, 0)
        if made >= self._plan.limits.monthly_calls:
            raise CallsCountedOutError("none is left")
        self.calls[self._month] = made + 1

    async def refuse(self) -> None:
        self.refused.add(self._month)

    async def spent(self) -> Spent:
        return Spent(self.calls.get(self._month, 0), refused=self._month in self.refused)


class FakeQueryStandings:
    """The last standing by query."""

    def __init__(self) -> None:
        self.kept: dict[str, QueryStanding] = {}

    async def note(self, standing: QueryStanding) -> None:
        last = self.kept.get(standing.query)
        if last is None or last.asked_at <= standing.asked_at:
            self.kept[standing.query] = standing

    async def all(self) -> dict[str, QueryStanding]:
        return dict(self.kept)


class FakeCallPlans:
    """The newest plan."""

    def __init__(self, now: Callable[[], datetime] = stopped_clock) -> None:
        self.now = now
        self.plan: CallPlan | None = None
        self.at: datetime | None = None

    async def keep(self, plan: CallPlan) -> None:
        if self.plan is None or self.plan.made_at <= plan.made_at:
            self.plan = replace(plan, coming=plan.coming[:KEPT_CALLS])
            self.at = self.now()

    async def current(self) -> CallPlan | None:
        return self.plan

    async def kept_at(self) -> datetime | None:
        return self.at


class AskAll:
    """A planner that finds each of its queries due at every tick, but for what is at rest."""

    def __init__(self, queries: Iterable[str]) -> None:
        self.queries = list(queries)
        self.watched: list[Sequence[Watched]] = []
        """What it was given, tick after tick."""
        self.left: int | None = FORECAST.left
        self.pages = 99
        self.lasts: datetime | None = None
        self.coming: list[Call] = []

    def __call__(
        self,
        watched: Sequence[Watched],
        standings: Mapping[str, QueryStanding],
        spent: Spent,
        now: datetime,
    ) -> CallPlan:
        self.watched.append(watched)
        rest = {each.query for each in standings.values() if each.not_before and each.not_before > now}
        due = [call(query, pages=self.pages, due_at=now) for query in self.queries if query not in rest]
        spent_by_now = FORECAST.quota - (self.left or 0) if FORECAST.quota else 0
        return plan(
            [] if spent.refused else due,
            made_at=now,
            forecast=replace(FORECAST, spent=spent_by_now),
            intervals={each.key: timedelta(minutes=5) for each in watched},
            queries_every=MINUTE,
            queries_last_until=self.lasts,
            coming=tuple(self.coming),
        )


def standing(query: str = LHR, **changed: Any) -> QueryStanding:  # noqa: ANN401 - any field
    """Give the standing of a query that went well at noon, but for what is named."""
    good = QueryStanding(query=query, asked_at=NOON, end=PollEnd.DONE, rows=100, total=250, good_at=NOON)
    return replace(good, **changed)


def call(query: str = LHR, **changed: Any) -> Call:  # noqa: ANN401 - any field
    """Give a call of one page that is due at noon, but for what is named."""
    return replace(Call(query=query, pages=1, why=Why.QUERY, due_at=NOON), **changed)


def plan(due: Sequence[Call] = (), **changed: Any) -> CallPlan:  # noqa: ANN401 - any field
    """Give a plan that was made at noon, with these calls due now."""
    made = CallPlan(
        made_at=NOON,
        due=tuple(due),
        coming=(),
        forecast=FORECAST,
        intervals={"BA117|2026-11-22|LHR|JFK": timedelta(minutes=7, seconds=30)},
    )
    return replace(made, **changed)
