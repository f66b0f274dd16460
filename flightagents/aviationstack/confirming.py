"""The second look at a cancellation, a diversion or the end of one: a call of its own, whatever its price."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import inf

from flightagents.aviationstack.asked import Asked
from flightagents.aviationstack.ways import asked_date, route, single
from flightagents.domain.call_plan import Call, Why
from flightagents.domain.news import SECOND_LOOK_AFTER
from flightagents.domain.plans import Limits
from flightagents.domain.watched import Watched

LOOK_AGAIN_AFTER = timedelta(seconds=60)

_AGAIN = timedelta(minutes=5)
"""Where the second look failed or did not show the flight; then after as long as it has waited by now."""

WORTH = 1e6
"""Of any price."""


def confirmations(watched: Iterable[Watched], asked: Asked, limits: Limits, now: datetime) -> Iterator[Call]:
    """Give the next look at each flight that waits for one, due or not."""
    for flight in watched:
        since = flight.unconfirmed_since
        if since is None or (flight.seen_at is not None and flight.seen_at >= since + SECOND_LOOK_AFTER):
            continue
        day = asked_date(flight, limits, now)
        ways = [way for way in (single(flight, day), route(flight, day)) if way is not None]
        query, due = _next(ways, asked, since)
        if not asked.closed(query):
            yield Call(query=query, pages=1, why=Why.CONFIRM, due_at=due, flights=(flight.key,), worth=WORTH)


def _next(ways: list[str], asked: Asked, since: datetime) -> tuple[str, datetime]:
    """Ask by its number; where that was in vain, by the way that was tried less recently, ever later."""
    second = (since + SECOND_LOOK_AFTER).timestamp()
    last = max(map(asked.tried, ways))
    if last < second:
        query = next((way for way in ways if not asked.closed(way)), ways[0])
        return query, since + LOOK_AGAIN_AFTER
    tried = datetime.fromtimestamp(last, since.tzinfo)
    rank = {way: index for index, way in enumerate(ways)}
    query = min(ways, key=lambda way: (asked.closed(way), max(asked.tried(way), -inf), rank[way]))
    return query, tried + max(_AGAIN, tried - since)
