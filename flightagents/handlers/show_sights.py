"""What Prometheus is shown of sight: how many watched flights are how fresh, and whether the feed is blind.

Every worker looks, not the leader alone: that nobody leads is one way to be blind.
"""

from collections.abc import Awaitable, Callable

from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.sight_report import SightReport
from flightagents.metrics import FEED_BLIND, WATCHED_FLIGHTS

NONE = "none"


class ShowSights:
    """Shows what `report` finds."""

    def __init__(self, report: Callable[[], Awaitable[SightReport]]) -> None:
        self._report = report

    async def __call__(self) -> None:
        """Look once."""
        report = await self._report()
        WATCHED_FLIGHTS.clear()
        for sight in Sight:
            WATCHED_FLIGHTS.labels(sight=sight.value, cause=NONE).set(0)
        for each in report.counts:
            cause = each.cause.value if each.cause else NONE
            WATCHED_FLIGHTS.labels(sight=each.sight.value, cause=cause).set(each.flights)
        for cause in Cause:
            blind = report.feed.sight is Sight.BLIND and report.feed.cause is cause
            FEED_BLIND.labels(cause=cause.value).set(1 if blind else 0)
