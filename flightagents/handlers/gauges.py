"""What Prometheus is shown that nobody counts on the way: lag, the ledger's backlog, the calls of the month.

Every worker looks, not the leader alone: what a worker showed that leads no more would stand for ever.
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.errors import BrokerOutageError
from flightagents.metrics import API_CALLS_LEFT, API_CALLS_MONTH, CONSUMER_LAG, LEDGER_DUE, LEDGER_OLDEST
from flightagents.ports import Calls, Waiting

_log = structlog.get_logger(__name__)


async def show_lag(ask: Callable[[], Awaitable[Mapping[tuple[str, int], int]]]) -> None:
    """Show the lag of this worker's partitions (topic, number), and of those alone.

    While the broker is away nothing is shown: nobody knows.
    """
    try:
        lag = await ask()
    except BrokerOutageError as exc:
        _log.warning("lag is not known", reason=str(exc))
        lag = {}
    CONSUMER_LAG.clear()
    for (topic, partition), messages in lag.items():
        CONSUMER_LAG.labels(topic=topic, partition=str(partition)).set(messages)


class ShowStanding:
    """Shows how ledger and budget stand."""

    def __init__(self, waiting: Waiting, calls: Calls, monthly_calls: int, clock: Clock) -> None:
        """`monthly_calls`: what the plan allows."""
        self._waiting = waiting
        self._calls = calls
        self._monthly_calls = monthly_calls
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
        calls = await self._calls.of_this_month()
        API_CALLS_MONTH.set(calls)
        API_CALLS_LEFT.set(self._monthly_calls - calls)
