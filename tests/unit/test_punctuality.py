"""What a flight counts as, and what flights add up to, in any order."""

from dataclasses import replace
from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightagents.domain.flight import FlightState, Status
from flightagents.domain.punctuality import EARLIEST, LATEST, Counted, Counts, counted, total
from tests.support.punctuality import flight, tally
from tests.support.rows import MINUTE

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=100)

DELAYS = st.lists(st.floats(EARLIEST, LATEST - 1), min_size=1, max_size=40)
COUNTED = st.builds(
    Counted,
    zone=st.sampled_from([None, "Europe/London", "Asia/Tokyo"]),
    hour=st.integers(0, 23),
    minutes=st.none() | st.integers(EARLIEST, LATEST),
    cancelled=st.booleans(),
    diverted=st.booleans(),
)


def took_off(state: FlightState, minutes: int) -> FlightState:
    departure = replace(state.departure, actual=state.departure.base + minutes * MINUTE)
    return replace(state, departure=departure)


def counts_of(delays: list[float]) -> Counts:
    one = Counted(zone=None, hour=0, minutes=None, cancelled=False, diverted=False)
    (slot,) = tally(replace(one, minutes=timedelta(minutes=each) // MINUTE) for each in delays)
    return slot.counts


@given(st.lists(COUNTED, max_size=30), st.integers(0, 30))
@STEADY
def test_parts_add_up_to_the_whole(flights: list[Counted], at: int) -> None:
    def in_all(some: list[Counted]) -> Counts:
        return total(slot.counts for slot in tally(some))

    whole, parts = in_all(flights), (in_all(flights[:at]), in_all(flights[at:]))
    assert parts[0] + parts[1] == parts[1] + parts[0] == whole
    assert whole + Counts() == whole
    assert whole.planned == len(flights)
    assert whole.known == sum(whole.delays.values())
    assert whole.late <= whole.known <= whole.planned


@given(DELAYS)
@STEADY
def test_a_median_is_less_than_a_minute_below_the_true_one(delays: list[float]) -> None:
    told = counts_of(delays).median_delay
    assert told is not None
    assert timedelta(0) <= timedelta(minutes=median(delays)) - told + timedelta(microseconds=1)
    assert timedelta(minutes=median(delays)) - told < MINUTE


def test_of_nothing_there_is_no_share_and_no_median() -> None:
    nothing = Counts()
    assert (nothing.share_late, nothing.share_cancelled, nothing.median_delay) == (None, None, None)


@pytest.mark.parametrize(("late", "is_late"), [(14, 0), (15, 1)])
def test_late_is_from_fifteen_minutes_on(late: int, is_late: int) -> None:
    (slot,) = tally([counted(flight(late=late))])
    assert slot.counts == Counts(planned=1, known=1, late=is_late, delays={late: 1})


@pytest.mark.parametrize(
    ("state", "minutes"),
    [
        (flight(late=5), 5),
        (flight(late=5, left=False), None),
        (flight(late=15, left=False), 15),
        (flight(late=60, cancelled=True), None),
        (replace(flight(left=False), status=Status.ACTIVE), 0),
        (replace(flight(late=20), disruption=Status.DIVERTED), 20),
        (flight(late=5000), LATEST),
        (took_off(flight(late=5), 25), 5),
        (took_off(flight(late=0), -70), EARLIEST),
        (took_off(flight(late=40), 12), 12),
        (took_off(flight(late=0), 90), 60),
    ],
    ids=[
        "left as announced",
        "waits: it may still be late",
        "waits, and is late already",
        "cancelled",
        "left without a time",
        "diverted",
        "beyond what is told apart",
        "taxiing is no delay",
        "far too early",
        "took off before it was announced",
        "took off late without a word",
    ],
)
def test_how_late_a_flight_counts(state: FlightState, minutes: int | None) -> None:
    assert counted(state).minutes == minutes


def test_a_flight_counts_in_the_hour_of_its_plan_by_the_airports_clock() -> None:
    late = flight("BA178", route="JFK-LHR", departs="23:50", late=100)
    assert (counted(late).zone, counted(late).hour) == ("America/New_York", 23)
    unknown = flight(route="QQQ-LHR", departs="06:10")
    assert unknown.departure.base.tzinfo is None
    assert (counted(unknown).zone, counted(unknown).hour) == (None, 6)


def test_a_cancelled_flight_stays_so_when_the_feed_calls_it_landed() -> None:
    state = replace(flight(cancelled=True), status=Status.LANDED)
    assert counted(state).cancelled
    assert counted(state).minutes is None
