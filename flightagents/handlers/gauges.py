"""What Prometheus is shown that nobody counts on the way: lag, the ledger's backlog, the calls of the month.

Every worker looks, not the leader alone: what a worker showed that leads no more would stand for ever.
"""

import math
from collections.abc import Mapping

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.health import Budget
from flightagents.metrics import API_CALLS_LEFT, API_CALLS_MONTH, CONSUMER_LAG, LEDGER_DUE, LEDGER_OLDEST
from flightagents.ports import Gauges, Waiting


def show_lag(lag: Mapping[tuple[str, int], int]) -> None:
    """Show the lag of this worker's partitions (topic, number), and of those alone."""
    CONSUMER_LAG.clear()
    for (topic, partition), messages in lag.items():
        CONSUMER_LAG.labels(topic=topic, partition=str(partition)).set(messages)


class ShowStanding:
    """Shows how ledger and budget stand."""

    def __init__(self, waiting: Waiting, gauges: Gauges, budget: Budget, clock: Clock) -> None:
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
