"""The logins whose password is being checked, or waits for it: few at a time, and fewer from one address.

To check one takes its time. Whoever floods the login is told so at once, and keeps nobody else waiting.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 20
MOST_OF_ADDRESS = 2


class LoginQueue:
    """Counts those of this worker that are in it."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()

    @contextmanager
    def place(self, address: str) -> Iterator[bool]:
        """Hold a place for a login from an address; False where there is none."""
        if self._inside[address] >= MOST_OF_ADDRESS or self._inside.total() >= MOST:
            yield False
            return
        self._inside[address] += 1
        try:
            yield True
        finally:
            self._inside[address] -= 1
            if not self._inside[address]:
                del self._inside[address]
