"""What staff see of sight: the feed, its queries, and how many watched flights are fresh, stale or blind.

handlers/report_sight.py fills it; the System page, the API and problems.py read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flightagents.domain.feed_freshness import still_asked
from flightagents.domain.freshness import Cause, Freshness, Sight, of_query
from flightagents.domain.query_standing import QueryStanding, Suspicion
from flightagents.domain.sights import KeptSight, counted

SHOWN = 20
"""Queries that fail. A planner asks hundreds, one for each flight."""
SHOWN_WELL = 5
"""Queries that are answered: the ones asked last."""
_WORST = list(reversed(Sight))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySight:
    """One query, or the key. Times are business time."""

    query: str
    found: Freshness
    asked_at: datetime
    since: datetime | None
    """Since when it fails."""
    failures: int
    suspicion: Suspicion | None
    code: str


@dataclass(frozen=True, slots=True)
class SightCount:
    """So many watched flights are so fresh, for this reason."""

    sight: Sight
    cause: Cause | None
    flights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SightReport:
    """All of it."""

    feed: Freshness
    since: datetime | None = None
    """Since when the feed is as it is, as the leader saw it."""
    queries: tuple[QuerySight, ...] = ()
    """The worst first, then the one asked last."""
    more: int = 0
    """Queries that are not among them."""
    counts: tuple[SightCount, ...] = ()
    """The worst first."""
    flights: Mapping[str, KeptSight] = field(default_factory=dict)
    """By the key under which each is watched."""

    def of(self, sight: Sight) -> int:
        """Count the flights that are so."""
        return sum(each.flights for each in self.counts if each.sight is sight)


UNKNOWN = SightReport(feed=Freshness(sight=Sight.STALE, cause=Cause.NOT_ASKED))
"""Where nobody has ever looked."""


def queries_of(
    standings: Iterable[QueryStanding], now: datetime, slack: timedelta
) -> tuple[tuple[QuerySight, ...], int]:
    """Give the queries that are shown, and how many are not: also those that nobody asks any more."""
    standings = list(standings)
    found = [
        QuerySight(
            query=each.query,
            found=of_query(each, now, slack),
            asked_at=each.asked_at,
            since=each.failing_since,
            failures=each.failures,
            suspicion=each.suspicion,
            code=each.code,
        )
        for each in still_asked(standings, now)
    ]
    found.sort(key=lambda each: each.asked_at, reverse=True)
    found.sort(key=lambda each: _WORST.index(each.found.sight))
    well = [each for each in found if each.found.sight is Sight.FRESH]
    shown = (*found[: min(len(found) - len(well), SHOWN)], *well[:SHOWN_WELL])
    return shown, len(standings) - len(shown)


def counts_of(flights: Mapping[str, KeptSight]) -> tuple[SightCount, ...]:
    """Count the flights, the worst first."""
    known = [SightCount(sight, cause, flights) for (sight, cause), flights in counted(flights).items()]
    return tuple(sorted(known, key=lambda each: (_WORST.index(each.sight), -each.flights)))
