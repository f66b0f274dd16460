"""What staff read of the month's calls: what they cost, what comes next and why, and how old the news is.

handlers/show_budget.py fills it; the command line, the System page and the API show it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Protocol

from flightagents.domain.call_plan import Call, CallPlan
from flightagents.domain.freshness import Cause, Sight, is_judged
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Outlook, Watched

LOOK_AHEAD = timedelta(hours=24)
"""No plan shows a flight earlier: of what leaves later there is no news to be old."""
DEAD_AFTER = timedelta(minutes=2)
"""The poller plans twice a minute: a plan that nobody has kept for so long is followed by nobody."""


class Judged(Protocol):
    """How much is known of a flight, as the leader judged it."""

    @property
    def sight(self) -> Sight:
        """Tell how much."""

    @property
    def cause(self) -> Cause | None:
        """Tell why no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsAge:
    """A watched flight, and what we know of it. Times are business time."""

    key: str
    designator: str
    flight_date: date
    departure: str | None
    arrival: str | None
    outlook: Outlook
    leaves_at: datetime
    timed: bool
    """Whether that is its time; else it is the earliest that its date allows."""
    seen_at: datetime | None
    """The last row of it; None: the feed has not shown it yet."""
    next_look: datetime | None
    """As the plan has it now; None: no call of it is planned."""
    sight: Sight | None = None
    """None: the leader has not judged it yet."""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSheet:
    """The whole sheet."""

    at: datetime
    """Business time."""
    tier: Plan
    """AviationStack's plan, as the settings have it."""
    has_key: bool
    """Whether whoever shows this has a key: without one nothing is polled from here."""
    plan: CallPlan | None
    """What the poller decided last; None: nobody has polled yet."""
    dead_for: timedelta | None = None
    """How long (real time) no poller has kept a plan, where that is long."""
    advice: str | None = None
    """What to do where the plan has too few calls for what is booked."""
    news: tuple[NewsAge, ...] = ()
    """Of flights that leave within a day or should have left, in order of departure."""


def news_of(
    watched: Iterable[Watched], plan: CallPlan | None, sights: Mapping[str, Judged], now: datetime
) -> tuple[NewsAge, ...]:
    """Say of each flight whose news matter how old they are, and when it is looked at next."""
    calls = _next_calls(plan)
    near = (each for each in watched if is_judged(each, now) and each.leaves_at - now <= LOOK_AHEAD)
    found = [
        NewsAge(
            key=each.key,
            designator=each.designator,
            flight_date=each.flight_date,
            departure=each.departure,
            arrival=each.arrival,
            outlook=each.outlook,
            leaves_at=each.leaves_at,
            timed=each.leaves_by is None,
            seen_at=each.seen_at,
            next_look=calls.get(each.key) or _by_interval(each, plan, now),
            sight=sights[each.key].sight if each.key in sights else None,
            cause=sights[each.key].cause if each.key in sights else None,
        )
        for each in near
    ]
    return tuple(sorted(found, key=lambda each: (each.leaves_at, each.key)))


def next_calls(plan: CallPlan) -> list[Call]:
    """Give the calls that are due and those that come, each query once."""
    found: dict[str, Call] = {}
    for call in chain(plan.due, plan.coming):
        found.setdefault(call.query, call)
    return list(found.values())


WORST_FIRST = (Sight.BLIND, Sight.STALE, None, Sight.FRESH)


def counted(news: Sequence[NewsAge]) -> dict[Sight | None, int]:
    """Count the flights by how much is known of them, the worst first."""
    counts = {sight: sum(each.sight is sight for each in news) for sight in WORST_FIRST}
    return {sight: number for sight, number in counts.items() if number}


def worst_first(news: Sequence[NewsAge]) -> list[NewsAge]:
    """Put those in front of which too little is known, each kind in order of departure."""
    return sorted(news, key=lambda each: WORST_FIRST.index(each.sight))


def _next_calls(plan: CallPlan | None) -> dict[str, datetime]:
    """Give when each flight is asked for next by a call that is planned already."""
    found: dict[str, datetime] = {}
    for call in chain(plan.due, plan.coming) if plan else ():
        for flight in call.flights:
            found[flight] = min(call.due_at, found.get(flight, call.due_at))
    return found


def _by_interval(watched: Watched, plan: CallPlan | None, now: datetime) -> datetime | None:
    """Beyond the calls that are planned the interval tells."""
    interval = plan.intervals.get(watched.key) if plan else None
    if plan is None or interval is None:
        return None
    at_earliest = max(plan.rest.until, now) if plan.rest else now
    return max((watched.seen_at or now) + interval, at_earliest)
