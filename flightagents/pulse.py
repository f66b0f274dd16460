"""What a worker times of itself as it works: the durations of the last minutes, few and cheap.

Prometheus' counts live in metrics.py and are summed up elsewhere; these are for the vital signs, which say in
plain numbers how it goes now.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from flightagents.domain.vital_signs import Latency, Measure, latency_of

LATELY = timedelta(minutes=5)
AT_MOST = 512
"""Durations that are kept of each measure; they are sorted every few seconds."""
LOOP_INTERVAL = timedelta(seconds=0.5)


class Durations:
    """The durations of one measure."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._ticks = ticks
        self._noted: deque[tuple[float, float]] = deque(maxlen=AT_MOST)

    def note(self, took: timedelta) -> None:
        """Note one; a clock that was set back makes none negative."""
        self._noted.append((self._ticks(), max(took.total_seconds(), 0.0)))

    def lately(self) -> Latency | None:
        """Sum those of the last minutes up; None where there are none."""
        since = self._ticks() - LATELY.total_seconds()
        return latency_of(seconds for at, seconds in self._noted if at >= since)


PULSE = {measure: Durations() for measure in Measure}
"""This process's own."""


async def feel_the_loop(
    delay: Durations,
    ticks: Callable[[], float] = monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Note again and again how much too late the event loop comes; until it is cancelled."""
    while True:
        due = ticks() + LOOP_INTERVAL.total_seconds()
        await sleep(LOOP_INTERVAL.total_seconds())
        delay.note(timedelta(seconds=ticks() - due))
