"""Once a minute: what waits in the ledger although it is too late, and what cannot be handed over.

Both are then settled (settle.py): what is too late is decided on again, what is stuck is told another way. So
is what was only shown while the agency was in shadow mode.
"""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.handlers.counting import count_end
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
        self._looked = False

    async def __call__(self) -> None:
        """Look once. The first time also at what was only shown, if we are live by now."""
        now = self._clock.now()
        if self._down is not None and not self._looked:
            if shown := await self._waiting.only_shown(now):
                _log.info("what was only shown is decided again", rows=shown)
            self._looked = True
        while late := await self._waiting.expire(now):
            for row in late:
                count_end(row, State.EXPIRED)
        if self._down is None:
            return
        due_by = now - self._clock.business(STUCK_AFTER)
        while stuck := await self._waiting.stuck(STUCK_AFTER, due_by, self._down()):
            for channel, rows in Counter(row.channel for row in stuck).items():
                _log.warning("notifications are stuck; another way is sought", channel=channel, rows=rows)
