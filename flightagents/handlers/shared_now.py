"""One look at what is wrong now for everybody who watches: all viewers of a worker see the same page.

Each viewer's page is asked for at every change, in a storm several times a second. It is put together once,
and whoever asks meanwhile, or within a second after, gets that one; so does, for longer, whoever asks while
nothing of it is touched. An act of the staff shows at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Protocol

from flightagents.domain.touch import Touch
from flightagents.handlers.now import Now

FRESH = timedelta(seconds=1)
"""Real time."""
UNTOUCHED = timedelta(seconds=10)
"""Real time for which it holds while nothing is touched: time alone moves what is urgent."""


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
        self._last: tuple[float, int, int, Now] | None = None
        self._acts = 0
        self._told = False
        self._touches = 0

    def acted(self) -> None:
        """Look anew for whoever asks from now on: somebody has done something, or a list follows a change."""
        self._acts += 1

    def hear(self, touch: Touch | None) -> None:
        """Note that something of it was touched; None: from now on nobody tells."""
        self._told = touch is not None
        self._touches += 1

    async def __call__(self) -> Now:
        """Give what is wrong, at most a second old, and never from before an act of this worker's staff."""
        if (known := self._known()) is not None:
            return known
        async with self._looking:
            if (known := self._known()) is not None:  # somebody else was faster
                return known
            since, acts, touches = self._ticks(), self._acts, self._touches
            now = await self._look()
            self._last = since, acts, touches, now
            return now

    def _known(self) -> Now | None:
        if self._last is None:
            return None
        since, acts, touches, now = self._last
        holds = UNTOUCHED if self._told and touches == self._touches else self._fresh
        return now if acts == self._acts and self._ticks() - since < holds.total_seconds() else None
