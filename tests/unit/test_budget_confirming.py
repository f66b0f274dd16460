"""The second look at a cancellation, a diversion or the end of one."""

from datetime import timedelta
from typing import Any

from flightagents.domain.call_plan import Spent, Why
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.watched import Outlook, Watched
from tests.support.planned import HOUR, MINUTE, NOW, asked, board, flight, planned, queries, reasons

SECOND = timedelta(seconds=1)


def _first_look(ago: timedelta, **differs: Any) -> Watched:  # noqa: ANN401 - any field
    usual = {"outlook": Outlook.CANCELLED, "seen_at": NOW - ago, "unconfirmed_since": NOW - ago}
    return flight(2 * HOUR, **{**usual, **differs})


def test_it_comes_a_minute_after_the_first_and_not_earlier() -> None:
    assert Why.CONFIRM not in reasons(planned(_first_look(30 * SECOND)).due)
    assert planned(_first_look(30 * SECOND)).coming[0].due_at == NOW + 30 * SECOND
    plan = planned(_first_look(60 * SECOND))
    assert (reasons(plan.due), queries(plan.due)) == ([Why.CONFIRM], ["flight_iata=BA117"])


def test_it_comes_before_everything_else() -> None:
    plan = planned(*board(20, HOUR, told=True), _first_look(2 * MINUTE))
    assert plan.due[0].why is Why.CONFIRM
    assert len(plan.due) > 1


def test_it_is_made_whatever_a_call_costs() -> None:
    plan = planned(*board(900, seen_at=NOW), _first_look(2 * MINUTE), plan=Plan.FREE, spent=99)
    assert reasons(plan.due) == [Why.CONFIRM]


def test_it_is_made_for_a_flight_that_nothing_else_is_expected_of() -> None:
    watched = _first_look(2 * MINUTE, outlook=Outlook.OVER)
    assert planned(watched).due[0].why is Why.CONFIRM


def test_a_flight_beyond_what_the_feed_shows_is_looked_at_by_its_date() -> None:
    watched = flight(
        12 * HOUR, outlook=Outlook.CANCELLED, seen_at=NOW - MINUTE, unconfirmed_since=NOW - MINUTE
    )
    assert queries(planned(watched).due) == [f"flight_iata=BA117&flight_date={watched.flight_date}"]


def test_one_second_look_is_enough() -> None:
    assert planned(_first_look(2 * MINUTE, seen_at=NOW - MINUTE)).due == ()


def test_a_look_less_than_fifty_seconds_later_is_none() -> None:
    watched = _first_look(2 * MINUTE, seen_at=NOW - 2 * MINUTE + 30 * SECOND)
    assert reasons(planned(watched).due) == [Why.CONFIRM]


def test_where_it_showed_nothing_another_way_is_tried_after_a_while() -> None:
    def due(since: timedelta, tried: timedelta) -> list[str]:
        looked = asked("flight_iata=BA117", tried, rows=0)
        return queries(planned(_first_look(since), standings=looked, plan=Plan.FREE).due)

    assert due(4 * MINUTE, 3 * MINUTE) == []
    assert due(7 * MINUTE, 6 * MINUTE) == ["dep_iata=LHR&arr_iata=JFK&airline_iata=BA"]


def test_what_fails_again_and_again_is_tried_ever_more_seldom() -> None:
    watched = _first_look(4 * HOUR, departure=None)
    failed = asked("flight_iata=BA117", HOUR, end=PollEnd.OUTAGE, failures=1)
    plan = planned(watched, standings=failed, plan=Plan.FREE, spent=96)
    assert plan.due == ()
    assert [call.due_at for call in plan.coming if call.why is Why.CONFIRM] == [NOW + 2 * HOUR]


def test_without_calls_there_is_none() -> None:
    assert planned(_first_look(2 * MINUTE), spent=Spent(50, refused=True)).due == ()
    assert planned(_first_look(2 * MINUTE), spent=10_000).due == ()
