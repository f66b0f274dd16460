"""Later, earlier, on time again: the expected departure against the base and against what was last said."""

from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.domain.changes import DELAY, STEP, Fields, Kind, Reason
from flightagents.domain.expected import expected_arrival, expected_departure, readings
from flightagents.domain.flight import FlightState, Sighting, Status
from flightagents.domain.news import News
from flightagents.domain.times import iso


def read(state: FlightState, news: News) -> FlightState:
    """Follow the times. After take-off the departure is frozen: what the feed calls its delay is taxiing."""
    waits = not (state.departed or state.landed or state.disruption is Status.CANCELLED)
    if waits:
        state = _read_departure(state, news)
    return expect_arrival(state, news.sighting)


def _read_departure(state: FlightState, news: News) -> FlightState:
    base, sighted = state.departure.base, news.sighting.departure
    delay = sighted.delay
    expected = expected_departure(base, sighted.scheduled, delay)
    gone_at = None
    withdrawn = delay is None and state.delay is not None
    all_clear = _is_off(state.said_expected - base) and not _is_off(expected - base)
    if withdrawn and all_clear and not news.is_second_look(state.delay_gone_at):
        # A delay that is gone may also be one that is not known any more: this all-clear needs two looks.
        gone_at = state.delay_gone_at or news.sighting.polled_at
        delay = state.delay
        expected = expected_departure(base, sighted.scheduled, delay)
    said = state.said_expected if gone_at else _tell(state, news, expected)
    departure = state.departure
    if departure.scheduled != sighted.scheduled or departure.expected != expected:
        departure = replace(departure, scheduled=sighted.scheduled, expected=expected)
    if (departure, said, delay, gone_at) == (
        state.departure,
        state.said_expected,
        state.delay,
        state.delay_gone_at,
    ):
        return state
    return replace(state, departure=departure, said_expected=said, delay=delay, delay_gone_at=gone_at)


def _is_off(lateness: timedelta) -> bool:
    return lateness >= DELAY or lateness <= -STEP


def _tell(state: FlightState, news: News, expected: datetime) -> datetime:
    """Note what is news about the expected departure; give what has been said now."""
    base, said = state.departure.base, state.said_expected
    if expected - base >= DELAY and expected - said >= STEP:
        kind = Kind.DELAYED
    elif said - expected >= STEP and _is_off(expected - base):
        kind = Kind.MOVED_EARLIER
    elif _is_off(said - base) and not _is_off(expected - base):
        kind = Kind.ON_TIME_AGAIN
    else:
        return said
    after: Fields = {"expected": iso(expected)}
    sighted = news.sighting.departure
    latest = readings(base, sighted.scheduled, sighted.delay)[-1]
    if latest > expected:
        after["latest_reading"] = iso(latest)
    news.add(kind, {"expected": iso(said)}, after, _reason(state, news.sighting))
    return expected


def _reason(state: FlightState, sighting: Sighting) -> Reason:
    if sighting.departure.scheduled != state.departure.scheduled:
        return Reason.RETIMED
    if sighting.departure.delay is None:
        return Reason.DELAY_WITHDRAWN
    return Reason.DELAY_CHANGED


def expect_arrival(state: FlightState, sighting: Sighting) -> FlightState:
    """Bring the arrival's times up to date; they are no news by themselves."""
    late = state.departure.expected - state.departure.scheduled
    expected = expected_arrival(state, sighting.arrival, departed=state.departed, late=late)
    arrival = state.arrival
    if arrival.scheduled == sighting.arrival.scheduled and arrival.expected == expected:
        return state
    arrival = replace(arrival, scheduled=sighting.arrival.scheduled, expected=expected)
    return replace(state, arrival=arrival)
