"""The price of a call: what a look must be worth so that the month's calls last until the month ends.

Each flight, looked at each sqrt(2 * price / r) hours, asks for a number of calls that falls with the root of
the price. The price is where all flights until the month's end together ask for the calls that are left.
Bookings come late: where fewer are known than the past days had, the rest of the month is reckoned like them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import sqrt

from flightagents.aviationstack.hazard import AHEAD, HOUR, PEAK, profile
from flightagents.aviationstack.totals import Totals
from flightagents.aviationstack.ways import SHOWN_AHEAD
from flightagents.aviationstack.worth import weight
from flightagents.domain.plans import Limits
from flightagents.domain.watched import Watched

FLOOR = timedelta(seconds=60)
"""Between two calls of a query: the feed itself is some minutes behind, and a look less than a minute later
confirms nothing."""

CHEAPEST = PEAK * (25 / HOUR) ** 2 / 2
"""The lowest price: where news is likeliest it asks each 25 s, which FLOOR forbids, and where it is a
sixteenth as likely each 100 s. More calls for bookings would only be taken from the settings' queries."""

_ROUNDS = 30
_NEAR_ENOUGH = 0.005
_ENOUGH_PAST = 3
"""Days of which one knows, from which on they tell what is usual."""
PAST = timedelta(days=28)
"""Days before today that tell how many flights a day has, as far as `watched` knows them."""
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Day:
    """What one day's flights ask for."""

    flights: int = 0
    alone: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Hour before departure -> sum of the roots of the rates, and flights."""
    boards: list[tuple[float, int]] = field(default_factory=list)
    """Root of pages x rates, and pages, of each board and hour."""

    def calls(self, price: float) -> float:
        """Give the calls at a price."""
        most = timedelta(hours=1) / FLOOR
        pace = 1 / sqrt(2 * price)
        alone = sum(min(roots * pace, count * most) for roots, count in self.alone.values())
        return alone + sum(min(roots * pace, pages * most) for roots, pages in self.boards)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a call must be worth: for flights that may use the reserve, less."""

    usual: float
    urgent: float


class Demand:
    """What the flights from now until the month ends ask for, at any price."""

    def __init__(
        self, watched: Sequence[Watched], limits: Limits, totals: Totals, now: datetime, ends: datetime
    ) -> None:
        days = _days(watched, limits, totals, now, ends)
        today = now.date()
        self._known = [day for date_, day in days.items() if date_ >= today]
        since = min((each.leaves_at.date() for each in watched), default=today)
        self._usual = _usual(days, today, since)
        self._to_come = (ends.date() - today).days - 1
        self._booked = [day for date_, day in days.items() if date_ > today]
        expected = self._to_come * sum(day.flights for day in self._usual) / len(self._usual)
        self._missing = max(expected - sum(day.flights for day in self._booked), 0.0)
        self.flights = sum(now <= each.leaves_at < ends for each in watched) + round(self._missing)

    def calls(self, price: float) -> float:
        """Give the calls until the month ends at a price."""
        known = sum(day.calls(price) for day in self._known)
        if not self._missing:
            return known
        usual = sum(day.calls(price) for day in self._usual) / len(self._usual)
        return known + max(self._to_come * usual - sum(day.calls(price) for day in self._booked), 0.0)

    def prices(self, left: int, reserve: int) -> Prices:
        """Find the prices at which the calls that are left last."""
        free = max(left - reserve, 1)
        usual = self.price(free)
        return Prices(usual, max(usual * (free / max(left, free)) ** 2, CHEAPEST))

    def price(self, calls: float) -> float:
        """Find the price at which these calls are asked for: they fall about with its root."""
        price = CHEAPEST
        for _ in range(_ROUNDS):
            asked = self.calls(price)
            if asked <= calls * (1 + _NEAR_ENOUGH):
                break
            price *= (asked / calls) ** 2
        return price


def _usual(days: Mapping[date, _Day], today: date, since: date) -> list[_Day]:
    """Give the days that tell what a day has: the past ones; where few are known, the next two as well."""
    past = [today - n * _DAY for n in range(1, PAST.days + 1) if today - n * _DAY >= since]
    booked_by_now = [today + _DAY, today + 2 * _DAY] if len(past) < _ENOUGH_PAST else []
    return [days.get(date_, _Day()) for date_ in (*past, *booked_by_now)]


def _days(
    watched: Iterable[Watched], limits: Limits, totals: Totals, now: datetime, ends: datetime
) -> dict[date, _Day]:
    """Sum up by airport and hour, then by day: an hour of today that has passed asks for nothing."""
    leaving: dict[tuple[str, int], tuple[float, float, int]] = {}
    days: dict[date, _Day] = defaultdict(_Day)
    first, last = now - PAST, ends + timedelta(hours=AHEAD)
    for each in watched:
        if not first <= each.leaves_at < last:
            continue
        where = each.departure or "", int(each.leaves_at.timestamp() // HOUR)
        weighs = weight(each.travellers)
        roots, sum_, count = leaving.get(where, (0.0, 0.0, 0))
        leaving[where] = roots + sqrt(weighs), sum_ + weighs, count + 1
        days[each.leaves_at.date()].flights += 1 if each.leaves_at < ends else 0
    _spread(leaving, days, limits, totals, now=now, ends=ends)
    return {date_: day for date_, day in days.items() if day.flights or day.alone or day.boards}


def _spread(
    leaving: dict[tuple[str, int], tuple[float, float, int]],
    days: dict[date, _Day],
    limits: Limits,
    totals: Totals,
    *,
    now: datetime,
    ends: datetime,
) -> None:
    """Spread each flight over the hours around its departure, and see where a board is cheaper."""
    ahead = AHEAD if limits.asks_by_date else SHOWN_AHEAD / timedelta(hours=1)
    rates = [each for each in profile() if each[0] <= ahead]
    buckets: dict[tuple[str, int], list[tuple[int, float, float, int]]] = defaultdict(list)
    this_hour, last_hour = int(now.timestamp() // HOUR), int(ends.timestamp() // HOUR)
    midnight = int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() // HOUR)
    for (airport, hour), (roots, sum_, count) in leaving.items():
        for hours, root, rate in rates:
            at = hour - hours
            if at < last_hour and not midnight <= at < this_hour:
                buckets[airport, at].append((hours, roots * root, sum_ * rate, count))
    for (airport, at), parts in buckets.items():
        day = days[datetime.fromtimestamp(at * HOUR, now.tzinfo).date()]
        alone = sum(part[1] for part in parts)
        pages = totals.pages(f"dep_iata={airport}", None, only_today=True)
        together = sqrt(pages * sum(part[2] for part in parts))
        if airport and together < alone:
            day.boards.append((together, pages))
            continue
        for hours, roots, _, count in parts:
            before = day.alone.get(hours, (0.0, 0.0))
            day.alone[hours] = before[0] + roots, before[1] + count
