"""What a look at a flight is worth: travellers x how likely news is x how long nobody has looked, squared.

News that comes at a rate r and is found after a time a is on average a / 2 old, and there are r * a of them:
a look spares the travellers r * a^2 / 2 hours of not knowing. It is worth making where that reaches the
price of a call (pace.py). So a flight is looked at each sqrt(2 * price / r) hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from math import inf, sqrt
from math import pow as pow_

from flightagents.aviationstack.hazard import FIRST_LOOK, HOUR, hazard
from flightagents.aviationstack.ways import asked_date, first_look
from flightagents.domain.plans import Limits
from flightagents.domain.watched import Outlook, Watched

FOUND = 0.85
"""Part of the news that a pair of filters would show; the rest (all clear, retimes, diversions) they hide."""

FILTERED_UNTIL = -0.5 * HOUR
"""Seconds to departure: of what is later than that only a look tells whether it has left."""


MILDLY = 0.3
"""The power of the travellers that counts: with eight of them a flight is looked at 1.4 times as often."""


class Part(Enum):
    """Which news a query shows."""

    ALL = auto()
    CANCELLED = auto()
    DELAYED = auto()


@dataclass(slots=True)
class Stake:
    """What is at stake with one flight now. Rates are news an hour, weighted; times are epoch seconds."""

    flight: Watched
    key: str
    cancelled: float
    other: float
    first: float
    """Weighted news that its first look may bring, whenever that is."""
    since: float
    """When it was seen last, else since when it could be."""
    leaves_in: float
    day: date | None
    """By which date it is asked for."""

    @property
    def may_be_filtered(self) -> bool:
        """Whether an empty answer of a filter lets us spend less on it."""
        return (
            not self.flight.told
            and self.flight.outlook is Outlook.WAITING
            and self.leaves_in > FILTERED_UNTIL
        )

    def rate(self, part: Part, *, filtered: bool) -> float:
        """Give the news an hour that a query of this part is to find; the filters leave some to the looks."""
        match part:
            case Part.ALL:
                return (self.cancelled + self.other) * (1 - FOUND if filtered else 1)
            case Part.CANCELLED:
                return self.cancelled * FOUND
            case Part.DELAYED:
                return self.other * FOUND


def weight(travellers: int) -> float:
    """Count travellers mildly: nobody waits much longer because somebody else travels in a group."""
    return pow_(max(travellers, 1), MILDLY)


def stake(flight: Watched, limits: Limits, now: datetime) -> Stake | None:
    """Say what is at stake; None where nothing is, or where the feed cannot show it yet."""
    begins = first_look(flight, limits)
    if begins > now or flight.outlook is Outlook.OVER:
        return None
    leaves_in = (flight.leaves_at - now).total_seconds()
    cancelled, other = hazard(flight, now)
    if cancelled + other <= 0:
        return None
    weighs = weight(flight.travellers)
    unseen = flight.outlook is Outlook.EXPECTED
    return Stake(
        flight=flight,
        key=flight.key,
        cancelled=weighs * cancelled,
        other=weighs * other,
        first=weighs * FIRST_LOOK if unseen else 0.0,
        since=(flight.seen_at or begins).timestamp(),
        leaves_in=leaves_in,
        day=asked_date(flight, limits, now),
    )


@dataclass(frozen=True, slots=True)
class Gain:
    """What a call gains: `now`, and in x hours now + slope * x + bend * x^2."""

    now: float
    slope: float
    bend: float

    def reaches(self, price: float) -> float:
        """Hours until it is worth a price; infinite where it never is."""
        short = price - self.now
        if short <= 0:
            return 0.0
        if self.bend <= 0:
            return short / self.slope if self.slope > 0 else inf
        return (sqrt(self.slope**2 + 4 * self.bend * short) - self.slope) / (2 * self.bend)

    def interval(self, price: float) -> float:
        """Hours between two calls at this price, once nothing waits for a first look."""
        return sqrt(price / self.bend) if self.bend > 0 else inf


def gain(stakes: Iterable[Stake], part: Part, filtered: frozenset[str], asked: float, at: float) -> Gain:
    """Sum up what a query shows, which was asked last at `asked`; both times are epoch seconds."""
    now = slope = bend = 0.0
    for each in stakes:
        rate = each.rate(part, filtered=each.key in filtered)
        age = max(at - max(each.since, asked), 0.0) / HOUR
        first = each.first if part is Part.ALL else 0.0
        now += rate * age * age / 2 + first * age
        slope += rate * age + first
        bend += rate / 2
    return Gain(now, slope, bend)
