"""How likely there is news of a flight, an hour: the first factor of what a call is worth (worth.py).

The shape follows the feed: next to nothing is announced a day ahead, most in the last two hours and while a
flight is overdue. The figures were fitted to the sandbox's story of January and February 2013
(docs/budget.md).
"""

from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from math import sqrt

from flightagents.domain.watched import Outlook, Watched

HOUR = 3600.0

STEP = 900.0
"""Seconds between two entries of a table; in between the nearest one holds."""

AHEAD = 24.0
"""Hours before departure from which a flight is looked at, where its date can be asked for."""

AFTER = 24.0
"""Hours past its time for which a flight that has not left is looked for."""

Knots = tuple[tuple[float, float], ...]

_CANCELLED: Knots = (
    *((24, 0.0006), (6, 0.002), (5, 0.003), (4, 0.008), (3, 0.01), (1, 0.01), (0, 0.007), (-0.25, 0.01)),
    *((-0.75, 0.03), (-1, 0.005), (-3, 0.001), (-24, 0.0002)),
)
_WAITING: Knots = (
    *((24, 0.0003), (6, 0.002), (4.5, 0.004), (4, 0.025), (2.25, 0.04), (1.75, 0.06), (1.5, 0.13)),
    *((1, 0.28), (0.75, 0.25), (0.5, 0.12), (0.25, 0.07), (0, 0.07), (-0.5, 0.06), (-1, 0.04)),
    *((-3, 0.01), (-6, 0.004), (-24, 0.001)),
)
_TOLD: Knots = (
    *((24, 0.02), (6, 0.1), (4, 0.5), (1.25, 0.35), (0.75, 0.5), (0, 0.6), (-0.25, 0.4)),
    *((-0.5, 0.1), (-1, 0.04), (-3, 0.01), (-6, 0.004), (-24, 0.001)),
)
_REINSTATED = 0.03
_DIVERTED = 0.003
_UNSEEN = 0.02
"""Of a flight that the feed has not shown, and of which we know no time: at any hour of its date."""

_LATE = timedelta(hours=3)
"""For which a flight in the air is still asked for past its arrival, and one never seen past its date."""
_LONGEST_FLIGHT = timedelta(hours=20)

FIRST_LOOK = 0.01
"""News that a flight brings along when the feed first shows it, most of it cancellations."""


EVEN = 0.3
"""News at an unlikely hour is taken for likelier than it is, by the root of this order of how unlikely it is.
Without that news would be youngest on average, but what is new at such an hour would be found very late."""
MOST = 2.5
"""Times by which it is at most."""

_LIKELIEST = max(rate for _, rate in _TOLD)


def _at(knots: Knots, hours: float) -> float:
    """Interpolate between knots: hours before departure, news an hour."""
    for (before, high), (after, low) in pairwise(knots):
        if before >= hours >= after:
            return high + (low - high) * (before - hours) / (before - after)
    return 0.0


def _pair(hours: float, *, told: bool) -> tuple[float, float]:
    """Give the news of a cancellation and of all else, evened out."""
    cancelled, other = _at(_CANCELLED, hours), _at(_TOLD if told else _WAITING, hours)
    times = min(max(_LIKELIEST / (cancelled + other), 1.0) ** EVEN, MOST) if cancelled + other > 0 else 1.0
    return cancelled * times, other * times


_COUNT = int((AHEAD + AFTER) * HOUR / STEP) + 1
_PAIRS = {
    told: tuple(_pair(AHEAD - index * STEP / HOUR, told=told) for index in range(_COUNT))
    for told in (False, True)
}

PEAK = max(map(sum, _PAIRS[True]))
"""The likeliest news, an hour."""


def hazard(flight: Watched, now: datetime) -> tuple[float, float]:
    """Give the news to be had an hour: of a cancellation, and of all else."""
    leaves_in = (flight.leaves_at - now).total_seconds()
    match flight.outlook:
        case Outlook.WAITING:
            return _waiting(leaves_in, told=flight.told)
        case Outlook.EXPECTED if flight.leaves_by is not None:
            in_time = leaves_in <= AHEAD * HOUR and now <= flight.leaves_by + _LATE
            return (0.0, _UNSEEN) if in_time else (0.0, 0.0)
        case Outlook.EXPECTED:
            return _waiting(leaves_in, told=False)
        case Outlook.CANCELLED:
            return 0.0, _REINSTATED if leaves_in > -HOUR else 0.0
        case Outlook.AIRBORNE:
            lands_at = flight.arrives_at or flight.leaves_at + _LONGEST_FLIGHT
            return 0.0, _DIVERTED if now < lands_at + _LATE else 0.0
        case Outlook.OVER:
            return 0.0, 0.0


def _waiting(leaves_in: float, *, told: bool) -> tuple[float, float]:
    index = int((AHEAD * HOUR - leaves_in) / STEP + 0.5)
    return _PAIRS[told][index] if leaves_in <= AHEAD * HOUR and index < _COUNT else (0.0, 0.0)


_STILL_THERE = {-1: 0.3, -2: 0.07, -3: 0.05, -4: 0.04, -5: 0.04}
"""Part of the flights that have not left, by hours past their time."""

_TOLD_SHARE = 0.25
"""Flights about which something was told, of those that are about to leave."""

_QUARTERS = (-0.375, -0.125, 0.125, 0.375)


@cache
def profile() -> list[tuple[int, float, float]]:
    """Tell what a flight of which nothing is known yet will ask for, by whole hours before departure.

    Of each hour: the mean root of the news to be had, and its mean; both of the flights that are still there.
    """
    found = []
    for hours in range(int(AHEAD), min(_STILL_THERE) - 1, -1):
        there = _STILL_THERE.get(hours, 1.0)
        rates = []
        for quarter in _QUARTERS:
            at = min(hours + quarter, AHEAD)
            untold, told = (sum(_pair(at, told=each)) for each in (False, True))
            rates += [(1 - _TOLD_SHARE, untold), (_TOLD_SHARE, told)]
        share = there / len(_QUARTERS)
        roots = sum(part * sqrt(rate) for part, rate in rates) * share
        found.append((hours, roots, sum(part * rate for part, rate in rates) * share))
    return found
