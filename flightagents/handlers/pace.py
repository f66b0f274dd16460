"""How patient a channel is."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flightagents.domain.bookings import Channel


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits of a channel: after a send that was not taken, and before it is asked about an uncertain one."""

    first: timedelta
    longest: timedelta
    grace: timedelta

    def wait(self, tries: int, draw: Callable[[], float] = random.random) -> timedelta:
        """Double from the first to the longest; jitter takes away up to a half."""
        doubled = min(self.longest, self.first * 2.0 ** min(tries, 20))
        return doubled * (0.5 + draw() / 2)


PACES = {
    Channel.EMAIL: Pace(timedelta(seconds=30), timedelta(minutes=15), grace=timedelta(minutes=2)),
    Channel.SMS: Pace(timedelta(seconds=5), timedelta(minutes=2), grace=timedelta(seconds=30)),
}
