"""How a connection stands, and that each turn of it is told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.airports import country
from flightagents.domain.connections import (
    GATES_CLOSE,
    SEPARATE_TICKETS,
    ConnectionTold,
    Minimum,
    MinimumTimes,
    Standing,
    expires_at,
    judge_connection,
    standing_of,
)
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.journeys import Connection, Leg, connections, first_onward
from flightagents.domain.reasons import Reason
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.domain.tracking import advance
from tests.support.rows import DAY, MINUTE, NOON, row, run_of

MINIMUM = 60 * MINUTE
HOUR = timedelta(hours=1)
RISK, MISSED, SAFE = Said.CONNECTION_AT_RISK, Said.CONNECTION_MISSED, Said.CONNECTION_SAFE


def state(designator: str, **shown: Any) -> FlightState:  # noqa: ANN401 - as `row` takes them
    """Give what one look at a flight tells."""
    found, _ = advance(None, run_of([row(designator, **shown)])[0])
    return found


BA117 = state("BA117", arrives="17:35")
AA100 = state("AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")


def leg(of: FlightState, **differs: Any) -> Leg:  # noqa: ANN401 - any of its fields
    """Give a leg as it was sold at the feed's first schedule, under the operating number."""
    usual = Leg(
        designator=of.flight.split("|")[0],
        flight_date=DAY,
        departure=of.departure.airport,
        arrival=of.arrival.airport,
        leaves=of.departure.base,
        arrives=of.arrival.base,
        state=of,
    )
    return replace(usual, **differs)


def ticketed(leaves: str, designator: str = "AA100", route: str = "JFK-MAD") -> Leg:
    """Give a leg that the feed does not have yet."""
    departure, arrival = route.split("-")
    return Leg(
        designator=designator,
        flight_date=DAY,
        departure=departure,
        arrival=arrival,
        leaves=datetime.fromisoformat(leaves),
    )


def late(of: FlightState, minutes: float, **differs: Any) -> FlightState:  # noqa: ANN401 - any field
    """Give a flight that leaves and arrives this much later than planned."""
    by = minutes * MINUTE
    departure = replace(of.departure, expected=of.departure.expected + by)
    arrival = replace(of.arrival, expected=of.arrival.expected + by)
    return replace(of, **{"departure": departure, "arrival": arrival, **differs})


def changing(inbound: FlightState = BA117, onward: FlightState = AA100) -> Connection:
    """Two hours at JFK, as planned."""
    (found,) = connections([leg(inbound), leg(onward)])
    return found


def with_margin(minutes: float, planned: float = 120) -> Connection:
    return replace(
        changing(late(BA117, 120 - minutes)),
        planned=planned * MINUTE,
    )


def pairs(*legs: Leg) -> list[tuple[str, str]]:
    return [(each.from_.designator, each.to.designator) for each in connections(legs)]


def standing(connection: Connection, now: datetime = NOON) -> Standing:
    return standing_of(connection, MINIMUM, now)


# What is a connection


def test_people_change_where_one_flight_arrives_and_the_next_leaves() -> None:
    found = changing()
    assert (found.airport, found.zone) == ("JFK", "America/New_York")
    assert found.planned == found.margin == 2 * HOUR


def test_each_change_of_a_long_journey_is_a_connection_of_its_own() -> None:
    far = state("IB3", route="MAD-AKL", day=DAY + timedelta(days=1), departs="10:35", arrives="23:00")
    assert pairs(leg(far), leg(AA100), leg(BA117)) == [("AA100", "IB3"), ("BA117", "AA100")]


def test_a_flight_from_elsewhere_is_no_connection() -> None:
    assert (
        pairs(leg(BA117), leg(state("IB1", route="MAD-AKL", departs="23:00", arrives="2026-11-24T10:00")))
        == []
    )


@pytest.mark.parametrize(
    ("leaves", "found"),
    [("2026-11-22T11:34", 0), ("2026-11-22T11:35", 1), ("2026-11-23T17:35", 1), ("2026-11-23T17:36", 0)],
)
def test_who_stays_longer_than_a_day_or_leaves_long_before_does_not_connect(leaves: str, found: int) -> None:
    assert len(pairs(leg(BA117), ticketed(leaves))) == found


def test_of_two_flights_that_overlap_one_was_retimed_before_anybody_saw_it() -> None:
    early = state("AA100", route="JFK-MAD", departs="17:20", arrives="2026-11-23T06:20")
    (found,) = connections([leg(BA117), leg(early)])
    assert found.planned is None
    assert standing(found) is Standing.MISSED
    for minutes, stands in ((60, Standing.AT_RISK), (80, Standing.TIGHT), (85, Standing.KEPT)):
        (found,) = connections([leg(BA117), leg(late(early, minutes))])
        assert standing(found) is stands


