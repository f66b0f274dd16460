"""Which calls of the feed the planner finds worth making for the booked flights, and in which order."""

from datetime import timedelta

import pytest

from flightagents.domain.call_plan import Why
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.watched import Outlook, Watched
from tests.support.planned import HOUR, MINUTE, NOW, asked, board, flight, planned, queries, reasons, unseen

MANY = 3_000
"""Calls that were spent: what is left of a basic plan makes a call worth something."""


def _interval(watched: Watched, *others: Watched, **differs: object) -> timedelta:
    return planned(watched, *others, **differs).intervals[watched.key]  # type: ignore[arg-type]


def test_a_booked_flight_that_leaves_soon_is_asked_for_by_its_number() -> None:
    plan = planned(flight(HOUR))
    assert queries(plan.due) == ["flight_iata=BA117"]
    assert reasons(plan.due) == [Why.BOOKED]
    assert plan.due[0].flights == (flight(HOUR).key,)
    assert plan.due[0].worth > 1


def test_a_number_with_an_icao_code_is_asked_for_as_one() -> None:
    assert queries(planned(flight(HOUR, designator="BAW117")).due) == ["flight_icao=BAW117"]


def test_what_leaves_later_than_the_feed_shows_is_asked_for_by_its_local_date() -> None:
    watched = flight(12 * HOUR, seen_at=NOW - 12 * HOUR)
    assert queries(planned(watched).due) == [f"flight_iata=BA117&flight_date={watched.flight_date}"]


def test_near_departure_no_date_is_asked_for_so_that_a_retime_over_midnight_shows() -> None:
    assert "flight_date" not in queries(planned(flight(5 * HOUR, seen_at=NOW - 5 * HOUR)).due)[0]


def test_a_plan_without_dates_asks_for_nothing_that_the_feed_does_not_show_yet() -> None:
    assert planned(unseen(7 * HOUR), plan=Plan.FREE).due == ()
    assert queries(planned(unseen(5 * HOUR), plan=Plan.FREE).due) == ["flight_iata=BA117"]


def test_the_far_future_is_left_alone() -> None:
    plan = planned(flight(timedelta(days=5)), unseen(timedelta(days=9), designator="BA1"))
    assert plan.due == ()
    assert set(plan.intervals.values()) == {timedelta(hours=24)}


def test_what_has_landed_is_never_asked_for() -> None:
    landed = flight(-3 * HOUR, outlook=Outlook.OVER, seen_at=NOW - 24 * HOUR)
    plan = planned(landed, flight(timedelta(days=9), designator="BA9"))
    assert plan.due == ()
    assert all(landed.key not in call.flights for call in plan.coming)


def test_the_sooner_it_leaves_the_more_often_it_is_looked_at() -> None:
    days = [_interval(flight(hours * HOUR), spent=MANY) for hours in (1, 3, 6, 20)]
    assert days == sorted(days)
    assert days[0] < days[-1] / 4


def test_more_travellers_are_looked_at_more_often_but_mildly() -> None:
    few, many = (_interval(flight(HOUR, travellers=count), *board(60), spent=9_000) for count in (1, 9))
    assert many < few < 3 * many


def test_what_was_told_of_is_looked_at_more_often() -> None:
    told, untold = (_interval(flight(3 * HOUR, told=told), *board(60), spent=9_000) for told in (True, False))
    assert told < untold / 1.5


def test_a_flight_that_should_have_left_stays_hot_for_hours() -> None:
    overdue = _interval(flight(-2 * HOUR), *board(60), spent=9_000)
    gone = _interval(flight(-2 * HOUR, outlook=Outlook.AIRBORNE), *board(60), spent=9_000)
    assert overdue < gone / 2


def test_a_flight_in_the_air_is_asked_for_until_it_should_long_have_landed() -> None:
    def due(arrived: timedelta) -> bool:
        watched = flight(
            -9 * HOUR, outlook=Outlook.AIRBORNE, arrives_at=NOW - arrived, seen_at=NOW - 9 * HOUR
        )
        return bool(planned(watched).due)

    assert due(HOUR)
    assert not due(5 * HOUR)


def test_a_flight_is_not_asked_for_twice_within_a_minute() -> None:
    watched = flight(HOUR, seen_at=NOW - timedelta(seconds=30))
    assert planned(watched, standings=asked("flight_iata=BA117", timedelta(seconds=30))).due == ()


def test_a_flight_the_feed_does_not_show_is_looked_for_five_hours_ahead_at_the_latest() -> None:
    crowd = board(500, seen_at=NOW)
    dear = planned(unseen(5 * HOUR + 15 * MINUTE), *crowd, plan=Plan.FREE)
    must = planned(unseen(5 * HOUR + 5 * MINUTE), *crowd, plan=Plan.FREE)
    assert dear.due == ()
    assert queries(must.due) == ["flight_iata=BA117"]


@pytest.mark.parametrize(("rows", "looked_for"), [(200, True), (60, False)])
def test_a_part_of_a_board_that_does_not_show_it_is_no_look_for_it(rows: int, *, looked_for: bool) -> None:
    """Else nobody ever asks staff whether its number is right: the rest of the board might have it."""
    missing = unseen(5 * HOUR + 5 * MINUTE, designator="BA9999")
    crowd = board(50, 2 * HOUR, seen_at=NOW)
    walked = asked("dep_iata=LHR", MINUTE, rows=60, total=rows)
    found = planned(missing, *crowd, standings=walked, plan=Plan.FREE)
    assert ("flight_iata=BA9999" in queries(found.due)) is looked_for


