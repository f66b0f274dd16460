"""Stops a channel whose settings are wrong, and tries with one message a minute whether it works again."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import structlog

from flightagents.domain.bookings import Channel
from flightagents.metrics import CHANNEL_STOPPED

STOPPED_FOR = timedelta(seconds=60)
"""Between two tries: providers lock an account after a few wrong passwords in a row."""

_log = structlog.get_logger(__name__)


class Breaker:
    """One channel's. It stops nothing but that channel, and counts for this worker alone."""

    def __init__(self, channel: Channel, ticks: Callable[[], float] = monotonic) -> None:
        self._channel = channel
        self._ticks = ticks
        self._reason: str | None = None
        """Why it stopped; None while it works."""
        self._until = 0.0
        CHANNEL_STOPPED.labels(channel=channel.value).set(0)

    @property
    def stopped(self) -> bool:
        """Whether nothing has gone through since it stopped."""
        return self._reason is not None

    @property
    def reason(self) -> str:
        """Why it stopped, naming the setting; empty while it works."""
        return self._reason or ""

    @property
    def rests(self) -> bool:
        """Whether nothing is to be sent now."""
        return self._reason is not None and self._ticks() < self._until

    def allows(self, wanted: int) -> int:
        """Give how many messages may be begun: none while it rests, then one until one has gone through."""
        if self._reason is None:
            return wanted
        return 0 if self.rests else min(1, wanted)

    def trip(self, reason: str) -> None:
        """Stop it. Said once, however often it is tried in vain, unless something else is wrong now."""
        if self._reason != reason:
            _log.error("a channel stops: its settings are wrong", channel=self._channel, reason=reason)
        self._reason = reason
        CHANNEL_STOPPED.labels(channel=self._channel.value).set(1)
        self._until = self._ticks() + STOPPED_FOR.total_seconds()

    def works(self) -> None:
        """Let it go on: the provider has taken a message, or refused it for what it is."""
        if self._reason is not None and not self.rests:
            _log.warning("a channel works again", channel=self._channel)
            self._reason = None
            CHANNEL_STOPPED.labels(channel=self._channel.value).set(0)
