"""How much the feed as a whole shows: one query that answers is enough to see by, if it can be believed.

freshness.py judges each flight and each query; handlers/watch_freshness.py all of it, each minute.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flightagents.domain.call_plan import CallPlan
from flightagents.domain.freshness import (
    FEED_BLIND_AFTER,
    HARD,
    Cause,
    Freshness,
    Sight,
    is_open,
    of_query,
    trouble_of,
)
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, QueryStanding

REFUSALS_BLIND = 2
"""Refusals in a row, and nothing else: a booking with a number that AviationStack refuses is one."""
ASKED_LATELY = timedelta(hours=3)
"""Before the newest look: a query that was asked longer ago fails no more, for nobody asks it."""
EMPTIED = 2
"""Queries that had rows and have none, while no other has any."""


def of_feed(
    standings: Iterable[QueryStanding], plan: CallPlan | None, now: datetime, slack: timedelta = timedelta()
) -> Freshness:
    """Judge the feed as a whole: one query that answers is enough to see by."""
    standings = list(standings)
    known = _proving(sorted(standings, key=lambda standing: standing.asked_at))
    good_at = max((each.good_at for each in known if each.good_at is not None), default=None)
    if plan is not None and plan.forecast.left == 0:
        ends = plan.forecast.month_ends
        return Freshness(sight=Sight.BLIND, cause=Cause.CALLS_SPENT, known_at=good_at, probe_at=ends)
    if plan is not None and now - plan.made_at - slack > FEED_BLIND_AFTER:
        return Freshness(sight=Sight.BLIND, cause=Cause.NOT_ASKED, known_at=good_at)
    if not known:
        return Freshness(sight=Sight.STALE if plan is None else Sight.FRESH, cause=_nobody(plan))
    if (emptied := _emptied(standings)) is not None:
        blind = now - emptied - slack > FEED_BLIND_AFTER
        sight = Sight.BLIND if blind else Sight.STALE
        return Freshness(sight=sight, cause=Cause.EMPTY_ANSWERS, known_at=emptied)
    newest = _tells_of_feed(known)
    if good_at is not None and good_at >= newest.asked_at:
        return Freshness(sight=Sight.FRESH, known_at=good_at)
    last = of_query(newest, now, slack)
    since = good_at or min(each.failing_since or each.asked_at for each in known)
    hard = last.cause in HARD or now - since - slack > FEED_BLIND_AFTER
    sight = Sight.FRESH if last.cause is None else Sight.BLIND if hard else Sight.STALE
    return Freshness(sight=sight, cause=last.cause, known_at=good_at, probe_at=last.probe_at)


def _emptied(standings: Sequence[QueryStanding]) -> datetime | None:
    """Tell when a row came last, where several queries that had rows have none since; None: all is well.

    One flight may vanish from the feed. That two do, while nothing else shows a row, is an answer to nobody.
    """
    well = [each for each in standings if each.query != KEY and trouble_of(each) is None]
    last = max((each.asked_at for each in well if each.rows), default=None)
    gone = [
        each.asked_at
        for each in well
        if not each.rows and each.usual and (last is None or each.asked_at > last)
    ]
    return (last or min(gone)) if len(gone) >= EMPTIED else None


def _proving(known: Sequence[QueryStanding]) -> Sequence[QueryStanding]:
    """Leave out of standings in order of time what proves nothing.

    That nothing is on a flight's or a filter's answer is normal: AviationStack answers. But it does not make
    right what is doubted elsewhere.
    """
    full = [each for each in known if each.rows or trouble_of(each) is not None]
    doubted = bool(full) and trouble_of(full[-1]) is Cause.EMPTY_ANSWERS
    return full if doubted else known


def _tells_of_feed(known: Sequence[QueryStanding]) -> QueryStanding:
    """Give, of standings in order of time, the one by which the feed is judged.

    A query that is refused tells of itself, unless nothing but refusals came for a while.
    """
    refused = [each for each in known if each.end is PollEnd.QUERY_REFUSED]
    told = [each for each in known if each.end is not PollEnd.QUERY_REFUSED and not _is_idle(each)]
    if not told:
        return refused[-1] if refused else known[-1]
    since = [each for each in refused if (each.failing_since or each.asked_at) > told[-1].asked_at]
    refusals = sum(each.failures for each in since)
    return since[-1] if refusals >= REFUSALS_BLIND else told[-1]


def _is_idle(standing: QueryStanding) -> bool:
    """Tell whether it is the key, of which nothing is to be told but by its queries."""
    return standing.query == KEY and trouble_of(standing) is None


def still_asked(standings: Iterable[QueryStanding], now: datetime) -> list[QueryStanding]:
    """Leave out what nobody asks any more: of a flight that has flown, or of other settings."""
    standings = list(standings)
    newest = max((each.asked_at for each in standings), default=now)
    return [each for each in standings if is_open(each, now) or newest - each.asked_at <= ASKED_LATELY]


def _nobody(plan: CallPlan | None) -> Cause | None:
    return Cause.NOT_ASKED if plan is None else None
