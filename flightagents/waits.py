"""What this process waits for, by name: whoever waits gets nowhere, and yet does not hang.

store/connection.py and batches/ say what they wait for; the watchdog asks. Used in the event loop alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

MONGODB, KAFKA = "MongoDB", "Kafka"

NOTABLE = timedelta(seconds=1)
"""An answer that takes less is no waiting."""


class Waits:
    """What is waited for just now, and since when."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._ticks = ticks
        self._now: dict[object, tuple[str, float]] = {}

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Wait for something until this ends, with all tries."""
        wait = object()
        self._now[wait] = what, self._ticks()
        try:
            yield
        finally:
            del self._now[wait]

    def named(self) -> str | None:
        """Name what has been waited for the longest, if it is notable."""
        since, what = min(((since, what) for what, since in self._now.values()), default=(self._ticks(), ""))
        return what if self._ticks() - since > NOTABLE.total_seconds() else None


WAITS = Waits()
"""This process's own."""
