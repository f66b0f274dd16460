"""What the feed does beside a flight's plain story, and how often: drawn for each flight from the seed.

The shares follow what was measured on recorded answers (facts 1 to 15 of the vendor's feed); what is rarer
there than once in a thousand is made likely enough that a simulated day shows it.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum, auto
from random import Random
from typing import TypeVar

from flightagents.sandbox.day import Flight

Twist = TypeVar("Twist")


class Before(Enum):
    """What the feed does before departure."""

    PLAIN = auto()
    FALSE_ALARM = auto()
    """A delay is announced and becomes null again: all clear."""
    SHRINKS = auto()
    """More delay is announced than it becomes: it moves earlier again."""
    FLICKERS = auto()
    """`delay` is null for one look: not known, not on time."""
    RETIMED = auto()
    """`scheduled` moves by the delay, which in most cases stays beside it (fact 9)."""
    RETIMED_EARLIER = auto()
    REINSTATED = auto()
    """Cancelled for half an hour or more, then it goes."""
    CANCELLED_FOR_ONE_LOOK = auto()
    INCIDENT = auto()


class After(Enum):
    """What the feed does after take-off."""

    PLAIN = auto()
    SKIPS_ACTIVE = auto()
    """Scheduled, then landed (fact 10)."""
    SLOW = auto()
    """`departure.actual` is there, and the status stays scheduled for a while."""
    FLIPS_BACK = auto()
    """Active, scheduled for one look, active."""
    RETURNS_TO_GATE = auto()
    DIVERTED = auto()
    STAYS_SCHEDULED = auto()
    """For ever, without any actual time."""
    STAYS_ACTIVE = auto()
    """For ever: it never lands."""
    LANDS_WITHOUT_TIMES = auto()
    UNKNOWN = auto()
    """Status `unknown` for one look."""


# Chance, and the real delay in minutes (from, below) of the flights that it can happen to.
_BEFORE = (
    (0.008, Before.CANCELLED_FOR_ONE_LOOK, (-60, 10_000)),
    (0.001, Before.INCIDENT, (-60, 10_000)),
    (0.10, Before.RETIMED_EARLIER, (-60, -7)),
    (0.12, Before.FALSE_ALARM, (-60, 15)),
    (0.12, Before.SHRINKS, (25, 10_000)),
    (0.05, Before.FLICKERS, (25, 10_000)),
    (0.04, Before.RETIMED, (60, 10_000)),
    (0.03, Before.REINSTATED, (60, 10_000)),
)
_AFTER = (
    (0.004, After.DIVERTED),
    (0.002, After.RETURNS_TO_GATE),
    (0.20, After.SKIPS_ACTIVE),
    (0.08, After.SLOW),
    (0.03, After.FLIPS_BACK),
    (0.03, After.STAYS_SCHEDULED),
    (0.02, After.STAYS_ACTIVE),
    (0.04, After.LANDS_WITHOUT_TIMES),
    (0.005, After.UNKNOWN),
)


def twists_of(flight: Flight, rng: Random) -> tuple[Before, After]:
    """Draw what is odd about a flight that was not cancelled."""
    late = (flight.delay or timedelta()) // timedelta(minutes=1)
    possible = [(chance, twist) for chance, twist, (least, below) in _BEFORE if least <= late < below]
    before = draw(possible, Before.PLAIN, rng)
    after = draw(_AFTER, After.PLAIN, rng)
    return before, After.DIVERTED if flight.diverted else after


def draw(chances: Sequence[tuple[float, Twist]], otherwise: Twist, rng: Random) -> Twist:
    """Draw one of several, each with its chance; the rest of the cases is `otherwise`."""
    left = rng.random()
    for chance, twist in chances:
        if left < chance:
            return twist
        left -= chance
    return otherwise
