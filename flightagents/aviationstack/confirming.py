"""The second look at a cancellation, a diversion or the end of one: a call of its own, whatever its price."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from flightagents.aviationstack.asked import Asked
from flightagents.aviationstack.ways import asked_date, ways
from flightagents.domain.call_plan import Call, Why
from flightagents.domain.news import SECOND_LOOK_AFTER
from flightagents.domain.watched import Watched

LOOK_AGAIN_AFTER = timedelta(seconds=60)

_AGAIN = timedelta(minutes=5)
"""Where the second look failed or did not show the flight; then after as long as it has waited by now."""

WORTH = 1e6
"""Of any price."""


def confirmations(watched: Iterable[Watched], asked: Asked, now: datetime) -> Iterator[Call]:
    """Give the next look at each flight that waits for one, due or not."""
    for flight in watched:
        since = flight.unconfirmed_since
        if since is None or (flight.seen_at is not None and flight.seen_at >= since + SECOND_LOOK_AFTER):
            continue
        query, due = _next(ways(flight, asked.limits, asked_date(flight, asked.limits, now)), asked, since)
        if not asked.closed(query):
            yield Call(query=query, pages=1, why=Why.CONFIRM, due_at=due, flights=(flight.key,), worth=WORTH)


def _next(possible: Sequence[str], asked: Asked, since: datetime) -> tuple[str, datetime]:
    """Ask by its number; where that was in vain, by the way that was tried less recently, ever later."""
    last = max(map(asked.tried, possible))
    if last < (since + SECOND_LOOK_AFTER).timestamp():
        query = min(possible, key=lambda way: (asked.closed(way), asked.showed_nothing(way)))
        return query, since + LOOK_AGAIN_AFTER
    tried = datetime.fromtimestamp(last, since.tzinfo)
    query = min(possible, key=lambda way: (asked.closed(way), asked.tried(way)))
    return query, tried + max(_AGAIN, tried - since)
