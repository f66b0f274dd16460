"""When each query was asked last, and which cannot be asked now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from flightagents.domain.plans import Limits
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding

FORBIDDEN = "function_access_restricted"
"""AviationStack's word for what the plan does not include."""
_REST = timedelta(minutes=1)
"""After a failure, doubled with each further one; the breaker of the query comes on top."""
_MOST_DOUBLINGS = 4


def in_force(limits: Limits, standings: Mapping[str, QueryStanding], now: datetime) -> Limits:
    """Give what the plan really allows: where it refused a day that was asked for, it is asked for none.

    Else each flight's own query would have to be refused, and paid, before anybody corrects the setting. Once
    the refusal has rested, a call tries again.
    """
    refused = any(
        each.code == FORBIDDEN and "flight_date=" in each.query and now < (each.not_before or each.asked_at)
        for each in standings.values()
    )
    return replace(limits, asks_by_date=False) if refused else limits


class Asked:
    """The standings of the queries, as the planner reads them."""

    def __init__(self, standings: Mapping[str, QueryStanding], limits: Limits, now: datetime) -> None:
        self.limits = limits
        self._standings = standings
        self._now = now

    def closed(self, query: str) -> bool:
        """Tell whether a query is to be left alone: its breaker is open, or it has just failed."""
        standing = self._standings.get(query)
        if standing is None:
            return False
        if standing.not_before is not None and standing.not_before > self._now:
            return True
        if standing.end is PollEnd.DONE:
            return False
        return self._now < standing.asked_at + _REST * 2.0 ** min(standing.failures, _MOST_DOUBLINGS)

    def at(self, query: str) -> float:
        """Give when it was last answered as one can believe, in epoch seconds; never: minus infinity."""
        standing = self._standings.get(query)
        if standing is None or standing.end is not PollEnd.DONE or standing.suspicion is not None:
            return -inf
        return standing.asked_at.timestamp()

    def tried(self, query: str) -> float:
        """Give when it was last asked, however that went."""
        standing = self._standings.get(query)
        return -inf if standing is None else standing.asked_at.timestamp()

    def showed_nothing(self, query: str) -> bool:
        """Tell whether its last answer was well and empty."""
        standing = self._standings.get(query)
        return standing is not None and standing.end is PollEnd.DONE and standing.rows == 0

    def whole(self, query: str) -> bool:
        """Tell whether its last answer had all that there is."""
        standing = self._standings.get(query)
        return standing is not None and (standing.total is None or standing.rows >= standing.total)
