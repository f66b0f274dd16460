"""Once a minute: what waits in the ledger although it is too late, and what cannot be handed over.

Both are then settled (settle.py): what is too late is decided on again, and what is stuck told another way.
"""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.handlers.hand_over import count
from flightagents.ports import Waiting

STUCK_AFTER = timedelta(minutes=10)
"""In real time, as long as a promised receipt may take: who says "try later" may say so all day."""

_log = structlog.get_logger(__name__)


class LookAtWaiting:
    """Looks at all rows that wait, those that staff hold among them."""

    def __init__(
        self, waiting: Waiting, clock: Clock, *, down: Callable[[], Collection[Channel]] | None
    ) -> None:
        """`down` gives the channels that nothing leaves on; None where nothing is to leave at all."""
        self._waiting = waiting
        self._clock = clock
        self._down = down

    async def __call__(self) -> None:
        """Look once."""
        now = self._clock.now()
        while late := await self._waiting.expire(now):
            for row in late:
                count(row, State.EXPIRED)
        if self._down is None:
            return
        due_by = now - self._clock.business(STUCK_AFTER)
        while stuck := await self._waiting.stuck(due_by, self._down()):
            for channel, rows in Counter(row.channel for row in stuck).items():
                _log.warning("notifications are stuck; another way is sought", channel=channel, rows=rows)
