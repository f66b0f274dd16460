"""The queries of the settings: asked with the calls that the booked flights leave, as often as these last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flightagents.domain.call_plan import Call, Why
from flightagents.domain.query_standing import UNFILTERED, QueryStanding
from flightagents.settings.queries import parse_queries


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How the queries are asked until the month ends."""

    calls: tuple[Call, ...] = ()
    """The next call of each, due or not."""
    until_month_end: float = 0.0
    """Calls that this makes."""
    every: timedelta | None = None
    """How often each is asked; None: none is."""
    last_until: datetime | None = None
    """When the calls would end at the interval that was asked for; None: they would not."""


class SettingsQueries:
    """What `POLL_QUERIES` asks for, each `POLL_INTERVAL` if the month's calls last."""

    def __init__(self, queries: str, interval: timedelta, max_pages: int, page_size: int) -> None:
        """Raises ValueError for queries that cannot be."""
        self._queries = list(parse_queries(queries))
        self._interval = interval
        self._max_pages = max_pages
        self._page_size = page_size

    def plan(
        self,
        standings: Mapping[str, QueryStanding],
        free: float | None,
        now: datetime,
        ends: datetime,
        *,
        alone: bool,
    ) -> QueryPlan:
        """Spread the `free` calls over the rest of the month; None of them: as often as was asked for.

        `alone`: nothing is booked. Then without queries too the feed's first page is asked for, as the first
        version of this system did.
        """
        asked = self._queries or ([UNFILTERED] if alone else [])
        pages = {query: self._pages(query, standings) for query in asked}
        cost, rest = sum(pages.values()), ends - now
        wanted = cost * (rest / self._interval)
        if not asked:
            return QueryPlan()
        if free is None:
            return QueryPlan(self._calls(pages, standings, self._interval, now), wanted, self._interval)
        rounds = max(free, 0.0) / cost
        ends_at = None if wanted <= free else now + rounds * self._interval
        if rounds < 1:
            return QueryPlan(last_until=ends_at)
        every = max(self._interval, rest / rounds)
        return QueryPlan(self._calls(pages, standings, every, now), min(wanted, free), every, ends_at)

    def _calls(
        self,
        pages: Mapping[str, int],
        standings: Mapping[str, QueryStanding],
        every: timedelta,
        now: datetime,
    ) -> tuple[Call, ...]:
        calls = []
        for query, count in pages.items():
            standing = standings.get(query)
            due = now if standing is None else max(standing.asked_at + every, standing.not_before or now)
            calls.append(Call(query=query, pages=count, why=Why.QUERY, due_at=due, worth=1.0))
        return tuple(calls)

    def _pages(self, query: str, standings: Mapping[str, QueryStanding]) -> int:
        if query == UNFILTERED:
            return 1
        standing = standings.get(query)
        if standing is None or standing.total is None:
            return self._max_pages
        return min(self._max_pages, max(1, ceil(standing.total / self._page_size)))
