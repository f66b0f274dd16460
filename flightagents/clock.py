"""Business time, what "now" means to decisions: the system's, or a simulated day that all processes share.

Leases, time-outs, back-off and TTL run on real time and never ask this clock.
"""

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_FORM = "system, or simulated:START@SPEED@ANCHOR such as simulated:2026-11-22T15:00:00Z@120@1795415917"


class Clock(Protocol):
    """Tells business time."""

    def now(self) -> datetime:
        """Give the time in UTC."""

    def real(self, duration: timedelta) -> timedelta:
        """Tell how long a business duration lasts in real time."""

    def business(self, duration: timedelta) -> timedelta:
        """Tell how much business time goes by in a real duration."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Give the time in UTC."""
        return datetime.now(UTC)

    def real(self, duration: timedelta) -> timedelta:
        """Give the duration: business time is real time."""
        return duration

    def business(self, duration: timedelta) -> timedelta:
        """Give the duration: business time is real time."""
        return duration


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Starts at `start` when the real epoch second is `anchor`, and runs `speed` times as fast."""

    start: datetime
    speed: float
    anchor: float

    def now(self) -> datetime:
        """Give the simulated time in UTC."""
        return self.start + timedelta(seconds=(time.time() - self.anchor) * self.speed)

    def real(self, duration: timedelta) -> timedelta:
        """Give the duration divided by the speed."""
        return duration / self.speed

    def business(self, duration: timedelta) -> timedelta:
        """Give the duration times the speed."""
        return duration * self.speed


def clock_from(text: str) -> Clock:
    """Build the clock that the setting CLOCK names. Raises ValueError."""
    if text == "system":
        return SystemClock()
    kind, _, rest = text.partition(":")
    try:
        start, speed, anchor = rest.split("@")
        clock = SimulatedClock(datetime.fromisoformat(start).astimezone(UTC), float(speed), float(anchor))
    except (ValueError, OverflowError):
        clock = None
    if (
        kind != "simulated"
        or clock is None
        or not (math.isfinite(clock.anchor) and 0 < clock.speed < math.inf)
    ):
        raise ValueError(f"no clock: write {_FORM}")
    return clock
