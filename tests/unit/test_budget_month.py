"""The month's calls: never more, a reserve for what is urgent, and a forecast."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightagents.aviationstack.budget import Planner
from flightagents.domain.call_plan import ENOUGH_EACH, Call, Spent, Why, cannot_serve
from flightagents.domain.plans import Limits, Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched
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

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=40)


def _pages(calls: tuple[Call, ...]) -> int:
    return sum(call.pages for call in calls)


def test_nothing_is_asked_once_the_month_is_spent() -> None:
    assert planned(flight(HOUR), spent=10_000).due == ()
    assert planned(flight(HOUR), spent=12_000).forecast.left == 0


def test_what_aviationstack_says_overrules_our_count() -> None:
    plan = planned(flight(HOUR), queries="dep_iata=JFK", spent=Spent(17, refused=True))
    assert plan.due == ()
    assert plan.forecast.at_month_end == 17


def test_a_new_month_in_utc_brings_new_calls() -> None:
    plan = planned(flight(HOUR + (MONTH_ENDS - NOW)), spent=0, now=MONTH_ENDS)
    assert queries(plan.due) == ["flight_iata=BA117"]
    assert plan.forecast.month_ends == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_walk_that_is_longer_than_what_is_left_is_not_begun() -> None:
    watched = board(80, told=True)
    standings = asked("dep_iata=LHR", HOUR, total=900)
    plan = planned(*watched, standings=standings, spent=9_997)
    assert _pages(plan.due) <= 3
    assert all(call.pages == 1 for call in plan.due)


def test_the_reserve_is_for_second_looks_and_for_flights_of_which_something_was_told() -> None:
    told = flight(HOUR, designator="BA1", told=True, seen_at=NOW - 6 * HOUR)
    cancelled = flight(
        HOUR,
        designator="BA2",
        outlook=Outlook.CANCELLED,
        unconfirmed_since=NOW - 2 * MINUTE,
        seen_at=NOW - 2 * MINUTE,
    )
    plan = planned(flight(HOUR, seen_at=NOW - 6 * HOUR), told, cancelled, plan=Plan.FREE, spent=97)
    assert plan.forecast.reserve == 3
    assert reasons(plan.due) == [Why.CONFIRM, Why.TOLD]


def test_what_was_told_of_far_ahead_is_not_urgent() -> None:
    told = flight(5 * HOUR, told=True, seen_at=NOW - 24 * HOUR)
    assert planned(told, plan=Plan.FREE, spent=97).due == ()


def test_the_reserve_is_given_free_towards_the_end() -> None:
    reserves = [
        planned(now=MONTH_ENDS - timedelta(hours=hours), plan=Plan.FREE).forecast.reserve
        for hours in (200, 48, 24, 1)
    ]
    assert reserves == [3, 3, 2, 1]


def test_the_fewer_calls_are_left_the_longer_a_flight_waits() -> None:
    waits = [
        planned(flight(HOUR), *board(200, timedelta(days=3)), spent=spent).intervals[flight(HOUR).key]
        for spent in (0, 5_000, 9_000, 9_400)
    ]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_days_that_are_not_booked_yet_are_reckoned_like_the_past_week() -> None:
    past = [each for day in range(1, 8) for each in board(20, -timedelta(days=day), outlook=Outlook.OVER)]
    alone = planned(flight(HOUR)).forecast
    with_past = planned(flight(HOUR), *past).forecast
    assert alone.watched == 1
    assert 350 < with_past.watched < 450
    assert with_past.at_month_end > alone.at_month_end


def test_the_forecast_tells_the_month() -> None:
    forecast = planned(flight(HOUR), *board(19, timedelta(days=1)), spent=8_000).forecast
    assert (forecast.quota, forecast.spent, forecast.left) == (10_000, 8_000, 2_000)
    assert forecast.calls_each == pytest.approx(2_000 / forecast.watched)
    assert 8_000 < forecast.at_month_end <= 10_000


def test_no_more_than_a_run_can_walk_is_due_at_once() -> None:
    alone = [
        flight(HOUR, designator=f"BA{n}", departure=None, arrival=None, seen_at=NOW - HOUR)
        for n in range(1, 200)
    ]
    shut = asked("airline_iata=BA", HOUR, not_before=NOW + HOUR)
    assert 50 <= _pages(planned(*alone, standings=shut, plan=Plan.BUSINESS).due) <= 60


def test_a_query_of_the_settings_with_more_pages_than_that_is_asked_even_so() -> None:
    wide = asked("airline_iata=AA", HOUR, total=90_000)
    plan = planned(
        flight(HOUR),
        queries="airline_iata=AA",
        standings=wide,
        plan=Plan.BUSINESS,
        max_pages=90,
        interval=HOUR,
    )
    assert [call.pages for call in plan.due if call.why is Why.QUERY] == [90]


def test_flights_on_a_board_with_more_pages_than_are_left_are_asked_for_alone() -> None:
    now = MONTH_ENDS - HOUR
    unseen_for_long = [
        replace(each, leaves_at=now + HOUR, flight_date=now.date(), seen_at=now - 30 * HOUR)
        for each in board(60)
    ]
    six_pages = asked("dep_iata=LHR", HOUR, total=900)
    plan = planned(*unseen_for_long, standings=six_pages, spent=9_988, now=now)
    assert 10_000 - 9_988 - plan.forecast.reserve < 6
    assert Why.BOOKED in reasons(plan.due)
    assert Why.BOARD not in reasons(plan.due + plan.coming)


def test_a_plan_that_is_too_small_says_so_and_which_would_do() -> None:
    small = planned(*board(80, timedelta(days=2)), plan=Plan.FREE).forecast
    said = cannot_serve(small, Plan.FREE)
    assert said is not None
    assert "free" in said
    assert "basic" in said
    assert small.calls_each is not None
    assert small.calls_each < ENOUGH_EACH


def test_what_is_spent_is_spent_under_a_larger_plan_too() -> None:
    forecast = planned(*board(1_200, timedelta(days=3)), spent=5_000).forecast
    assert "the plan professional would do" in str(cannot_serve(forecast, Plan.BASIC))


def test_where_aviationstack_says_that_the_month_is_spent_none_is_left_whatever_we_counted() -> None:
    forecast = planned(*board(10, timedelta(days=2)), plan=Plan.FREE, spent=Spent(40, refused=True)).forecast
    assert (forecast.left, forecast.calls_each, forecast.reserve) == (0, 0.0, 0)
    assert "the plan basic would do" in str(cannot_serve(forecast, Plan.FREE))


def test_a_plan_that_is_large_enough_says_nothing() -> None:
    assert cannot_serve(planned(*board(80, timedelta(days=2))).forecast, Plan.BASIC) is None
    assert cannot_serve(planned().forecast, Plan.FREE) is None


FLIGHTS = st.builds(
    lambda hours, number, outlook, told, seen, unconfirmed: flight(
        hours * HOUR,
        designator=f"BA{number}",
        outlook=outlook,
        told=told,
        seen_at=None if seen is None else NOW - seen * MINUTE,
        unconfirmed_since=NOW - unconfirmed * MINUTE if unconfirmed else None,
    ),
    st.integers(-10, 40),
    st.integers(1, 60),
    st.sampled_from(Outlook),
    st.booleans(),
    st.none() | st.integers(0, 600),
    st.sampled_from([0, 0, 0, 1, 5]),
)


@STEADY
@given(
    watched=st.lists(FLIGHTS, max_size=30),
    calls=st.integers(0, 120),
    page_size=st.sampled_from([10, 100, 1000]),
    dates=st.booleans(),
    total=st.integers(0, 900),
    answers=st.lists(st.sampled_from(PollEnd), min_size=1, max_size=8),
)
def test_never_more_than_the_months_calls_whatever_comes(
    *, watched: list[Watched], calls: int, page_size: int, dates: bool, total: int, answers: list[PollEnd]
) -> None:
    ask = Planner(
        Limits(calls, page_size, asks_by_date=dates),
        queries="dep_iata=LHR;arr_iata=LHR",
        interval=timedelta(seconds=60),
        max_pages=5,
    )
    standings: dict[str, QueryStanding] = {}
    spent, now = 0, NOW
    for tick in range(40):
        plan = ask(watched, standings, Spent(spent), now)
        spent += _pages(plan.due)
        assert spent <= calls
        assert len({call.query for call in plan.due}) == len(plan.due)
        for call in plan.due:
            end = answers[tick % len(answers)]
            standings[call.query] = QueryStanding(query=call.query, asked_at=now, end=end, total=total)
        now += timedelta(minutes=tick * 7)
