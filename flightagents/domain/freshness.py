"""How much we know of a watched flight, and of the feed as a whole: fresh, stale or blind, and why.

The poller notes how asking went (query_standing.py) and the planner how often it can ask (call_plan.py);
handlers/watch_freshness.py judges all of it each minute. A flight nobody has looked at is never on time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched

SHOWN_BEFORE = timedelta(hours=6)
"""The feed shows a flight from about then on; where it may be asked by date, from the day before."""
SHOWN_BY_DATE = timedelta(hours=24)
MISSED_BEFORE = timedelta(hours=5)
"""A flight that the feed does not show by then is missing."""
LATE_FOR = timedelta(hours=2)
"""So long after its time a flight that has not left is still watched."""

LEAST_STALE = timedelta(minutes=10)
"""One look that went wrong is nothing yet, however often a flight is looked at."""
NEAR_STALE = timedelta(minutes=30)
"""However seldom the plan looks: a look older than this tells nothing of a departure that is close."""
LEAST_BLIND = timedelta(minutes=30)
FEED_BLIND_AFTER = timedelta(minutes=10)


class Sight(StrEnum):
    """How much we know, the best first."""

    FRESH = "fresh"
    """As much as the feed can show."""
    STALE = "stale"
    """Too old to call anything on time."""
    BLIND = "blind"
    """So old that anything may have happened meanwhile."""


class Cause(StrEnum):
    """Why it is not fresh, or why it cannot be more than nothing."""

    OUTAGE = "outage"
    """AviationStack does not answer."""
    EMPTY_ANSWERS = "empty_answers"
    """It answers with what nobody can believe."""
    CALLS_SPENT = "calls_spent"
    KEY_REFUSED = "key_refused"
    QUERY_REFUSED = "query_refused"
    """The query that should show it is refused."""
    NOT_IN_FEED_YET = "not_in_feed_yet"
    """The feed has never shown it."""
    VANISHED = "vanished"
    """The feed showed it, and answers to what should show it have it no more."""
    PLAN_TOO_SMALL = "plan_too_small"
    """The plan's calls do not reach to look more often."""
    NOT_ASKED = "not_asked"
    """The poller has not asked for it, though the plan would let it: it stands still, or is behind."""


HARD = frozenset({Cause.CALLS_SPENT, Cause.KEY_REFUSED, Cause.QUERY_REFUSED})
"""What does not pass by itself within minutes: the next look is not worth waiting for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How much we know of one flight or query, or of the feed. Times are business time."""

    sight: Sight
    cause: Cause | None = None
    """None where nothing is amiss."""
    known_at: datetime | None = None
    """The last that we know of it; None where we never knew."""
    probe_at: datetime | None = None
    """When it is asked next, where nothing is asked until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How the feed is asked for one flight."""

    feed: Freshness
    showing: Sequence[QueryStanding] = ()
    """Of the queries that leave out no row of it."""
    interval: timedelta | None = None
    """How long the plan lets it go without a look; None where no call of the plan is for it."""
    by_date: bool = False
    """Whether the plan may ask for a later day."""
    slack: timedelta = timedelta()
    """What a row takes from the feed to the database at most: much, where a simulated day runs fast."""


def is_judged(watched: Watched, now: datetime) -> bool:
    """Tell whether news of it still matter: nobody waits for one that has left, or is cancelled for good."""
    in_time = now < latest(watched) + LATE_FOR
    match watched.outlook:
        case Outlook.EXPECTED | Outlook.WAITING:
            return in_time
        case Outlook.CANCELLED:
            return in_time and watched.unconfirmed_since is not None
        case Outlook.AIRBORNE | Outlook.OVER:
            return False


def latest(watched: Watched) -> datetime:
    """Give the latest at which it leaves, as far as we know: only then its absence says something."""
    return watched.leaves_by or watched.leaves_at


def shown_from(leaves_at: datetime, *, by_date: bool) -> datetime:
    """Give from when on the feed is expected to show a flight."""
    return leaves_at - (SHOWN_BY_DATE if by_date else SHOWN_BEFORE)