def test_a_flight_that_was_over_before_the_other_left_is_an_earlier_one() -> None:
    before = state("AA100", route="JFK-LHR", departs="00:30", arrives="12:30")
    after = state("BA117", departs="12:40", arrives="15:40")
    assert pairs(leg(after), leg(before)) == [("AA100", "BA117")]


def test_flights_that_overlap_are_joined_only_where_one_booking_has_both() -> None:
    early = leg(state("AA100", route="JFK-MAD", departs="17:20", arrives="2026-11-23T06:20"))
    assert first_onward(leg(BA117), [early], may_overlap=False) is None
    assert first_onward(leg(BA117), [early, leg(AA100)], may_overlap=False) is not None


def test_without_zones_nobody_knows_whether_two_flights_overlap() -> None:
    inbound = state("BA1", route="QQR-QQQ", departs="14:35", arrives="17:35")
    onward = state("BA2", route="QQQ-LHR", departs="17:20", arrives="19:20")
    assert pairs(leg(inbound), leg(onward)) == []


def test_people_change_to_the_first_of_two_flights_that_leave_from_there() -> None:
    later = ticketed("2026-11-22T22:00", designator="AA200")
    assert pairs(leg(BA117), later, leg(AA100)) == [("BA117", "AA100")]


def test_a_flight_that_goes_on_under_the_same_number_takes_them_along() -> None:
    goes_on = state("BA117", route="JFK-MAD", departs="18:35", arrives="2026-11-23T07:35")
    home = state("IB1", route="MAD-LHR", day=DAY + timedelta(days=1), departs="09:00", arrives="10:30")
    after = ticketed("2026-11-22T22:00", designator="AA200")
    assert pairs(leg(BA117), leg(goes_on), leg(home), after) == [("BA117", "IB1")]


def test_a_ticketed_time_is_read_by_the_clock_of_the_airport_where_they_change() -> None:
    (found,) = connections([leg(BA117), ticketed("2026-11-22T19:35")])
    assert found.leaves == datetime.fromisoformat("2026-11-23T00:35Z")
    assert found.margin == 2 * HOUR


def test_without_any_zone_both_times_are_on_the_same_clock() -> None:
    inbound = state("BA1", route="LHR-QQQ", arrives="17:35")
    onward = state("BA2", route="QQQ-LHR", departs="18:35", delay=10)
    (found,) = connections([leg(inbound), leg(onward)])
    assert (found.planned, found.margin) == (HOUR, HOUR + 10 * MINUTE)


def test_a_flight_that_has_taken_off_early_is_gone() -> None:
    onward = late(AA100, 40)
    took_off = replace(onward.departure, actual=AA100.departure.base)
    gone = replace(onward, departed=True, departure=took_off)
    assert changing(onward=gone).leaves == AA100.departure.base


# How it stands


@pytest.mark.parametrize(
    ("margin", "stands"),
    [
        (120, Standing.KEPT),
        (70, Standing.KEPT),
        (69, Standing.TIGHT),
        (60, Standing.TIGHT),
        (59, Standing.AT_RISK),
        (15, Standing.AT_RISK),
        (14, Standing.MISSED),
        (-1, Standing.MISSED),
        (-300, Standing.MISSED),
    ],
)
def test_the_time_that_is_left_decides(margin: int, stands: Standing) -> None:
    assert standing(with_margin(margin)) is stands


@pytest.mark.parametrize(
    ("margin", "stands"),
    [
        (50, Standing.KEPT),
        (49, Standing.TIGHT),
        (41, Standing.TIGHT),
        (40, Standing.AT_RISK),
        (14, Standing.MISSED),
    ],
)
def test_a_connection_that_was_sold_short_is_at_risk_only_when_it_shrinks(
    margin: int, stands: Standing
) -> None:
    assert standing(with_margin(margin, planned=50)) is stands


def test_one_that_was_sold_at_just_the_minimum_is_safe_again_when_it_is_as_it_was_sold() -> None:
    assert standing(with_margin(60, planned=60)) is Standing.KEPT


def test_a_later_onward_flight_makes_up_for_a_late_one() -> None:
    assert standing(changing(late(BA117, 90))) is Standing.AT_RISK
    assert standing(changing(late(BA117, 90), late(AA100, 90))) is Standing.KEPT


def test_an_onward_flight_that_is_retimed_earlier_is_missed() -> None:
    assert standing(changing(onward=late(AA100, -110))) is Standing.MISSED


