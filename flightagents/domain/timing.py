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


def name(state: FlightState) -> FlightState:
    """Note the time that whoever hears of this sighting's changes is told, so that a step back is seen."""
    expected = state.departure.expected
    return replace(state, named_expected=expected) if expected > state.latest_named else state


def _read_departure(state: FlightState, news: News) -> FlightState:
    base, sighted = state.departure.base, news.sighting.departure
    delay = sighted.delay
    expected = expected_departure(base, sighted.scheduled, delay)
    gone_at = None
    withdrawn = delay is None and state.delay is not None
    all_clear = _kind(state, expected) is Kind.ON_TIME_AGAIN
    if withdrawn and all_clear and not news.is_second_look(state.delay_gone_at):
        # A delay that is gone may also be one that is not known any more: this all-clear needs two looks.
        # What is earlier even with the delay does not wait, and what is later because of it is not told.
        gone_at = state.delay_gone_at or news.sighting.polled_at
        delay = state.delay
        expected = expected_departure(base, sighted.scheduled, delay)
    if gone_at is None or expected < state.said_expected:
        state = _tell(state, news, expected, delay)
    departure = state.departure
    if departure.scheduled != sighted.scheduled or departure.expected != expected:
        departure = replace(departure, scheduled=sighted.scheduled, expected=expected)
    if (departure, delay, gone_at) == (state.departure, state.delay, state.delay_gone_at):
        return state
    return replace(state, departure=departure, delay=delay, delay_gone_at=gone_at)


def _is_off(lateness: timedelta) -> bool:
    return lateness >= DELAY or lateness <= -STEP


def _kind(state: FlightState, expected: datetime) -> Kind | None:
    """Tell what an expected departure is, against the base and against what people may know.

    Later counts from what was said last. Earlier counts from the latest time that any change since may have
    told somebody, and from the base, which whoever was told nothing goes by.
    """
    base, said = state.departure.base, state.said_expected
    if expected - base >= DELAY and expected - said >= STEP:
        return Kind.DELAYED
    earlier = state.latest_named - expected >= STEP
    if _is_off(expected - base):
        is_ahead = expected < base and not _is_off(said - base)
        return Kind.MOVED_EARLIER if earlier or is_ahead else None
    return Kind.ON_TIME_AGAIN if earlier or _is_off(said - base) else None


def _tell(state: FlightState, news: News, expected: datetime, delay: int | None) -> FlightState:
    """Note what is news about the expected departure."""
    kind = _kind(state, expected)
    if kind is None:
        return state
    after: Fields = {"expected": iso(expected)}
    latest = readings(state.departure.base, news.sighting.departure.scheduled, delay)[-1]
    if latest > expected:
        after["latest_reading"] = iso(latest)
    before = state.said_expected if kind is Kind.DELAYED else state.latest_named
    news.add(kind, {"expected": iso(before)}, after, _reason(state, news.sighting))
    return replace(state, said_expected=expected, named_expected=None)


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
