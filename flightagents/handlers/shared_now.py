"""One look at what is wrong now for everybody who watches: all viewers of a worker see the same page.

Each viewer's page is asked for at every change, in a storm several times a second. It is put together once,
and whoever asks meanwhile, or within a second after, gets that one. An act of the staff shows at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Protocol

from flightagents.handlers.now import Now

FRESH = timedelta(seconds=1)
"""Real time."""


class Look(Protocol):
    """Puts the page together."""

    def __call__(self) -> Awaitable[Now]:
        """Give what is wrong now."""


class SharedNow:
    """The page as it was a moment ago."""

    def __init__(
        self, look: Look, *, fresh: timedelta = FRESH, ticks: Callable[[], float] = monotonic
    ) -> None:
        self._look = look
        self._fresh = fresh
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._last: tuple[float, int, Now] | None = None
        self._acts = 0

    def acted(self) -> None:
        """Look anew for whoever asks from now on: somebody has done something, or a list follows a change."""
        self._acts += 1

    async def __call__(self) -> Now:
        """Give what is wrong, at most a second old, and never from before an act of this worker's staff."""
        if (known := self._known()) is not None:
            return known
        async with self._looking:
            if (known := self._known()) is not None:  # somebody else was faster
                return known
            since, acts = self._ticks(), self._acts
            now = await self._look()
            self._last = since, acts, now
            return now

    def _known(self) -> Now | None:
        if self._last is None:
            return None
        since, acts, now = self._last
        return now if acts == self._acts and self._ticks() - since < self._fresh.total_seconds() else None
