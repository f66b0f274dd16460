"""The queries of the settings: asked with what the bookings leave, and how long that lasts."""

from datetime import timedelta

import pytest

from flightagents.domain.call_plan import Spent, Why
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Outlook
from tests.support.planned import (
    HOUR,
    MINUTE,
    MONTH_ENDS,
    NOW,
    asked,
    board,
    flight,
    planned,
    queries,
    reasons,
)


def test_without_bookings_the_queries_are_asked() -> None:
    plan = planned(queries="dep_iata=JFK;arr_iata=JFK")
    assert queries(plan.due) == ["dep_iata=JFK", "arr_iata=JFK"]
    assert reasons(plan.due) == [Why.QUERY, Why.QUERY]


def test_without_bookings_or_queries_the_first_page_of_the_feed_is_asked() -> None:
    plan = planned()
    assert [(call.query, call.pages) for call in plan.due] == [("(unfiltered)", 1)]


def test_flights_that_are_over_are_no_bookings() -> None:
    assert queries(planned(flight(-30 * HOUR, outlook=Outlook.OVER)).due) == ["(unfiltered)"]


def test_with_bookings_nobody_asks_for_the_unfiltered_feed() -> None:
    plan = planned(flight(timedelta(days=3)))
    assert "(unfiltered)" not in queries(plan.due + plan.coming)


def test_at_the_interval_where_the_month_allows_it() -> None:
    def due(ago: timedelta) -> list[str]:
        standings = asked("dep_iata=JFK", ago, total=90)
        return queries(planned(queries="dep_iata=JFK", standings=standings, interval=5 * MINUTE).due)

    assert due(4 * MINUTE) == []
    assert due(5 * MINUTE) == ["dep_iata=JFK"]


def test_else_the_interval_stretches_so_that_the_calls_last() -> None:
    standings = asked("dep_iata=JFK", MINUTE, total=90)
    plan = planned(queries="dep_iata=JFK", standings=standings, plan=Plan.FREE)
    left = 100 - plan.forecast.reserve
    assert plan.due == ()
    assert plan.coming[0].due_at - (NOW - MINUTE) == pytest.approx((MONTH_ENDS - NOW) / left, abs=MINUTE)


def test_it_says_until_when_they_would_last_at_the_interval_that_was_asked_for() -> None:
    short = planned(queries="dep_iata=JFK", max_pages=1, plan=Plan.FREE)
    assert short.queries_last_until == NOW + 97 * MINUTE
    assert short.queries_every == (MONTH_ENDS - NOW) / 97
    assert (
        planned(queries="dep_iata=JFK", max_pages=1, interval=HOUR, plan=Plan.FREE).queries_last_until
        == NOW + 97 * HOUR
    )
    long = planned(queries="dep_iata=JFK", max_pages=1, interval=HOUR)
    assert (long.queries_every, long.queries_last_until) == (HOUR, None)


def test_where_none_is_set_and_flights_are_booked_nothing_is_said_of_them() -> None:
    plan = planned(flight(HOUR))
    assert (plan.queries_every, plan.queries_last_until) == (None, None)


def test_bookings_come_before_them_and_leave_them_the_rest() -> None:
    plan = planned(flight(HOUR), queries="dep_iata=JFK", plan=Plan.BUSINESS)
    assert reasons(plan.due) == [Why.BOOKED, Why.QUERY]


def test_where_bookings_need_all_there_are_none() -> None:
    plan = planned(*board(80), queries="dep_iata=JFK", spent=9_000)
    assert Why.QUERY not in reasons(plan.due + plan.coming)


def test_a_query_that_is_a_board_of_bookings_is_asked_once() -> None:
    plan = planned(*board(30), queries="dep_iata=LHR", plan=Plan.BUSINESS)
    assert queries(plan.due) == ["dep_iata=LHR"]


def test_its_total_bounds_its_pages_and_the_setting_does() -> None:
    def pages(total: int | None) -> int:
        return (
            planned(queries="dep_iata=JFK", standings=asked("dep_iata=JFK", HOUR, total=total)).due[0].pages
        )

    assert [pages(total) for total in (None, 0, 100, 101, 5000)] == [5, 1, 1, 2, 5]


def test_one_whose_breaker_is_open_waits() -> None:
    shut = asked("dep_iata=JFK", HOUR, not_before=NOW + HOUR)
    plan = planned(queries="dep_iata=JFK;arr_iata=JFK", standings=shut)
    assert queries(plan.due) == ["arr_iata=JFK"]
    assert plan.coming[0].due_at == NOW + HOUR


def test_an_unlimited_clock_asks_at_the_interval_and_forecasts_no_quota() -> None:
    plan = planned(flight(HOUR), queries="dep_iata=JFK", unlimited=True, plan=Plan.FREE, spent=5_000)
    assert reasons(plan.due) == [Why.BOOKED, Why.QUERY]
    assert (plan.forecast.quota, plan.forecast.left, plan.forecast.calls_each) == (None, None, None)
    assert plan.queries_last_until is None


def test_a_refusal_of_the_month_holds_on_an_unlimited_clock_too() -> None:
    assert planned(flight(HOUR), unlimited=True, spent=Spent(3, refused=True)).due == ()
