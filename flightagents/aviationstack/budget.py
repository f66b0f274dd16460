"""Decides which calls of AviationStack are worth making, so that the month's calls last: `CallPlanner`.

At each tick: what is at stake with each flight (worth.py, hazard.py), which of them are asked for together
(boards.py), what a call must be worth (pace.py), which calls are (candidates.py, choosing.py), and before
them all the second looks (confirming.py); with what is left the queries of the settings (queries.py). Pure,
but for what it keeps for some minutes. docs/budget.md tells it to operators.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from math import ceil

from flightagents.aviationstack.asked import Asked, in_force
from flightagents.aviationstack.boards import Cover, cover
from flightagents.aviationstack.candidates import candidates
from flightagents.aviationstack.choosing import COMING, EARLY, MOST_PAGES, Intervals, coming, due_now
from flightagents.aviationstack.confirming import confirmations
from flightagents.aviationstack.pace import CHEAPEST, Demand, Prices
from flightagents.aviationstack.queries import SettingsQueries
from flightagents.aviationstack.totals import Totals
from flightagents.aviationstack.ways import DATED_AHEAD, asked_date, first_look, single
from flightagents.aviationstack.worth import Stake, stake
from flightagents.domain.call_plan import Call, CallPlan, Forecast, Spent, Why, month_end
from flightagents.domain.plans import Limits
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched

RESERVED = 0.03
"""Part of the month's calls that only second looks, and flights of which something was told, may use."""
RESERVE_ENDS = timedelta(days=2)
"""Over the month's last two days the reserve is given free."""

