"""One look at what is wrong now for everybody who watches: all viewers of a worker see the same page.

Each viewer's page is asked for at every change, in a storm several times a second. It is put together once,
and whoever asks meanwhile, or within a second after, gets that one; so does, for longer, whoever asks while
nothing of it is touched, or where a look takes long. An act of the staff shows at once, and what has changed
comes by the page's stream.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import NamedTuple, Protocol

from flightagents.domain.touch import Touch
from flightagents.handlers.now import Now

FRESH = timedelta(seconds=1)
"""Real time."""
UNTOUCHED = timedelta(seconds=10)
"""Real time for which it holds while nothing is touched: time alone moves what is urgent."""
TIMES = 10
"""It holds so many times as long as it took: so pages take a tenth of the time for it at most."""


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
        self._last: _Looked | None = None
        self._acts = 0
        self._told = False
        self._touches = 0

    def acted(self) -> None:
        """Look anew for whoever asks from now on: somebody has done something."""
        self._acts += 1

    def hear(self, touch: Touch | None) -> None:
        """Note that something of it was touched; None: from now on nobody tells."""
        self._told = touch is not None
        self._touches += 1

    def follow(self) -> None:
        """Look anew for whoever asks from now on, if anything was touched since the last look."""
        if not self._told or self._last is None or self._last.touches != self._touches:
            self.acted()

    async def __call__(self) -> Now:
        """Give what is wrong, ten seconds old at most, and never from before an act of this worker's."""
        if (known := self._known()) is not None:
            return known
        async with self._looking:
            if (known := self._known()) is not None:  # somebody else was faster
                return known
            since, acts, touches = self._ticks(), self._acts, self._touches
            now = await self._look()
            self._last = _Looked(since, self._ticks() - since, acts, touches, now)
            return now

    def _known(self) -> Now | None:
        if self._last is None:
            return None
        last, longest = self._last, UNTOUCHED.total_seconds()
        untouched = self._told and last.touches == self._touches
        holds = longest if untouched else min(longest, max(self._fresh.total_seconds(), TIMES * last.took))
        return last.now if last.acts == self._acts and self._ticks() - last.since < holds else None


class _Looked(NamedTuple):
    """A look: when it began, how long it took, and after how many acts and touches."""

    since: float
    took: float
    acts: int
    touches: int
    now: Now
