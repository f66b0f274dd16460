"""Of the calls that could be made: which are made now, which come next, and how long each flight waits.

The best comes first, and never more than is left of the month.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import nsmallest
from math import isfinite

from flightagents.aviationstack.candidates import Candidate
from flightagents.aviationstack.hazard import HOUR
from flightagents.aviationstack.pace import FLOOR, Prices
from flightagents.domain.call_plan import Call, Why
from flightagents.domain.watched import Watched

MOST_PAGES = 60
"""In one tick, or twice the pages of a query of the settings: what is due beyond that comes at the next."""

COMING = 20
LONGEST = timedelta(hours=24)
"""Without a look: of a flight that the feed does not show yet, or that nothing is expected of."""
EARLY = timedelta(seconds=5)
"""By which a tick may come early."""


def due_now(
    second_looks: Iterable[Call],
    possible: Iterable[Candidate],
    queries: Iterable[Call],
    prices: Prices,
    now: datetime,
    *,
    most: int,
    left: int | None,
    reserve: int,
) -> tuple[Call, ...]:
    """Choose what to call now: second looks, then what is worth most, then the queries of the settings."""
    at = now.timestamp()
    booked = sorted(
        (each for each in possible if each.is_due(prices, at)),
        key=lambda each: (not each.must, -each.worth(prices), each.query),
    )
    wanted = [
        *((call, True) for call in second_looks),
        *((each.call(prices, now), each.urgent) for each in booked),
        *((call, False) for call in queries if call.due_at <= now + EARLY),
    ]
    chosen: dict[str, Call] = {}
    pages = 0
    for call, urgent in wanted:
        room = most if left is None else min(most, left if urgent else left - reserve)
        if call.query not in chosen and pages + call.pages <= room:
            chosen[call.query] = call
            pages += call.pages
    return tuple(chosen.values())


def coming(
    due: Sequence[Call], possible: Iterable[Candidate], others: Iterable[Call], prices: Prices, now: datetime
) -> tuple[Call, ...]:
    """Give the next calls: of each query the next one, after the one that is made now."""
    made = {call.query for call in due}
    at = now.timestamp()
    times: list[tuple[float, str, Candidate | Call]] = []
    for each in possible:
        when = at + each.interval(prices) * HOUR if each.query in made else each.due_at(prices, at)
        if isfinite(when):
            times.append((when, each.query, each))
    times += [(call.due_at.timestamp(), call.query, call) for call in others if call.query not in made]
    soonest = nsmallest(2 * COMING, times, key=lambda each: each[:2])
    found: dict[str, Call] = {}
    for when, query, what in soonest:
        if query not in found and len(found) < COMING:
            due_at = max(now, datetime.fromtimestamp(when, now.tzinfo))
            found[query] = what if isinstance(what, Call) else what.call(prices, due_at)
    return tuple(found.values())


class Intervals(Mapping[str, timedelta]):
    """How long each watched flight may go without a look; made for those alone that are asked for."""

    def __init__(self, possible: Iterable[Candidate], prices: Prices, watched: Sequence[Watched]) -> None:
        self._watched = watched
        self._keys: frozenset[str] | None = None
        self._active: dict[str, timedelta] = {}
        for each in possible:
            if each.why is Why.FILTER:
                continue
            hours = min(each.interval(prices), LONGEST / timedelta(hours=1))
            interval = max(timedelta(hours=hours), FLOOR)
            for key in each.flights:
                self._active[key] = min(interval, self._active.get(key, LONGEST))

    def __getitem__(self, key: str) -> timedelta:
        if key in self._active:
            return self._active[key]
        if key in self._all():
            return LONGEST
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> frozenset[str]:
        if self._keys is None:
            self._keys = frozenset(each.key for each in self._watched)
        return self._keys
