"""A bucket in memory; MongoDB's passes the same contract tests (tests/contract/test_rates.py)."""

from collections.abc import Callable


class FakeRate:
    """Holds one second's worth, on a clock that a test moves."""

    def __init__(self, per_second: float, ticks: Callable[[], float]) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._left = self._most
        self._ticks = ticks
        self._seen_at = ticks()

    async def take(self, wanted: int) -> int:
        now = self._ticks()
        self._left = min(self._most, self._left + (now - self._seen_at) * self._per_second)
        self._seen_at = now
        if self._left < min(wanted, max(1.0, self._per_second / 4)):
            return 0
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken

    async def give_back(self, unused: int) -> None:
        self._left = min(self._most, self._left + unused)
