"""Which flights are asked for together: a board where its pages are fewer calls than its flights' own.

One flight alone is looked at sqrt(r / 2 / price) times an hour; of a board of p pages it takes
sqrt(p * sum(r) / 2 / price) pages an hour. So a board pays where
sqrt(p * sum(r)) < sum(sqrt(r)): many flights, much alike. The most likely ones may still be asked for alone.
On a small page a pair of filters may be cheaper yet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from math import sqrt

from flightagents.aviationstack.totals import Totals
from flightagents.aviationstack.ways import boards, dated, today
from flightagents.aviationstack.worth import Part, Stake

CANCELLED_FILTER = "flight_status=cancelled"
DELAYED_FILTER = "flight_status=scheduled&min_delay_dep=15"

PAYS = 0.05
"""The part of the calls that a board must save: what is nearly as good alone is left alone."""

_WORTH_FILTERING = 2
"""Pages from which filters are thought of: no answer is less than one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A query that shows several flights, by their keys."""

    query: str
    pages: int
    part: Part
    members: tuple[str, ...]


@dataclass(slots=True)
class Cover:
    """How the flights are asked for; whatever is in no board is asked for alone."""

    asks: list[Ask] = field(default_factory=list)
    boarded: set[str] = field(default_factory=set)
    """Flights that a whole board shows."""
    filtered: frozenset[str] = frozenset()
    """Flights of which filters tell the most."""


@dataclass(frozen=True, slots=True)
class _Option:
    saves: float
    asks: tuple[Ask, ...]


Group = tuple[str, date | None]


def cover(stakes: Iterable[Stake], totals: Totals, closed: Callable[[str], bool], now: datetime) -> Cover:
    """Put flights on boards, what saves the most first; `closed` tells which queries cannot be asked."""
    groups = _groups(stakes, now)
    found = Cover()
    filtered: set[str] = set()
    taken: set[str] = set()
    heap = []
    for group, members in groups.items():
        option = _best(group, members, totals, closed)
        if option is not None:
            heap.append((-option.saves, group[0], str(group[1]), group))
    heapify(heap)
    while heap:
        saves, name, day, group = heappop(heap)
        option = _best(group, [each for each in groups[group] if each.key not in taken], totals, closed)
        if option is None:
            continue
        if option.saves < -saves * (1 - 1e-9):
            heappush(heap, (-option.saves, name, day, group))
            continue
        for ask in option.asks:
            found.asks.append(ask)
            taken.update(ask.members)
            (found.boarded if ask.part is Part.ALL else filtered).update(ask.members)
    found.filtered = frozenset(filtered)
    return found


def _groups(stakes: Iterable[Stake], now: datetime) -> dict[Group, list[Stake]]:
    """Gather who is on which board. What is still about from yesterday stands on its last pages: alone."""
    groups: dict[Group, list[Stake]] = defaultdict(list)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for each in stakes:
        if each.day is None and each.flight.flight_date < today(each.flight.departure, hour):
            continue
        for board in boards(each.flight):
            groups[board, each.day].append(each)
    return {group: members for group, members in groups.items() if len(members) > 1}


def _best(
    group: Group, members: Sequence[Stake], totals: Totals, closed: Callable[[str], bool]
) -> _Option | None:
    """Give the cheapest way to ask for a group, unless each alone is cheaper."""
    if len(members) < 2:  # noqa: PLR2004 - one flight is no board
        return None
    alone = sum(sqrt(each.rate(Part.ALL, filtered=False)) for each in members)
    pages = totals.pages(*group, only_today=True)
    options = []
    if not closed(dated(*group)):
        options.append(_board(group, members, pages, alone))
    if pages >= _WORTH_FILTERING:
        options.append(_filters(group, members, pages, totals, alone))
    options = [
        each
        for each in options
        if each is not None and each.saves > PAYS * alone and not any(closed(ask.query) for ask in each.asks)
    ]
    return max((each for each in options if each), key=lambda each: each.saves, default=None)


def _board(group: Group, members: Sequence[Stake], pages: int, alone: float) -> _Option | None:
    """Ask for the whole board; the likeliest flights alone where that is cheaper."""
    ordered = sorted(members, key=lambda each: -each.rate(Part.ALL, filtered=False))
    rates = [each.rate(Part.ALL, filtered=False) for each in ordered]
    rest, ahead = sum(rates), 0.0
    best, cut = alone, len(rates)
    for index, rate in enumerate(rates):
        cost = ahead + sqrt(pages * max(rest, 0.0))
        if cost < best:
            best, cut = cost, index
        ahead += sqrt(rate)
        rest -= rate
    together = ordered[cut:]
    if len(together) < 2:  # noqa: PLR2004 - one flight is no board
        return None
    keys = tuple(each.key for each in together)
    return _Option(alone - best, (Ask(dated(*group), pages, Part.ALL, keys),))


def _filters(
    group: Group, members: Sequence[Stake], pages: int, totals: Totals, alone: float
) -> _Option | None:
    """Ask what is cancelled and what is late, and look at the flights themselves less often."""
    board, day = group
    fit = [each for each in members if each.may_be_filtered]
    if len(fit) < 2:  # noqa: PLR2004 - one flight is no board
        return None
    cancelled, delayed = (dated(f"{board}&{each}", day) for each in (CANCELLED_FILTER, DELAYED_FILTER))
    keys = tuple(each.key for each in fit)
    asks = [
        Ask(cancelled, totals.filter_pages(cancelled), Part.CANCELLED, keys),
        Ask(delayed, totals.filter_pages(delayed), Part.DELAYED, keys),
    ]
    cost = sum(sqrt(ask.pages * sum(each.rate(ask.part, filtered=True) for each in fit)) for ask in asks)
    rates = [each.rate(Part.ALL, filtered=True) for each in fit]
    looks, board_looks = sum(map(sqrt, rates)), sqrt(pages * sum(rates))
    if board_looks < looks:
        asks.append(Ask(dated(board, day), pages, Part.ALL, keys))
    fit_keys = set(keys)
    others = sum(sqrt(each.rate(Part.ALL, filtered=False)) for each in members if each.key not in fit_keys)
    saves = alone - others - cost - min(looks, board_looks)
    return _Option(saves, tuple(asks))
