"""When booked flights are asked for together: boards, their pages, and filters on them."""

from datetime import timedelta

from flightagents.domain.call_plan import Why
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Outlook
from tests.support.planned import HOUR, MINUTE, NOW, asked, board, flight, planned, queries, reasons

FILTERS = {
    "dep_iata=LHR&flight_status=cancelled",
    "dep_iata=LHR&flight_status=scheduled&min_delay_dep=15",
}


def test_many_flights_of_an_airport_are_one_board() -> None:
    plan = planned(*board(30), plan=Plan.PROFESSIONAL)
    assert queries(plan.due) == ["dep_iata=LHR"]
    assert reasons(plan.due) == [Why.BOARD]
    assert len(plan.due[0].flights) == 30


def test_two_flights_of_a_large_airport_are_asked_for_alone() -> None:
    plan = planned(*board(2), standings=asked("dep_iata=LHR", HOUR, total=3000))
    assert queries(plan.due) == ["flight_iata=BA1", "flight_iata=VS2"]


def test_a_total_says_how_many_pages_a_board_is_walked() -> None:
    large = asked("dep_iata=LHR", HOUR, total=2400)
    small = asked("dep_iata=LHR", HOUR, total=150)
    assert planned(*board(90), standings=large, plan=Plan.PROFESSIONAL).due[0].pages == 2
    assert planned(*board(90), standings=small).due[0].pages == 1


def test_what_is_still_about_from_yesterday_stands_on_the_last_pages_and_is_asked_for_alone() -> None:
    late = flight(HOUR, designator="QF9", flight_date=(NOW - timedelta(days=1)).date())
    plan = planned(*board(30), late, plan=Plan.PROFESSIONAL)
    assert set(queries(plan.due)) == {"dep_iata=LHR", "flight_iata=QF9"}


def test_a_board_is_narrowed_to_a_route_or_an_airline_where_that_is_enough() -> None:
    route = [flight(2 * HOUR, designator=f"{airline}1") for airline in ("BA", "AA", "VS", "DL")]
    assert queries(planned(*route).due) == ["dep_iata=LHR&arr_iata=JFK"]
    ends = ("JFK", "LAX", "CDG", "FRA")
    airline = [flight(2 * HOUR, designator=f"BA{n}", arrival=end) for n, end in enumerate(ends, 1)]
    assert queries(planned(*airline).due) == ["dep_iata=LHR&airline_iata=BA"]


def test_what_leaves_later_is_on_the_board_of_its_date() -> None:
    later = board(30, 11 * HOUR, seen_at=NOW - 10 * HOUR)
    assert queries(planned(*later, plan=Plan.PROFESSIONAL).due) == [
        f"dep_iata=LHR&flight_date={later[0].flight_date}"
    ]


def test_a_flight_that_was_just_seen_makes_no_board_due() -> None:
    seen = board(30, seen_at=NOW)
    assert planned(*seen, standings=asked("dep_iata=LHR", total=500), plan=Plan.PROFESSIONAL).due == ()


def test_a_flight_that_its_board_did_not_show_is_asked_for_alone() -> None:
    hidden = flight(2 * HOUR, designator="QF9", arrival="SYD", seen_at=NOW - 90 * MINUTE)
    just_asked = asked("dep_iata=LHR", 2 * MINUTE, total=500, rows=500)
    seen = board(30, seen_at=NOW - 2 * MINUTE)
    plan = planned(*seen, hidden, standings=just_asked, plan=Plan.PROFESSIONAL)
    assert "flight_iata=QF9" in queries(plan.due)


def test_a_board_whose_breaker_is_open_is_not_asked() -> None:
    shut = asked("dep_iata=LHR", HOUR, total=500, not_before=NOW + HOUR)
    plan = planned(*board(30), standings=shut, plan=Plan.PROFESSIONAL)
    assert "dep_iata=LHR" not in queries(plan.due)
    assert {key for call in plan.due for key in call.flights} == {each.key for each in board(30)}


def test_on_small_pages_filters_tell_what_is_wrong_on_a_board() -> None:
    plan = planned(*board(60), standings=asked("dep_iata=LHR", HOUR, total=3000), spent=6_000)
    assert set(queries(plan.due)) >= FILTERS
    assert [call.why for call in plan.due if call.query in FILTERS] == [Why.FILTER] * 2


def test_a_flight_of_which_something_was_told_is_never_left_to_a_filter() -> None:
    told = flight(2 * HOUR, designator="QF9", told=True)
    plan = planned(*board(60), told, standings=asked("dep_iata=LHR", HOUR, total=3000), spent=6_000)
    by_filter = {key for call in plan.due if call.why is Why.FILTER for key in call.flights}
    unfiltered = {key for call in plan.due if call.why is not Why.FILTER for key in call.flights}
    assert by_filter
    assert told.key in unfiltered - by_filter


def test_an_empty_filter_lets_a_flight_wait_longer_but_does_not_count_as_a_look() -> None:
    total = asked("dep_iata=LHR", HOUR, total=3000)
    filters = {
        name: each for query in FILTERS for name, each in asked(query, MINUTE, rows=0, total=0).items()
    }
    waiting = planned(*board(60, seen_at=NOW - 3 * HOUR), standings=total | filters, spent=6_000)
    assert waiting.due
    assert Why.FILTER not in reasons(waiting.due)


def test_what_should_have_left_is_not_left_to_a_filter() -> None:
    late = board(60, -HOUR)
    plan = planned(*late, standings=asked("dep_iata=LHR", HOUR, total=3000), spent=6_000)
    assert plan.due
    assert Why.FILTER not in reasons(plan.due)


def test_cancelled_flights_are_not_left_to_a_filter() -> None:
    off = board(60, outlook=Outlook.CANCELLED)
    plan = planned(*off, standings=asked("dep_iata=LHR", HOUR, total=3000), spent=6_000)
    assert Why.FILTER not in reasons(plan.due + plan.coming)