KEPT = timedelta(minutes=10)
"""Business time for which the price and the boards are kept."""
FORESEEN_FOR = timedelta(hours=1)
"""And what the month will still ask for."""
_FEW = 5
"""Flights more or less that change neither much, and one in fifty."""


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """What the flights until the month ends ask for, good for an hour."""

    at: datetime
    flights: int
    demand: Demand

    def holds(self, flights: int, now: datetime) -> bool:
        """Tell whether it is good still."""
        few = _FEW + self.flights // 50
        fresh = timedelta() <= now - self.at < FORESEEN_FOR and now.month == self.at.month
        return fresh and abs(flights - self.flights) <= few


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is good for some minutes."""

    foreseen: _Foreseen
    at: datetime
    prices: Prices
    booked: float
    """Calls that the booked flights ask for until the month ends."""
    cover: Cover
    later: tuple[Call, ...]
    """The first looks at the next flights that nobody can look at yet."""


class Planner:
    """The planner of one worker."""

    def __init__(
        self,
        limits: Limits,
        *,
        queries: str,
        interval: timedelta,
        max_pages: int,
        unlimited: bool = False,
    ) -> None:
        """Raises ValueError for queries that cannot be."""
        self._sold = limits
        self._limits = limits
        self._queries = SettingsQueries(queries, interval, max_pages, limits.page_size)
        self._most = max(MOST_PAGES, 2 * max_pages)
        self._unlimited = unlimited
        self._kept: _Kept | None = None

    def __call__(
        self,
        watched: Sequence[Watched],
        standings: Mapping[str, QueryStanding],
        spent: Spent,
        now: datetime,
    ) -> CallPlan:
        """Plan from `now` on."""
        ends = month_end(now)
        left, reserve = self._left(spent), self._reserve(ends - now)
        self._limits = in_force(self._sold, standings, now)
        asked = Asked(standings, self._limits, now)
        stakes = self._stakes(watched, now)
        kept = self._keep(watched, stakes, standings, now, left=left, reserve=reserve)

        second = list(confirmations(watched, asked, now))
        due_second = [each for each in second if each.due_at <= now + EARLY]
        for call in due_second:
            for key in call.flights:
                stakes.pop(key, None)
        # Of the reserve's calls none is for a board, which has more than what is urgent on it.
        room = self._most if left is None else min(self._most, left - reserve)
        possible = list(candidates(stakes, kept.cover, asked, now, room=room))

        free = None if left is None else left - reserve - kept.booked
        queries = self._queries.plan(
            standings, free, now, ends, alone=all(each.outlook is Outlook.OVER for each in watched)
        )
        due = due_now(
            due_second,
            possible,
            queries.calls,
            kept.prices,
            now,
            most=self._most,
            left=left,
            reserve=reserve,
        )
        others = [*second, *queries.calls, *(call for call in kept.later if call.due_at > now)]
        return CallPlan(
            made_at=now,
            due=due,
            coming=coming(due, possible, others, kept.prices, now),
            forecast=self._forecast(kept, spent, reserve, queries.until_month_end, ends),
            intervals=Intervals(possible, kept.prices, watched),
            queries_every=queries.every,
            queries_last_until=queries.last_until,
        )

    def _stakes(self, watched: Sequence[Watched], now: datetime) -> dict[str, Stake]:
        soon = now + DATED_AHEAD
        found = (
            stake(each, self._limits, now)
            for each in watched
            if each.leaves_at <= soon and each.outlook is not Outlook.OVER
        )
        return {each.key: each for each in found if each is not None}

    def _keep(
        self,
        watched: Sequence[Watched],
        stakes: Mapping[str, Stake],
        standings: Mapping[str, QueryStanding],
        now: datetime,
        *,
        left: int | None,
        reserve: int,
    ) -> _Kept:
        """Find price and boards, unless those of some minutes ago will do."""
        kept = self._kept
        foreseen = kept.foreseen if kept and kept.foreseen.holds(len(watched), now) else None
        if kept and foreseen and now - kept.at < KEPT:
            return kept
        totals = Totals(standings, self._limits.page_size)
        if foreseen is None:
            demand = Demand(watched, self._limits, totals, now, month_end(now))
            foreseen = _Foreseen(now, len(watched), demand)
        prices = Prices(CHEAPEST, CHEAPEST) if left is None else foreseen.demand.prices(left, reserve)
        self._kept = _Kept(
            foreseen=foreseen,
            at=now,
            prices=prices,
            booked=foreseen.demand.calls(prices.usual),
            cover=cover(stakes.values(), totals, Asked(standings, self._limits, now).closed, now),
            later=tuple(self._later(watched, now)),
        )
        return self._kept

    def _left(self, spent: Spent) -> int | None:
        """Give the calls that may still be made; what AviationStack itself says overrules our count."""
        if spent.refused:
            return 0
        return None if self._unlimited else max(self._limits.monthly_calls - spent.calls, 0)

    def _reserve(self, rest: timedelta) -> int:
        if self._unlimited:
            return 0
        return ceil(RESERVED * self._limits.monthly_calls * min(rest / RESERVE_ENDS, 1.0))

    def _later(self, watched: Sequence[Watched], now: datetime) -> Iterator[Call]:
        unseen = (each for each in watched if first_look(each, self._limits) > now)
        for each in nsmallest(COMING, unseen, key=lambda each: each.leaves_at):
            begins = first_look(each, self._limits)
            query = single(each, asked_date(each, self._limits, begins))
            yield Call(query=query, pages=1, why=Why.BOOKED, due_at=begins, flights=(each.key,))

    def _forecast(self, kept: _Kept, spent: Spent, reserve: int, queries: float, ends: datetime) -> Forecast:
        quota = None if self._unlimited else self._limits.monthly_calls
        will_be = spent.calls if spent.refused else spent.calls + round(kept.booked + queries)
        left = self._left(spent)
        return Forecast(
            quota=quota,
            spent=spent.calls,
            reserve=min(reserve, left) if left is not None else 0,
            at_month_end=will_be if quota is None else max(min(will_be, quota), spent.calls),
            month_ends=ends,
            watched=kept.foreseen.demand.flights,
            calls_each=left / kept.foreseen.demand.flights
            if left is not None and kept.foreseen.demand.flights
            else None,
            refused=spent.refused,
        )
