"""The sandbox's day is the real one."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from flightagents.errors import ConfigurationError
from flightagents.sandbox.day import DEFAULT_DAY, LATER, Flight, flights_between, flights_of

QUARTER = timedelta(minutes=15)


def test_the_default_day_is_the_storm_of_8_march() -> None:
    flights = flights_of()
    assert len(flights) == 979
    assert sum(flight.cancelled for flight in flights) == 180
    assert sum(flight.delay is not None and flight.delay >= QUARTER for flight in flights) == 552
    assert Counter(flight.origin.iata for flight in flights).keys() == {"EWR", "JFK", "LGA"}
    assert [flight.designator for flight in flights if flight.diverted] == ["US2116"]


def test_times_are_utc_and_arrive_after_they_depart() -> None:
    for flight in flights_of():
        assert flight.date == date(2013, 3, 8)
        assert flight.scheduled_departure.tzinfo is UTC
        assert timedelta(0) < flight.scheduled_arrival - flight.scheduled_departure < timedelta(hours=13)
        if flight.off and flight.on:
            assert flight.off > flight.scheduled_departure - timedelta(hours=1)
            assert flight.on > flight.off


def test_a_flight_over_two_zones_is_read_in_each_airports_own() -> None:
    (flight,) = (flight for flight in flights_of() if flight.designator == "HA51")
    assert flight.destination.iata == "HNL"
    assert flight.destination.zone.key == "Pacific/Honolulu"
    assert flight.scheduled_departure == datetime(2013, 3, 8, 14, 0, tzinfo=UTC)
    assert flight.scheduled_arrival == datetime(2013, 3, 9, 1, 40, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2013, 1, 1), date(2013, 3, 10), date(2013, 11, 3), date(2013, 12, 31)])
def test_every_day_of_the_year_will_do_also_when_the_clocks_change(day: date) -> None:
    flights = flights_of(day)
    assert len(flights) > 600
    assert {flight.date for flight in flights} == {day}
    keys = {(flight.designator, flight.origin.iata, flight.destination.iata) for flight in flights}
    assert len(keys) == len(flights)


def by_the_clocks(flight: Flight) -> tuple[object, ...]:
    times = (flight.scheduled_departure, flight.off), (flight.scheduled_arrival, flight.on)
    zones = flight.origin.zone, flight.destination.zone
    clocks = [
        time and time.astimezone(zone).time()
        for zone, pair in zip(zones, times, strict=True)
        for time in pair
    ]
    return (flight.designator, flight.origin.iata, flight.delay, *clocks)


@pytest.mark.parametrize("day", [DEFAULT_DAY, date(2013, 3, 10), date(2013, 7, 4), date(2013, 11, 3)])
def test_a_day_told_later_has_its_weekday_and_the_same_times_on_every_clock(day: date) -> None:
    then, now = flights_of(day), flights_of(day, later=LATER)
    assert {flight.date for flight in now} == {day + LATER}
    assert (day + LATER).weekday() == day.weekday()
    assert sorted(map(by_the_clocks, now), key=str) == sorted(map(by_the_clocks, then), key=str)


def test_several_days_are_read_at_once_and_those_before_the_year_are_empty() -> None:
    days = Counter(flight.date for flight in flights_between(date(2012, 12, 30), date(2013, 1, 2)))
    assert days == {date(2013, 1, 1): 842, date(2013, 1, 2): 943}


def test_another_year_is_refused_with_what_there_is() -> None:
    with pytest.raises(ConfigurationError, match="2013"):
        flights_of(date(2014, 1, 1))
