"""What staff read of the month's calls: how old news is, and when a flight is looked at next."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flightagents.domain.budget_sheet import NewsAge, counted, news_of, next_calls, worst_first
from flightagents.domain.call_plan import Rest
from flightagents.domain.freshness import Cause, Freshness, Sight
from flightagents.domain.polls import PollEnd
from flightagents.domain.watched import Outlook, Watched
from tests.support.feed_plans import call, plan
from tests.support.rows import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FLIGHT = "BA117|2026-11-22|LHR|JFK"
BA117 = Watched(
    designator="BA117",
    flight_date=date(2026, 11, 22),
    departure="LHR",
    arrival="JFK",
    travellers=2,
    leaves_at=NOON + 3 * HOUR,
    arrives_at=None,
    outlook=Outlook.WAITING,
    flight=FLIGHT,
    seen_at=NOON - 4 * MINUTE,
)
BY_DATE = "flight_iata=BA117&flight_date=2026-11-22"


def news(watched: Watched = BA117, made: Any = None, sights: Any = None) -> NewsAge:  # noqa: ANN401
    (found,) = news_of([watched], made, sights or {}, NOON)
    return found


def test_the_next_look_is_the_first_call_that_is_planned_for_the_flight() -> None:
    calls = [call(flights=(FLIGHT,), due_at=NOON + 9 * MINUTE), call("x", flights=("another",))]
    soon = call(BY_DATE, flights=(FLIGHT,), due_at=NOON + 2 * MINUTE)
    assert news(made=plan(coming=(*calls, soon))).next_look == NOON + 2 * MINUTE


def test_beyond_the_calls_that_are_planned_the_interval_tells_the_next_look() -> None:
    made = plan(intervals={FLIGHT: 10 * MINUTE})
    assert news(made=made).next_look == NOON + 6 * MINUTE
    assert news(replace(BA117, seen_at=NOON - HOUR), made).next_look == NOON, "it is due"
    assert news(replace(BA117, seen_at=None), made).next_look == NOON + 10 * MINUTE


def test_while_nothing_is_asked_no_look_is_promised_before_that_ends() -> None:
    made = plan(intervals={FLIGHT: 10 * MINUTE}, rest=Rest(PollEnd.REFUSED, NOON + HOUR))
    assert news(made=made).next_look == NOON + HOUR
    assert news(replace(BA117, seen_at=None), made).next_look == NOON + HOUR


def test_where_no_call_is_for_a_flight_no_look_is_promised() -> None:
    assert news(made=plan(intervals={})).next_look is None
    assert news(made=None).next_look is None


def test_what_the_leader_judged_stands_beside_the_flight() -> None:
    blind = Freshness(sight=Sight.BLIND, cause=Cause.OUTAGE)
    assert (news(sights={FLIGHT: blind}).sight, news(sights={FLIGHT: blind}).cause) == (
        Sight.BLIND,
        Cause.OUTAGE,
    )
    assert news(sights={"another": blind}).sight is None


def test_flights_of_which_no_news_matters_are_left_out() -> None:
    gone = replace(BA117, outlook=Outlook.AIRBORNE)
    far = replace(BA117, leaves_at=NOON + 25 * HOUR)
    assert news_of([gone, far], None, {}, NOON) == ()


def test_flights_stand_in_order_of_departure_and_the_worst_are_put_in_front() -> None:
    later = replace(BA117, flight="BA119|2026-11-22|LHR|JFK", leaves_at=NOON + 4 * HOUR)
    blind = {later.key: Freshness(sight=Sight.BLIND), FLIGHT: Freshness(sight=Sight.FRESH)}
    found = news_of([later, BA117], None, blind, NOON)
    assert [each.key for each in found] == [FLIGHT, later.key]
    assert [each.key for each in worst_first(found)] == [later.key, FLIGHT]
    assert counted(found) == {Sight.BLIND: 1, Sight.FRESH: 1}


def test_a_query_that_is_due_and_comes_again_is_shown_once() -> None:
    due, again = call(due_at=NOON), call(due_at=NOON + 5 * MINUTE)
    assert next_calls(plan([due], coming=(again, call(BY_DATE)))) == [due, call(BY_DATE)]
