"""How much of a worker's time the lists of open pages may take: little while it has records to work on."""

from collections.abc import Callable
from time import monotonic, process_time

BESIDE_OTHERS = 0.05
"""Of the time, while the process is busy with something else."""
ALONE = 0.5
"""While it is not: lists then follow a change as fast as they can be made."""
BUSY = 0.5
"""Of the time; whatever takes more of the processor than that is the stream of records."""
BURST = 0.5
"""Seconds of work that may be done at once after a quiet time: a change that comes alone is shown at once."""


class Allowance:
    """A share of the time, of which some seconds are saved up while nothing is spent."""

    def __init__(
        self, seconds: Callable[[], float] = monotonic, processor: Callable[[], float] = process_time
    ) -> None:
        """`processor` tells what the whole process has used of it, in seconds."""
        self._seconds = seconds
        self._processor = processor
        self._saved = BURST
        self._at, self._used = seconds(), processor()

    def spend(self, spent: float) -> float:
        """Spend so many seconds; give how many to wait until some are left again."""
        now, used = self._seconds(), self._processor()
        passed, others = now - self._at, used - self._used - spent
        share = BESIDE_OTHERS if others > BUSY * passed else ALONE
        self._saved = min(BURST, self._saved + passed * share) - spent
        self._at, self._used = now, used
        return max(0.0, -self._saved / share)
