"""When a query of the feed may be asked again: one breaker for each query, and one for the key. Pure.

It opens where an answer says to wait, where AviationStack refuses, and where an outage lasts; what comes once
its time is over is a probe, and closes it where that goes well. The standing of a query is its breaker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.polls import PollEnd, gravest
from flightagents.domain.query_standing import KEY, Look, QueryStanding
from flightagents.domain.suspicion import suspect, usual_after

REFUSED_FOR = timedelta(hours=1)
"""Business time until what AviationStack refused is tried, and told, again."""
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
"""Real time: an outage heals in it. Doubled with each failure in a row, and drawn from its upper half."""
SECOND_LOOK = timedelta(minutes=1)
"""Real time from a first suspicion to the probe that confirms it or not."""
OUTAGES_ARE_THE_FEEDS = 2
"""Queries in a row, or runs of a single one, that meet an outage: then it is not about the query."""

_ABOUT_THE_KEY = frozenset({PollEnd.TOO_FAST, PollEnd.REFUSED, PollEnd.MONTH_SPENT})
"""Every query would end alike."""


class BreakerState(StrEnum):
    """Whether a query may be asked."""

    CLOSED = "closed"
    OPEN = "open"
    """Not now."""
    HALF_OPEN = "half_open"
    """Once, as a probe."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a look is judged, in business time. `draw` is of [0, 1)."""

    now: datetime
    business: Callable[[timedelta], timedelta]
    """How much of it goes by in a real duration."""
    draw: float

    def rest(self, failures: int) -> datetime:
        """Give the end of the rest after so many failures in a row."""
        longest = min(FIRST_REST * 2.0 ** min(failures - 1, 16), LONGEST_REST)
        return self.now + self.business(longest * (1 + self.draw) / 2)


def breaker_of(standing: QueryStanding | None, now: datetime) -> BreakerState:
    """Tell how a breaker stands."""
    if standing is None or standing.not_before is None:
        return BreakerState.CLOSED
    return BreakerState.OPEN if now < standing.not_before else BreakerState.HALF_OPEN


def ends_the_run(looks: Sequence[Look]) -> bool:
    """Tell whether the other queries of a run need not be asked now: they would end like these."""
    if not looks:
        return False
    if looks[-1].end in _ABOUT_THE_KEY:
        return True
    last = looks[-OUTAGES_ARE_THE_FEEDS:]
    return len(last) == OUTAGES_ARE_THE_FEEDS and all(look.end is PollEnd.OUTAGE for look in last)


def after(last: QueryStanding | None, look: Look, moment: Moment) -> QueryStanding:
    """Give the standing of a query after a look."""
    known = last or QueryStanding(query=look.query, asked_at=look.at, end=look.end)
    if look.end is not PollEnd.DONE:
        failed = _failed(known, look)
        # Where the key is refused, or asks too fast, its own breaker is open.
        not_before = None if look.end in _ABOUT_THE_KEY else look.not_before
        return replace(
            failed, not_before=moment.rest(failed.failures) if look.end is PollEnd.OUTAGE else not_before
        )
    suspicion = suspect(last, look)
    same = look.digest == known.digest and known.same_since is not None
    seen = replace(
        known,
        total=look.total,
        usual=usual_after(last, look),
        digest=look.digest,
        same_since=known.same_since if same else look.at,
    )
    if suspicion is None:
        return replace(
            _asked(seen, look),
            good_at=look.at,
            failures=0,
            failing_since=None,
            suspicion=None,
            not_before=None,
        )
    failed = replace(_failed(seen, look), suspicion=suspicion)
    soon = moment.now + moment.business(SECOND_LOOK)
    return replace(failed, not_before=soon if failed.failures == 1 else moment.rest(failed.failures - 1))


def _asked(known: QueryStanding, look: Look) -> QueryStanding:
    return replace(known, asked_at=look.at, end=look.end, code=look.code, rows=look.rows)


def _failed(known: QueryStanding, look: Look) -> QueryStanding:
    return replace(
        _asked(known, look),
        failures=known.failures + 1,
        failing_since=known.failing_since or look.at,
        suspicion=None,
    )


def key_after(last: QueryStanding | None, looks: Sequence[Look], moment: Moment) -> QueryStanding:
    """Give the standing of the key after the looks of a run, of which there is one at least."""
    at, answered = looks[-1].at, any(look.end is PollEnd.DONE for look in looks)
    refused = any(look.end is PollEnd.QUERY_REFUSED for look in looks)
    end = gravest([look.end for look in looks])
    if answered or refused:
        end = end if end in _ABOUT_THE_KEY else PollEnd.DONE  # all else is about the queries
    failed = end is not PollEnd.DONE
    failures = (last.failures if last else 0) + 1 if failed else 0
    not_before = next((look.not_before for look in looks if look.end is end and failed), None)
    if end is PollEnd.OUTAGE and (failures >= OUTAGES_ARE_THE_FEEDS or ends_the_run(looks)):
        not_before = moment.rest(failures)
    return QueryStanding(
        query=KEY,
        asked_at=at,
        end=end,
        code=next((look.code for look in looks if look.end is end and failed), ""),
        good_at=at if answered and not failed else last.good_at if last else None,
        failures=failures,
        failing_since=((last and last.failing_since) or at) if failed else None,
        not_before=not_before,
    )
