"""Whether a worker does its work: the table read, partitions assigned, MongoDB and the broker reachable."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from time import monotonic

Check = Callable[[], Awaitable[bool]]

PATIENCE = timedelta(seconds=1)
"""What does not answer within this counts as unreachable."""
FRESH = timedelta(seconds=1)
"""Anybody may ask: within this time all share one answer, so that asking costs nothing."""


class CheckReadiness:
    """Asks each check by its name."""

    def __init__(self, checks: Mapping[str, Check], ticks: Callable[[], float] = monotonic) -> None:
        self._checks = checks
        self._ticks = ticks
        self._asking = asyncio.Lock()
        self._last: dict[str, bool] = {}
        self._asked_at = 0.0

    async def __call__(self) -> dict[str, bool]:
        """Tell of each check, by its name, whether it is well. Never raises."""
        async with self._asking:
            if not self._last or self._ticks() - self._asked_at >= FRESH.total_seconds():
                wells = await asyncio.gather(*map(_is_well, self._checks.values()))
                self._last = dict(zip(self._checks, wells, strict=True))
                self._asked_at = self._ticks()
            return self._last


async def _is_well(check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return await check()
    except Exception:  # noqa: BLE001 - whatever a client raises: it is not reachable
        return False