def test_a_ticket_without_a_time_is_asked_for_by_its_date_as_long_as_that_lasts() -> None:
    untimed = unseen(-6 * HOUR, arrives_at=None, leaves_by=NOW + 18 * HOUR)
    assert queries(planned(untimed).due) == [f"flight_iata=BA117&flight_date={untimed.flight_date}"]
    assert planned(unseen(-30 * HOUR, arrives_at=None, leaves_by=NOW - 6 * HOUR)).due == ()


def test_where_no_date_can_be_asked_for_it_is_looked_for_five_hours_before_the_latest_time_too() -> None:
    def due(leaves_by: timedelta) -> bool:
        untimed = unseen(-12 * HOUR, arrives_at=None, leaves_by=NOW + leaves_by)
        looked = asked("flight_iata=BA117", 3 * HOUR, rows=0) | asked(
            "dep_iata=LHR&arr_iata=JFK&airline_iata=BA", 3 * HOUR, rows=0
        )
        return bool(planned(untimed, *board(500, seen_at=NOW), standings=looked, plan=Plan.FREE).due)

    assert not due(10 * HOUR)
    assert due(5 * HOUR)


def test_once_it_was_looked_for_it_is_not_looked_for_at_each_tick() -> None:
    looked = asked("flight_iata=BA117", 3 * MINUTE, rows=0) | asked(
        "dep_iata=LHR&arr_iata=JFK&airline_iata=BA", 2 * MINUTE, rows=0
    )
    plan = planned(unseen(5 * HOUR), *board(500, seen_at=NOW), standings=looked, plan=Plan.FREE)
    assert plan.due == ()


def test_a_number_that_shows_nothing_is_looked_for_on_its_route() -> None:
    looked = asked("flight_iata=BA117", 5 * MINUTE, rows=0)
    assert queries(planned(flight(HOUR), standings=looked).due) == [
        "dep_iata=LHR&arr_iata=JFK&airline_iata=BA"
    ]


def test_where_the_feed_shows_it_as_sold_by_others_alone_it_is_asked_for_by_their_number() -> None:
    """Its route has rows of other flights, so that it would be asked again and again."""
    looked = asked("flight_iata=BA117", 5 * MINUTE, rows=0)
    looked |= asked(f"flight_iata=BA117&flight_date={NOW.date()}", 5 * MINUTE, rows=0)
    sold = flight(HOUR, shown_as=("AA6117", "IB4217"))
    assert queries(planned(sold, standings=looked).due) == ["flight_iata=AA6117"]
    shown = asked("flight_iata=AA6117", 20 * MINUTE, rows=1)
    assert queries(planned(sold, standings=looked | shown).due) == ["flight_iata=AA6117"]


def test_a_query_whose_breaker_is_open_is_not_asked_but_its_flight_is_in_another_way() -> None:
    shut = asked("flight_iata=BA117", HOUR, end=PollEnd.OUTAGE, not_before=NOW + HOUR)
    assert queries(planned(flight(HOUR), standings=shut).due) == ["dep_iata=LHR&arr_iata=JFK&airline_iata=BA"]


def test_what_failed_a_moment_ago_is_left_alone_for_a_while() -> None:
    failed = asked("flight_iata=BA1", MINUTE, end=PollEnd.OUTAGE, failures=3)
    watched = flight(HOUR, designator="BA1", departure=None)
    assert planned(watched, standings=failed, plan=Plan.FREE).due == ()
    later = asked("flight_iata=BA1", 20 * MINUTE, end=PollEnd.OUTAGE, failures=3)
    assert queries(planned(watched, standings=later, plan=Plan.FREE).due) == ["flight_iata=BA1"]


def test_the_best_comes_first() -> None:
    plan = planned(
        flight(12 * HOUR, designator="BA1", departure="LGW", arrival="CDG"),
        flight(HOUR, designator="AF2", departure="CDG", arrival="FCO"),
    )
    assert len(plan.due) == 2
    assert queries(plan.due)[0] == "flight_iata=AF2"
    assert plan.due[0].worth > plan.due[1].worth


def test_the_same_is_planned_for_the_same() -> None:
    flights = board(40) + board(20, 7 * HOUR)
    one, other = (planned(*flights, spent=MANY) for _ in range(2))
    assert (one.due, one.coming, dict(one.intervals)) == (other.due, other.coming, dict(other.intervals))


def test_the_plan_says_what_comes_next_and_why() -> None:
    tomorrow = flight(30 * HOUR, designator="BA9")
    plan = planned(flight(HOUR), tomorrow)
    assert [call.due_at for call in plan.coming] == sorted(call.due_at for call in plan.coming)
    assert all(call.due_at >= NOW for call in plan.coming)
    assert plan.coming[0].query == "flight_iata=BA117"
    assert plan.coming[-1].due_at == tomorrow.leaves_at - timedelta(hours=24)


def test_there_is_an_interval_for_each_watched_flight() -> None:
    flights = [*board(30), *board(30, timedelta(days=3), outlook=Outlook.OVER), unseen(HOUR)]
    assert set(planned(*flights).intervals) == {each.key for each in flights}
    with pytest.raises(KeyError):
        planned(*flights).intervals["BA1|nobody"]
