"""What Prometheus is shown that nobody counts on the way: lag, the ledger's backlog, the calls of the month.

Every worker looks, not the leader alone: what a worker showed that leads no more would stand for ever.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.breaker import BreakerState, breaker_of
from flightagents.domain.health import Budget
from flightagents.domain.query_standing import QueryKind
from flightagents.metrics import (
    API_CALLS_LEFT,
    API_CALLS_MONTH,
    CONSUMER_LAG,
    FEED_BREAKERS,
    LEDGER_DUE,
    LEDGER_OLDEST,
)
from flightagents.ports import Gauges, QueryStandings, Waiting


def show_lag(lag: Mapping[tuple[str, int], int]) -> None:
    """Show the lag of this worker's partitions (topic, number), and of those alone."""
    CONSUMER_LAG.clear()
    for (topic, partition), messages in lag.items():
        CONSUMER_LAG.labels(topic=topic, partition=str(partition)).set(messages)


class ShowStanding:
    """Shows how ledger, budget and feed stand."""

    def __init__(
        self,
        waiting: Waiting,
        gauges: Gauges,
        standings: QueryStandings,
        budget: Budget,
        clock: Clock,
        *,
        kind_of: Callable[[str], QueryKind],
    ) -> None:
        """`kind_of` tells what a query is about."""
        self._standings = standings
        self._kind_of = kind_of
        self._waiting = waiting
        self._gauges = gauges
        self._budget = budget
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        now = self._clock.now()
        backlog = await self._waiting.backlog(now)
        for channel in Channel:
            due = backlog.get(channel)
            age = self._clock.real(now - due.oldest).total_seconds() if due else 0
            LEDGER_DUE.labels(channel=channel.value).set(due.rows if due else 0)
            LEDGER_OLDEST.labels(channel=channel.value).set(age)
        calls = (await self._gauges.calls(now)).month
        quota = self._budget.quota
        API_CALLS_MONTH.set(calls)
        API_CALLS_LEFT.set(math.nan if quota is None else quota - calls)
        await self._show_breakers(now)

    async def _show_breakers(self, now: datetime) -> None:
        standings = (await self._standings.all()).values()
        counted = Counter((self._kind_of(each.query), breaker_of(each, now)) for each in standings)
        for kind in QueryKind:
            for state in BreakerState:
                FEED_BREAKERS.labels(kind=kind.value, state=state.value).set(counted[kind, state])