def freshness_of(watched: Watched, asking: Asking, now: datetime) -> Freshness:
    """Judge a flight that `is_judged`."""
    leaves = latest(watched)
    expected = shown_from(leaves, by_date=asking.by_date)
    known_at = watched.seen_at or expected
    age = now - known_at - asking.slack
    stale, blind = limits(leaves - now, asking.interval)
    if age <= stale:
        not_yet = Cause.NOT_IN_FEED_YET if watched.seen_at is None else None
        return Freshness(sight=Sight.FRESH, cause=not_yet, known_at=watched.seen_at)
    cause = _cause(watched, asking, now, known_at)
    sight = Sight.BLIND if age > blind or _is_shut(asking, now) else Sight.STALE
    if cause is Cause.NOT_IN_FEED_YET and now < leaves - MISSED_BEFORE:
        sight = Sight.STALE  # it was looked for, and need not be there yet
    return Freshness(sight=sight, cause=cause, known_at=watched.seen_at, probe_at=_probe(asking, now))


def limits(remaining: timedelta, interval: timedelta | None) -> tuple[timedelta, timedelta]:
    """Give how old the last look may be until a flight is stale, and until it is blind.

    Two and four intervals of the plan, as far as the time that remains until departure allows that.
    """
    near = max(NEAR_STALE, remaining / 6)
    if interval is None:
        return near, 3 * near
    return min(max(2 * interval, LEAST_STALE), near), min(max(4 * interval, LEAST_BLIND), 3 * near)


def _is_shut(asking: Asking, now: datetime) -> bool:
    """Tell whether nobody can look, so that waiting for the next look is vain."""
    return asking.feed.sight is Sight.BLIND or (
        bool(asking.showing) and all(is_open(standing, now) for standing in asking.showing)
    )


def _cause(watched: Watched, asking: Asking, now: datetime, known_at: datetime) -> Cause:
    if asking.feed.sight is Sight.BLIND and asking.feed.cause is not None:
        return asking.feed.cause
    if watched.seen_at is None and any(answered(standing, since=known_at) for standing in asking.showing):
        return Cause.NOT_IN_FEED_YET
    if any(answered_whole(standing, since=known_at) for standing in asking.showing):
        return Cause.VANISHED
    newest = max(asking.showing, key=lambda standing: standing.asked_at, default=None)
    failed = None if newest is None else trouble_of(newest)
    if failed is not None:
        return failed
    if asking.feed.cause is not None:
        return asking.feed.cause
    near = max(NEAR_STALE, (latest(watched) - now) / 6)
    small = asking.interval is None or 2 * asking.interval > near
    return Cause.PLAN_TOO_SMALL if small else Cause.NOT_ASKED


def _probe(asking: Asking, now: datetime) -> datetime | None:
    closed = [each.not_before for each in asking.showing if is_open(each, now) and each.not_before]
    return asking.feed.probe_at or min(closed, default=None)


def is_open(standing: QueryStanding, now: datetime) -> bool:
    """Tell whether the breaker of a query is open: it is not asked."""
    return standing.not_before is not None and standing.not_before > now


def answered_whole(standing: QueryStanding, *, since: datetime) -> bool:
    """Tell whether a query was answered since then with all that there was, so that absence tells."""
    whole = standing.total is None or standing.rows >= standing.total
    return whole and answered(standing, since=since)


def answered(standing: QueryStanding, *, since: datetime) -> bool:
    """Tell whether a query was answered since then with what is believed, be it a part of what there is."""
    return standing.good_at is not None and standing.good_at > since


def trouble_of(standing: QueryStanding) -> Cause | None:
    """Name what is wrong with a query; None where it answers well."""
    match standing.end:
        case PollEnd.REFUSED:
            return Cause.KEY_REFUSED
        case PollEnd.MONTH_SPENT:
            return Cause.CALLS_SPENT
        case PollEnd.QUERY_REFUSED:
            return Cause.QUERY_REFUSED
        case PollEnd.OUTAGE | PollEnd.TOO_FAST:
            return Cause.OUTAGE
        case PollEnd.DONE:
            return None if standing.suspicion is None else Cause.EMPTY_ANSWERS


def of_query(standing: QueryStanding, now: datetime, slack: timedelta = timedelta()) -> Freshness:
    """Judge one query: stale while it fails, blind once nobody can hope for the next look."""
    cause = trouble_of(standing)
    probe = standing.not_before if is_open(standing, now) else None
    if cause is None:
        return Freshness(sight=Sight.FRESH, known_at=standing.good_at, probe_at=probe)
    since = standing.good_at or standing.failing_since or standing.asked_at
    blind = cause in HARD or now - since - slack > FEED_BLIND_AFTER
    return Freshness(
        sight=Sight.BLIND if blind else Sight.STALE, cause=cause, known_at=standing.good_at, probe_at=probe
    )