def test_in_the_air_the_true_arrival_counts() -> None:
    flying = late(BA117, 60, departed=True)
    early = replace(flying, arrival=replace(flying.arrival, expected=BA117.arrival.base))
    assert standing(changing(early)) is Standing.KEPT


def test_a_diverted_flight_misses_its_connection_once_that_is_confirmed() -> None:
    diverted = replace(BA117, disruption=Status.DIVERTED, disruption_confirmed=False)
    assert standing(changing(diverted)) is Standing.UNCONFIRMED
    assert standing(changing(replace(diverted, disruption_confirmed=True))) is Standing.MISSED


def test_cancellations_speak_for_themselves() -> None:
    off, onward_off = (replace(each, disruption=Status.CANCELLED) for each in (BA117, AA100))
    assert standing(changing(off)) is Standing.INBOUND_CANCELLED
    assert standing(changing(onward=onward_off)) is Standing.ONWARD_CANCELLED
    assert standing(changing(off, onward_off)) is Standing.ONWARD_CANCELLED


@pytest.mark.parametrize(
    ("minutes", "landed", "stands"),
    [
        (130, False, Standing.MISSED),
        (70, False, Standing.MISSED),
        (70, True, Standing.LEFT),
        (110, True, Standing.MISSED),
        (0, False, Standing.LEFT),
    ],
)
def test_an_onward_flight_that_has_left_is_missed_by_who_was_short_and_still_up(
    minutes: int, landed: bool, stands: Standing
) -> None:
    inbound = late(BA117, minutes, departed=True, landed=landed)
    assert standing(changing(inbound, replace(AA100, departed=True))) is stands


def test_it_is_over_two_hours_after_the_onward_flight() -> None:
    found = changing(late(BA117, 130))
    assert standing(found, AA100.departure.base + 2 * HOUR) is Standing.MISSED
    assert standing(found, AA100.departure.base + 2 * HOUR + MINUTE) is Standing.OVER
    assert expires_at(found) == AA100.departure.base + 2 * HOUR


@given(st.integers(-300, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 240))
def test_more_time_never_makes_it_worse(margin: int, more: int, planned: int, minimum: int) -> None:
    order = [Standing.MISSED, Standing.AT_RISK, Standing.TIGHT, Standing.KEPT]
    short, long = (
        standing_of(with_margin(minutes, planned), minimum * MINUTE, NOON)
        for minutes in (margin, margin + more)
    )
    assert order.index(short) <= order.index(long)


# What is told


def turns(stands: Sequence[Standing]) -> list[ConnectionTold]:
    """Give what a person is told while a connection stands so, one after the other, and in which round."""
    told: list[ConnectionTold] = []
    for each in stands:
        decision = judge_connection(each, told)
        if decision.tell and decision.said is not None:
            told.append((decision.said, decision.round))
    return told


def heard(stands: Sequence[Standing]) -> list[Said]:
    return [said for said, _ in turns(stands)]


def test_each_turn_is_told_and_then_not_again_before_it_is_safe() -> None:
    stands = [Standing.AT_RISK, Standing.MISSED, Standing.AT_RISK, Standing.MISSED]
    assert heard(stands) == [RISK, MISSED]
    assert heard([*stands, Standing.KEPT, Standing.KEPT]) == [RISK, MISSED, SAFE]


def test_after_safe_again_all_may_be_told_a_second_time_and_then_only_that_it_is_missed() -> None:
    stands = [Standing.AT_RISK, Standing.MISSED, Standing.KEPT]
    assert heard(2 * stands) == 2 * [RISK, MISSED, SAFE]
    assert heard(5 * stands) == [*2 * [RISK, MISSED, SAFE], MISSED]


@pytest.mark.parametrize("stands", [Standing.AT_RISK, Standing.KEPT])
def test_what_wavers_on_is_a_matter_of_rate(stands: Standing) -> None:
    told = turns(2 * [Standing.MISSED, Standing.KEPT] + [Standing.MISSED])
    before = told if stands is Standing.KEPT else told[:-1]
    assert judge_connection(stands, before).reason is Reason.RATE_LIMIT


def test_nobody_hears_that_a_connection_is_safe_who_never_heard_otherwise() -> None:
    assert heard([Standing.KEPT, Standing.TIGHT, Standing.KEPT]) == []


def test_after_missed_a_little_more_time_is_no_news() -> None:
    assert heard([Standing.MISSED, Standing.AT_RISK, Standing.TIGHT]) == [MISSED]


def test_at_risk_is_told_after_it_was_missed_and_safe_again() -> None:
    assert heard([Standing.MISSED, Standing.KEPT, Standing.AT_RISK]) == [MISSED, SAFE, RISK]


