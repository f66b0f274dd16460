"""How fresh all that is watched is, from what the poller and the planner have kept.

watch_freshness.py asks for it each minute in the leader, which alone knows the watched flights.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.feed_freshness import of_feed
from flightagents.domain.freshness import Asking, Freshness, freshness_of, is_judged
from flightagents.domain.watched import Watched
from flightagents.handlers.turns import in_turns
from flightagents.ports import CallPlans, QueryStandings

SLACK = timedelta(seconds=20)
"""Real time: what a row takes from the feed through Kafka to the database, at most."""
AT_ONCE = 250
"""Flights that are judged before others get their turn."""

Watching = Callable[[], Awaitable[Sequence[Watched]]]
"""Gives what is watched."""
Showing = Callable[[Iterable[str]], Callable[[Watched], Sequence[str]]]
"""Gives, of these queries, what tells which of them would show a flight."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found; each flight under its key."""

    feed: Freshness
    watched: Mapping[str, Watched]
    """All, judged or not."""
    found: Mapping[str, Freshness]
    """Of those whose news still matter."""


class LookAtSight:
    """Reads standings and plan once, and judges each flight by them."""

    def __init__(
        self,
        *,
        watching: Watching,
        standings: QueryStandings,
        plans: CallPlans,
        showing: Showing,
        clock: Clock,
        by_date: bool,
    ) -> None:
        self._watching = watching
        self._standings = standings
        self._plans = plans
        self._showing = showing
        self._clock = clock
        self._by_date = by_date

    async def __call__(self) -> Looked:
        """Look once."""
        watched = await self._watching()
        standings, plan = await self._standings.all(), await self._plans.current()
        now, slack = self._clock.now(), self._clock.business(SLACK)
        feed = of_feed(standings.values(), plan, now, slack)
        intervals = plan.intervals if plan else {}
        shown_by = self._showing(standings)
        found: dict[str, Freshness] = {}
        async for flight in in_turns([each for each in watched if is_judged(each, now)], AT_ONCE):
            asking = Asking(
                feed=feed,
                showing=[standings[query] for query in shown_by(flight)],
                interval=intervals.get(flight.key),
                by_date=self._by_date,
                slack=slack,
            )
            found[flight.key] = freshness_of(flight, asking, now)
        return Looked(feed, {each.key: each for each in watched}, found)
