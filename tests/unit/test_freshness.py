"""How much is known of a watched flight, of a query and of the feed: each reason, each limit, and back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.freshness import (
    Asking,
    Cause,
    Freshness,
    Sight,
    freshness_of,
    is_judged,
    limits,
    of_query,
)
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding, Suspicion
from flightagents.domain.watched import Outlook, Watched
from tests.support.feed import HOUR, MINUTE, failing, standing, watched
from tests.support.rows import NOON

WELL = Freshness(sight=Sight.FRESH)


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def judged(
    flight: Watched,
    now: datetime,
    *showing: QueryStanding,
    feed: Freshness = WELL,
    **asking: Any,  # noqa: ANN401 - as the field wants it
) -> tuple[Sight, Cause | None]:
    asked = Asking(feed=feed, showing=showing, **{"interval": MINUTE, **asking})
    found = freshness_of(flight, asked, now)
    return found.sight, found.cause


@pytest.mark.parametrize(
    ("minutes", "sight"),
    [(10, Sight.FRESH), (10.1, Sight.STALE), (30, Sight.STALE), (30.1, Sight.BLIND)],
)
def test_a_flight_that_is_looked_at_each_minute_grows_stale_and_then_blind(
    minutes: float, sight: Sight
) -> None:
    assert judged(watched(), at(minutes))[0] is sight


def test_a_flight_seen_again_is_fresh_at_once() -> None:
    assert judged(watched(), at(60))[0] is Sight.BLIND
    assert judged(watched(seen_at=at(60)), at(60)) == (Sight.FRESH, None)


@pytest.mark.parametrize(
    ("remaining", "interval", "stale", "blind"),
    [
        (3 * HOUR, MINUTE, 10, 30),
        (3 * HOUR, 12 * MINUTE, 24, 48),
        (3 * HOUR, 7 * HOUR, 30, 90),
        (3 * HOUR, None, 30, 90),
        (6 * HOUR, 7 * HOUR, 60, 180),
        (24 * HOUR, 2 * HOUR, 240, 480),
        (-HOUR, HOUR, 30, 90),
    ],
)
def test_the_limits_follow_the_plan_as_far_as_the_departure_allows(
    remaining: timedelta, interval: timedelta | None, stale: float, blind: float
) -> None:
    assert limits(remaining, interval) == (stale * MINUTE, blind * MINUTE)


def test_what_a_row_takes_to_the_database_is_no_blindness() -> None:
    assert judged(watched(), at(45), slack=40 * MINUTE) == (Sight.FRESH, None)


@pytest.mark.parametrize(
    ("end", "cause"),
    [
        (PollEnd.OUTAGE, Cause.OUTAGE),
        (PollEnd.TOO_FAST, Cause.OUTAGE),
        (PollEnd.QUERY_REFUSED, Cause.QUERY_REFUSED),
        (PollEnd.REFUSED, Cause.KEY_REFUSED),
        (PollEnd.MONTH_SPENT, Cause.CALLS_SPENT),
    ],
)
def test_what_should_show_it_fails(end: PollEnd, cause: Cause) -> None:
    assert judged(watched(), at(20), failing(end)) == (Sight.STALE, cause)


def test_answers_that_nobody_believes_are_no_look() -> None:
    doubted = failing(PollEnd.DONE, suspicion=Suspicion.EMPTY, rows=0)
    assert judged(watched(), at(20), doubted) == (Sight.STALE, Cause.EMPTY_ANSWERS)


def test_with_the_breaker_open_it_is_blind_as_soon_as_it_is_stale() -> None:
    shut = failing(not_before=at(60))
    assert judged(watched(), at(10), shut) == (Sight.FRESH, None)
    assert judged(watched(), at(11), shut) == (Sight.BLIND, Cause.OUTAGE)
    assert judged(watched(), at(11), shut, standing(query="flight_iata=BA117"))[0] is Sight.STALE


@pytest.mark.parametrize("cause", [Cause.KEY_REFUSED, Cause.CALLS_SPENT, Cause.OUTAGE, Cause.NOT_ASKED])
def test_with_the_feed_blind_it_is_blind_for_the_same_reason_as_soon_as_it_is_stale(cause: Cause) -> None:
    feed = Freshness(sight=Sight.BLIND, cause=cause)
    assert judged(watched(), at(10), feed=feed) == (Sight.FRESH, None)
    assert judged(watched(), at(11), standing(asked_at=at(5), good_at=at(5)), feed=feed) == (
        Sight.BLIND,
        cause,
    )


def test_it_vanished_where_answers_to_what_should_show_it_have_it_no_more() -> None:
    answered = standing(asked_at=at(10), good_at=at(10))
    assert judged(watched(), at(20), answered) == (Sight.STALE, Cause.VANISHED)
    assert judged(watched(), at(31), answered) == (Sight.BLIND, Cause.VANISHED)


def test_a_board_of_which_not_all_pages_were_walked_proves_no_absence() -> None:
    cut = standing(asked_at=at(10), good_at=at(10), rows=100, total=300)
    assert judged(watched(), at(20), cut)[1] is not Cause.VANISHED


def test_a_flight_that_the_plan_cannot_look_at_in_time_is_stale_for_that() -> None:
    assert judged(watched(), at(40), interval=7 * HOUR) == (Sight.STALE, Cause.PLAN_TOO_SMALL)
    assert judged(watched(), at(40), interval=None) == (Sight.STALE, Cause.PLAN_TOO_SMALL)


def test_a_flight_that_nobody_asks_for_though_the_plan_would_is_not_asked() -> None:
    assert judged(watched(), at(20), standing()) == (Sight.STALE, Cause.NOT_ASKED)


UNSEEN = {"seen_at": None, "flight": None, "outlook": Outlook.EXPECTED}


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        (timedelta(days=3), (Sight.FRESH, Cause.NOT_IN_FEED_YET)),
        (timedelta(hours=5.5), (Sight.STALE, Cause.NOT_IN_FEED_YET)),
        (timedelta(hours=4.9), (Sight.BLIND, Cause.NOT_IN_FEED_YET)),
    ],
)
def test_a_flight_that_answers_do_not_show_is_missed_from_five_hours_before(
    leaves: timedelta, expected: tuple[Sight, Cause]
) -> None:
    unseen = watched(leaves_at=NOON + leaves, **UNSEEN)
    assert judged(unseen, NOON, standing(good_at=NOON), interval=5 * MINUTE) == expected


def test_where_the_plan_asks_by_date_a_flight_is_expected_the_day_before() -> None:
    unseen = watched(leaves_at=NOON + 18 * HOUR, **UNSEEN)
    assert judged(unseen, NOON, standing(), by_date=True) == (Sight.STALE, Cause.NOT_IN_FEED_YET)
    assert judged(unseen, NOON, standing()) == (Sight.FRESH, Cause.NOT_IN_FEED_YET)


def test_a_ticket_without_a_time_is_missed_when_its_day_is_nearly_over() -> None:
    untimed = watched(leaves_at=NOON - 10 * HOUR, leaves_by=NOON + 14 * HOUR, **UNSEEN)
    answered = standing(good_at=NOON + 10 * HOUR)
    assert judged(untimed, NOON, standing()) == (Sight.FRESH, Cause.NOT_IN_FEED_YET)
    assert judged(untimed, NOON + 10 * HOUR, answered) == (Sight.BLIND, Cause.NOT_IN_FEED_YET)
    assert is_judged(untimed, NOON + 10 * HOUR)


def test_a_flight_that_a_part_of_a_board_does_not_show_was_asked_for_all_the_same() -> None:
    unseen = watched(leaves_at=NOON + 4 * HOUR, **UNSEEN)
    part = standing(good_at=NOON, rows=1000, total=1500)
    assert judged(unseen, NOON, part) == (Sight.BLIND, Cause.NOT_IN_FEED_YET)


def test_an_outage_and_not_its_absence_is_why_a_flight_was_not_seen() -> None:
    unseen = watched(leaves_at=NOON + 4 * HOUR, **UNSEEN)
    since = NOON - 3 * HOUR
    assert judged(unseen, NOON, failing(since=since)) == (Sight.BLIND, Cause.OUTAGE)


@pytest.mark.parametrize(
    ("outlook", "fields", "is_it"),
    [
        (Outlook.EXPECTED, {}, True),
        (Outlook.WAITING, {}, True),
        (Outlook.WAITING, {"leaves_at": NOON - HOUR}, True),
        (Outlook.WAITING, {"leaves_at": NOON - 2 * HOUR}, False),
        (Outlook.CANCELLED, {}, False),
        (Outlook.CANCELLED, {"unconfirmed_since": NOON}, True),
        (Outlook.AIRBORNE, {}, False),
        (Outlook.OVER, {}, False),
    ],
)
def test_nobody_waits_for_news_of_what_has_left_or_is_cancelled_for_good(
    outlook: Outlook, fields: dict[str, Any], is_it: bool
) -> None:
    assert is_judged(watched(outlook=outlook, **fields), NOON) is is_it


def test_a_query_is_stale_while_it_fails_blind_after_ten_minutes_and_fresh_again() -> None:
    bad = failing()
    assert of_query(bad, at(10)).sight is Sight.STALE
    assert of_query(bad, at(10.1)) == Freshness(sight=Sight.BLIND, cause=Cause.OUTAGE, known_at=NOON)
    assert of_query(standing(good_at=at(11)), at(11)).sight is Sight.FRESH


def test_a_refused_query_is_blind_at_once_and_says_when_it_is_probed() -> None:
    refused = of_query(failing(PollEnd.QUERY_REFUSED, not_before=at(60)), at(2))
    assert (refused.sight, refused.cause, refused.probe_at) == (Sight.BLIND, Cause.QUERY_REFUSED, at(60))