@pytest.mark.parametrize(
    ("stands", "reason"),
    [
        (Standing.OVER, Reason.EXPIRED),
        (Standing.INBOUND_CANCELLED, Reason.INHIBITED),
        (Standing.ONWARD_CANCELLED, Reason.INHIBITED),
        (Standing.UNCONFIRMED, Reason.WAITS_FOR_SECOND_LOOK),
        (Standing.LEFT, Reason.DEPARTED),
        (Standing.TIGHT, Reason.NOT_MATERIAL),
        (Standing.KEPT, Reason.NOT_MATERIAL),
    ],
)
def test_a_silence_has_a_reason(stands: Standing, reason: Reason) -> None:
    decision = judge_connection(stands, ())
    assert (decision.tell, decision.reason) == (False, reason)


def test_a_duplicate_names_what_stands_told_and_its_round() -> None:
    once = [(MISSED, 1), (SAFE, 1)]
    for stands, told, of in (
        (Standing.MISSED, once[:1], (MISSED, 1)),
        (Standing.KEPT, once, (SAFE, 1)),
        (Standing.MISSED, [*once, (MISSED, 2)], (MISSED, 2)),
    ):
        decision = judge_connection(stands, told)
        assert (decision.tell, decision.reason) == (False, Reason.DUPLICATE)
        assert (decision.said, decision.round) == of


@given(st.lists(st.sampled_from(Standing), max_size=40))
def test_however_it_turns_no_turn_is_told_twice_and_safe_is_never_first(stands: list[Standing]) -> None:
    told = turns(stands)
    assert len(told) == len(set(told)) <= 7
    assert {said for said, _ in told} <= CONNECTIONS
    assert heard(stands)[:1] != [SAFE]


@given(st.lists(st.sampled_from(Standing), max_size=40))
def test_whoever_misses_it_has_heard_so_last(stands: list[Standing]) -> None:
    assert heard([*stands, Standing.MISSED])[-1] is MISSED


@given(st.lists(st.sampled_from(Standing), max_size=30), st.sampled_from(Standing))
def test_what_was_just_decided_is_not_decided_again(stands: list[Standing], last: Standing) -> None:
    assert heard([*stands, last]) == heard([*stands, last, last])


# The shortest time to change


def minimum(times: MinimumTimes, *, protected: bool = True, onward: FlightState = AA100) -> timedelta:
    return times.of(changing(onward=onward), protected=protected, country=country)


def test_settings_name_airports_and_everywhere_else() -> None:
    times = MinimumTimes.parse(" jfk=60/90 ; LHR=60/75;*=30/50;")
    assert times.by_airport["JFK"] == Minimum(60 * MINUTE, 90 * MINUTE)
    assert times.usual == Minimum(30 * MINUTE, 50 * MINUTE)


def test_without_a_setting_it_is_45_minutes_at_home_and_75_abroad() -> None:
    assert MinimumTimes.parse("") == MinimumTimes()
    assert MinimumTimes().usual == Minimum(45 * MINUTE, 75 * MINUTE)


@pytest.mark.parametrize(
    "text", ["JFK", "JFK=60", "JFK=60/x", "JFK=-5/60", "J=1/2", "JFK=1/2;jfk=3/4", "=1/2"]
)
def test_a_setting_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"JFK|J=|=1"):
        MinimumTimes.parse(text)


def test_one_flight_abroad_makes_the_connection_international() -> None:
    times = MinimumTimes.parse("JFK=40/90;*=1/2")
    assert minimum(times) == 90 * MINUTE
    assert minimum(times, onward=state("AA1", route="JFK-HNL", departs="19:35")) == 90 * MINUTE


def test_two_flights_at_home_are_domestic() -> None:
    home, on = state("AA1", route="HNL-JFK", departs="01:35"), state("AA2", route="JFK-HNL", departs="19:35")
    (found,) = connections([leg(home), leg(on)])
    assert MinimumTimes().of(found, protected=True, country=country) == 45 * MINUTE


def test_where_the_country_is_unknown_the_longer_time_counts() -> None:
    assert MinimumTimes().of(changing(), protected=True, country=lambda _: None) == 75 * MINUTE


def test_separate_tickets_need_time_for_bags_and_check_in() -> None:
    times = MinimumTimes()
    assert minimum(times, protected=False) - minimum(times) == SEPARATE_TICKETS


def test_the_table_knows_airports_by_both_codes() -> None:
    assert (country("LHR"), country("EGLL"), country("QQQ")) == ("GB", "GB", None)


def test_gates_close_before_departure() -> None:
    assert standing(with_margin(GATES_CLOSE / MINUTE)) is Standing.AT_RISK
