"""When a query of the feed may be asked again, and when any."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.breaker import (
    BreakerState,
    Moment,
    after,
    breaker_of,
    ends_the_run,
    key_after,
)
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, Look, QueryKind, QueryStanding, Suspicion
from tests.support.feed_plans import LHR, standing
from tests.support.rows import MINUTE, NOON

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
JFK = "dep_iata=JFK"


def look(end: PollEnd = PollEnd.DONE, **changed: Any) -> Look:  # noqa: ANN401 - any field
    seen = Look(query=LHR, kind=QueryKind.BOARD, at=NOON, end=end, rows=100, total=100)
    return replace(seen, **changed)


OUTAGE = look(PollEnd.OUTAGE, rows=0, total=None)


def moment(now: datetime = NOON, *, speed: int = 1, draw: float = 1.0) -> Moment:
    return Moment(now, lambda real: real * speed, draw)


def rests(*, draw: float = 1.0, speed: int = 1) -> list[timedelta]:
    """Give how long a query rests after each of eight outages in a row."""
    found: list[timedelta] = []
    last: QueryStanding | None = None
    for _ in range(8):
        last = after(last, OUTAGE, moment(draw=draw, speed=speed))
        assert last.not_before is not None
        found.append(last.not_before - NOON)
    return found


def test_outages_in_a_row_are_waited_out_ever_longer_up_to_a_quarter_of_an_hour() -> None:
    minutes = [each / MINUTE for each in rests()]
    assert minutes == [0.5, 1, 2, 4, 8, 15, 15, 15]


def test_the_wait_is_drawn_from_its_upper_half() -> None:
    assert [each / MINUTE for each in rests(draw=0.0)][:3] == [0.25, 0.5, 1]


def test_the_wait_is_in_real_time_however_fast_the_clock_runs() -> None:
    assert rests(speed=120)[0] == 30 * SECOND * 120


def test_a_breaker_opens_lets_one_probe_through_and_closes_when_that_goes_well() -> None:
    failed = after(standing(), OUTAGE, moment())
    states = [breaker_of(failed, NOON + wait) for wait in (timedelta(), 29 * SECOND, 30 * SECOND)]
    assert states == [BreakerState.OPEN, BreakerState.OPEN, BreakerState.HALF_OPEN]
    healed = after(failed, look(at=NOON + MINUTE), moment())
    assert breaker_of(healed, NOON) is BreakerState.CLOSED
    assert (healed.failures, healed.failing_since, healed.good_at) == (0, None, NOON + MINUTE)
    assert breaker_of(None, NOON) is BreakerState.CLOSED


def test_what_fails_is_counted_from_its_first_time_and_what_was_known_stays() -> None:
    last = standing(usual=300, total=310, digest="d", same_since=NOON)
    for at in (NOON + MINUTE, NOON + 2 * MINUTE):
        last = after(last, replace(OUTAGE, at=at), moment())
    assert (last.failures, last.failing_since, last.good_at) == (2, NOON + MINUTE, NOON)
    assert (last.rows, last.total, last.usual, last.digest) == (0, 310, 300, "d")


def test_a_refused_query_rests_as_long_as_it_is_refused() -> None:
    refused = look(PollEnd.QUERY_REFUSED, code="no_such", not_before=NOON + HOUR)
    last = after(standing(), refused, moment())
    assert (last.code, last.not_before, last.failures) == ("no_such", NOON + HOUR, 1)


@pytest.mark.parametrize("end", [PollEnd.TOO_FAST, PollEnd.REFUSED, PollEnd.MONTH_SPENT])
def test_what_is_about_the_key_opens_its_breaker_and_not_the_querys(end: PollEnd) -> None:
    refused = look(end, code="why", not_before=NOON + HOUR)
    assert after(None, refused, moment()).not_before is None
    key = key_after(None, [refused], moment())
    assert (key.query, key.end, key.code, key.not_before, key.failures) == (KEY, end, "why", NOON + HOUR, 1)


def test_a_first_suspicion_is_looked_at_again_in_a_minute_and_a_confirmed_one_backs_off() -> None:
    empty = look(rows=0, total=0)
    known = standing(usual=300)
    first = after(known, empty, moment())
    assert (first.suspicion, first.end, first.not_before) == (Suspicion.EMPTY, PollEnd.DONE, NOON + MINUTE)
    second = after(first, empty, moment())
    third = after(second, empty, moment())
    assert [each.not_before for each in (second, third)] == [NOON + 30 * SECOND, NOON + MINUTE]
    assert third.good_at == known.good_at
    assert after(third, look(rows=300, total=300), moment()).suspicion is None


def test_since_when_a_board_says_the_same_is_kept_until_it_says_something_else() -> None:
    first = after(None, look(digest="one"), moment())
    still = after(first, look(digest="one", at=NOON + MINUTE), moment())
    other = after(still, look(digest="two", at=NOON + 2 * MINUTE), moment())
    assert [each.same_since for each in (first, still, other)] == [NOON, NOON, NOON + 2 * MINUTE]


# The key


def test_two_queries_in_a_row_that_meet_an_outage_tell_that_it_is_the_feed() -> None:
    assert not ends_the_run([])
    assert not ends_the_run([OUTAGE])
    assert ends_the_run([OUTAGE, replace(OUTAGE, query=JFK)])
    assert ends_the_run([look(), OUTAGE, OUTAGE]), "it went away meanwhile"
    assert not ends_the_run([OUTAGE, look(), OUTAGE])
    key = key_after(None, [OUTAGE, replace(OUTAGE, query=JFK)], moment())
    assert (key.end, key.not_before) == (PollEnd.OUTAGE, NOON + 30 * SECOND)


def test_one_query_alone_that_meets_an_outage_tells_it_the_second_time() -> None:
    first = key_after(None, [OUTAGE], moment())
    assert (first.failures, first.not_before) == (1, None)
    second = key_after(first, [OUTAGE], moment())
    assert (second.failures, second.not_before) == (2, NOON + MINUTE)


@pytest.mark.parametrize("other", [look(), look(PollEnd.QUERY_REFUSED, not_before=NOON + HOUR)])
def test_where_the_feed_answered_anything_an_outage_is_the_querys_alone(other: Look) -> None:
    key = key_after(standing(KEY, failures=3, failing_since=NOON), [OUTAGE, other], moment())
    assert (key.end, key.failures, key.failing_since, key.not_before) == (PollEnd.DONE, 0, None, None)


def test_whatever_ends_the_run_counts_though_a_query_before_it_was_answered() -> None:
    slow = look(PollEnd.TOO_FAST, not_before=NOON + MINUTE)
    key = key_after(standing(KEY, good_at=NOON - HOUR), [look(), slow], moment())
    assert (key.end, key.not_before, key.good_at) == (PollEnd.TOO_FAST, NOON + MINUTE, NOON - HOUR)
