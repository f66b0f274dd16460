"""What staff see of sight, from what the poller and the leader have kept: any worker may ask."""

from flightagents.clock import Clock
from flightagents.domain.feed_freshness import of_feed
from flightagents.domain.freshness import Sight
from flightagents.domain.sight_report import SightReport, counts_of, queries_of
from flightagents.domain.sights import FEED
from flightagents.handlers.look_at_sight import SLACK
from flightagents.ports import CallPlans, QueryStandings, Sights


class ReportSight:
    """Reads three small collections."""

    def __init__(self, sights: Sights, standings: QueryStandings, plans: CallPlans, clock: Clock) -> None:
        self._sights = sights
        self._standings = standings
        self._plans = plans
        self._clock = clock

    async def __call__(self) -> SightReport:
        """Look once."""
        kept, plan = await self._sights.all(), await self._plans.current()
        standings = (await self._standings.all()).values()
        now, slack = self._clock.now(), self._clock.business(SLACK)
        queries, more = queries_of(standings, now, slack)
        was, flights = kept.get(FEED), {key: each for key, each in kept.items() if key != FEED}
        feed = of_feed(standings, plan, now, slack)
        # The leader has not looked yet where it kept the contrary.
        same = was is not None and (was.sight is Sight.FRESH) is (feed.sight is Sight.FRESH)
        return SightReport(
            feed=feed,
            since=was.since if was is not None and same else None,
            queries=queries,
            more=more,
            counts=counts_of(flights),
            flights=flights,
        )
