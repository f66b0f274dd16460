"""How likely there is news of a flight, an hour: the first factor of what a call is worth (worth.py).

The shape follows the feed: next to nothing is announced a day ahead, most in the last two hours and while a
flight is overdue. The figures were fitted to the sandbox's story of January and February 2013
(docs/budget.md).
"""

from datetime import timedelta
from itertools import pairwise

from flightagents.domain.watched import Outlook, Watched

HOUR = 3600.0

STEP = 900.0
"""Seconds between two entries of a table; in between the nearest one holds."""

AHEAD = 24.0
"""Hours before departure from which a flight is looked at, where its date can be asked for."""

AFTER = 24.0
"""Hours past its time for which a flight that has not left is looked for."""

NO_TIME = timedelta(hours=24)
"""A ticket without a time may mean any hour of its date."""

Knots = tuple[tuple[float, float], ...]

_CANCELLED: Knots = (
    *((24, 0.0004), (13, 0.0004), (12, 0.004), (11, 0.0004), (6, 0.0008)),
    *((5, 0.004), (1, 0.005), (0, 0.006), (-0.75, 0.01), (-1, 0.001), (-24, 0.0002)),
)
_WAITING: Knots = (
    *((24, 0.0003), (6, 0.001), (5, 0.006), (4, 0.01), (3, 0.02), (2, 0.05), (1.5, 0.1), (1, 0.25)),
    *((0.5, 0.4), (0, 0.35), (-0.5, 0.3), (-1, 0.15), (-2, 0.05), (-6, 0.01), (-24, 0.001)),
)
_TOLD: Knots = (
    *((24, 0.003), (6, 0.02), (4, 0.15), (3, 0.3), (2, 0.4), (1, 0.5)),
    *((0, 0.5), (-0.5, 0.3), (-1, 0.15), (-2, 0.05), (-6, 0.01), (-24, 0.001)),
)
_REINSTATED = 0.03
_DIVERTED = 0.003
_UNSEEN = 0.02
"""Of a flight that the feed has not shown, and of which we know no time: at any hour of its date."""

_LOOK_FOR_LANDING = 3.0
"""Hours past its arrival for which a flight in the air is still asked for."""
_LONGEST_FLIGHT = 20.0

FIRST_LOOK = 0.008
"""News that a flight brings along when the feed first shows it, most of it cancellations."""


def _table(knots: Knots) -> tuple[float, ...]:
    """Interpolate between knots (hours before departure, news an hour), one entry a step."""
    count = int((AHEAD + AFTER) * HOUR / STEP) + 1
    return tuple(_at(knots, AHEAD - index * STEP / HOUR) for index in range(count))


def _at(knots: Knots, hours: float) -> float:
    for (before, high), (after, low) in pairwise(knots):
        if before >= hours >= after:
            return high + (low - high) * (before - hours) / (before - after)
    return 0.0


_TABLES = {knots: _table(knots) for knots in (_CANCELLED, _WAITING, _TOLD)}
_CANCELLED_TABLE, _WAITING_TABLE, _TOLD_TABLE = (_TABLES[each] for each in (_CANCELLED, _WAITING, _TOLD))

PEAK = max(max(each) for each in _TABLES.values())


def hazard(flight: Watched, leaves_in: float, arrives_in: float | None) -> tuple[float, float]:
    """Give the news to be had an hour: of a cancellation, and of all else. Arguments in seconds from now."""
    match flight.outlook:
        case Outlook.WAITING:
            return _waiting(leaves_in, told=flight.told)
        case Outlook.EXPECTED if arrives_in is None:
            in_time = -NO_TIME.total_seconds() <= leaves_in <= AHEAD * HOUR
            return (0.0, _UNSEEN) if in_time else (0.0, 0.0)
        case Outlook.EXPECTED:
            return _waiting(leaves_in, told=False)
        case Outlook.CANCELLED:
            return 0.0, _REINSTATED if leaves_in > -HOUR else 0.0
        case Outlook.AIRBORNE:
            lands_in = leaves_in + _LONGEST_FLIGHT * HOUR if arrives_in is None else arrives_in
            return 0.0, _DIVERTED if lands_in > -_LOOK_FOR_LANDING * HOUR else 0.0
        case Outlook.OVER:
            return 0.0, 0.0


def _waiting(leaves_in: float, *, told: bool) -> tuple[float, float]:
    index = int((AHEAD * HOUR - leaves_in) / STEP + 0.5)
    if not 0 <= index < len(_WAITING_TABLE) or leaves_in > AHEAD * HOUR:
        return 0.0, 0.0
    return _CANCELLED_TABLE[index], (_TOLD_TABLE if told else _WAITING_TABLE)[index]


_STILL_THERE = {-1: 0.4, -2: 0.12, -3: 0.05, -4: 0.03, -5: 0.02}
"""Part of the flights that have not left, by hours past their time."""

_TOLD_SHARE = 0.15
"""Flights about which something was told, of those that are about to leave."""


def profile() -> list[tuple[int, float]]:
    """Give the news to be had, by whole hours before departure, of a flight of which nothing is known yet."""
    told = _TOLD_SHARE
    return [
        (
            hours,
            _STILL_THERE.get(hours, 1.0)
            * (_at(_CANCELLED, hours) + (1 - told) * _at(_WAITING, hours) + told * _at(_TOLD, hours)),
        )
        for hours in range(int(AHEAD), -6, -1)
    ]
