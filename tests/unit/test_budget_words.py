"""The month's calls in words: of calls, of times, and of what is amiss."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.budget_sheet import BudgetSheet, news_of
from flightagents.domain.budget_words import (
    WHYS,
    ago,
    ahead,
    amiss,
    asked,
    lasting,
    leaving,
    queries_said,
)
from flightagents.domain.call_plan import Rest, Why
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from tests.support.feed_plans import FORECAST, plan
from tests.support.rows import NOON
from tests.unit.test_budget_sheet import BA117

SHEET = BudgetSheet(at=NOON, tier=Plan.BASIC, has_key=True, plan=plan())


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("flight_iata=BA117&flight_date=2026-11-22", "flight BA117 on 2026-11-22"),
        ("dep_iata=JFK&flight_status=cancelled", "from JFK cancelled"),
        ("arr_iata=LHR&min_delay_dep=15", "to LHR 15 min late or more"),
        ("airline_iata=BA", "of BA"),
        ("(unfiltered)", "the first page of the whole feed"),
        ("brand_new=1", "brand_new 1"),
    ],
)
def test_a_query_is_said_in_words(query: str, said: str) -> None:
    assert asked(query) == said


def test_every_reason_for_a_call_has_words() -> None:
    assert set(WHYS) == set(Why)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (172_800, "2 days"),
    ],
)
def test_a_duration_is_as_exact_as_it_is_short(seconds: int, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said


def test_times_are_told_from_now() -> None:
    minute = timedelta(minutes=1)
    assert ahead(NOON, NOON) == "now"
    assert ahead(NOON + minute, NOON) == "in 1 min"
    assert ago(NOON - minute, NOON) == "1 min ago"
    assert ago(None, NOON) == "not seen yet"


def test_a_flight_leaves_or_is_due_and_of_a_ticket_without_a_time_nobody_knows_when() -> None:
    minute = timedelta(minutes=1)
    (news,) = news_of([BA117], None, {}, NOON)
    assert leaving(replace(news, leaves_at=NOON + minute), NOON) == "leaves in 1 min"
    assert leaving(replace(news, leaves_at=NOON - minute), NOON) == "due 1 min ago"
    (untimed,) = news_of([replace(BA117, leaves_by=BA117.leaves_at + 24 * 60 * minute)], None, {}, NOON)
    assert leaving(untimed, NOON) == "time not known"


def test_how_often_the_queries_are_asked_and_how_long_they_would_last() -> None:
    minute = timedelta(minutes=1)
    ends = NOON + 97 * minute
    assert queries_said(plan(queries_every=minute)) == "each 1 min until the month ends"
    assert queries_said(plan(queries_every=433 * minute, queries_last_until=ends)) == (
        "each 7 h 13 min: at their interval the calls would last 1 h 37 min"
    )
    assert queries_said(plan(queries_last_until=NOON)).startswith("not asked")
    assert queries_said(plan()) == "none is set"


def test_why_nothing_is_asked_is_said() -> None:
    rest = Rest(PollEnd.REFUSED, NOON + timedelta(minutes=40), "invalid_access_key")
    (said,) = amiss(replace(SHEET, plan=plan(rest=rest)))
    assert said == (
        "AviationStack refuses the key (invalid_access_key): nothing is asked; it is tried again in 40 min."
    )


def test_where_all_is_well_nothing_is_said() -> None:
    assert amiss(SHEET) == []


def test_without_a_plan_it_says_what_to_start() -> None:
    assert amiss(replace(SHEET, plan=None)) == [
        "Nobody has planned a call yet: start a worker that has FLIGHTAGENTS_AVIATIONSTACK_KEY."
    ]
    (said,) = amiss(replace(SHEET, plan=None, has_key=False))
    assert said.startswith("Nothing is polled: set FLIGHTAGENTS_AVIATIONSTACK_KEY")


def test_a_plan_that_nobody_follows_any_more_is_said_to_be_old() -> None:
    (said,) = amiss(replace(SHEET, dead_for=timedelta(minutes=12)))
    assert "No worker has planned for 12 min" in said


def test_without_bookings_it_says_what_is_asked_then() -> None:
    (said,) = amiss(replace(SHEET, plan=plan(forecast=replace(FORECAST, watched=0, calls_each=None))))
    assert said.startswith("No flight is booked")


def test_a_plan_that_is_too_small_says_what_to_do() -> None:
    assert amiss(replace(SHEET, advice="Buy the plan business")) == ["Buy the plan business."]
