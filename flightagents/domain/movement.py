"""Took off, came back to the gate, landed: from runway times first, from the status word where it must be."""

from dataclasses import replace

from flightagents.domain.changes import Kind, Reason
from flightagents.domain.flight import FlightState, Sighting, Status
from flightagents.domain.news import News
from flightagents.domain.times import iso


def read(state: FlightState, news: News) -> FlightState:
    """Follow take-off, return to the gate and landing."""
    state = _read_take_off(state, news)
    state = _read_return(state, news)
    return _read_landing(state, news)


def _read_take_off(state: FlightState, news: News) -> FlightState:
    """Only a runway time is a take-off.

    The feed never clears one: after a return to the gate the old time counts again only once the feed
    calls the flight active.
    """
    sighting = news.sighting
    actual = sighting.departure.actual
    if actual is None or state.disruption is Status.CANCELLED:
        return state
    if state.departed:
        return _with_actual(state, sighting)
    if actual == state.returned_from and sighting.phase is not Status.ACTIVE:
        return state
    if not state.landed:
        news.add(Kind.DEPARTED, {"actual": None}, {"actual": iso(actual)}, Reason.RUNWAY_TIME)
    active_at = sighting.polled_at if sighting.phase is Status.ACTIVE else None
    return _with_actual(replace(state, departed=True, active_at=active_at, returned_from=None), sighting)


def _with_actual(state: FlightState, sighting: Sighting) -> FlightState:
    actual = sighting.departure.actual
    if state.departure.actual == actual:
        return state
    return replace(state, departure=replace(state.departure, actual=actual))


def _read_return(state: FlightState, news: News) -> FlightState:
    """Active and then scheduled on two later looks, or cancelled on two: the flight is back.

    "Scheduled" beside a runway time that was never active is only the feed being slow.
    """
    sighting = news.sighting
    if not state.departed or state.landed or sighting.arrival.actual is not None:
        return state
    match sighting.phase:
        case Status.ACTIVE if state.active_at is None or state.back_at is not None:
            return replace(state, active_at=sighting.polled_at, back_at=None)
        case Status.SCHEDULED if state.active_at is not None:
            if state.back_at is None:
                return replace(state, back_at=sighting.polled_at)
            if news.is_second_look(state.back_at):
                return _return(state, news)
        case Status.CANCELLED if state.disruption is Status.CANCELLED and state.disruption_confirmed:
            return _return(state, news)
        case _:
            pass
    return state


def _return(state: FlightState, news: News) -> FlightState:
    left = state.departure.actual
    news.add(Kind.RETURNED_TO_GATE, {"actual": iso(left)}, {"actual": None}, Reason.SECOND_LOOK)
    return replace(
        state,
        departed=False,
        returned_from=left,
        active_at=None,
        back_at=None,
        departure=replace(state.departure, actual=None),
    )


def _read_landing(state: FlightState, news: News) -> FlightState:
    sighting = news.sighting
    actual = sighting.arrival.actual
    if actual is not None and state.arrival.actual != actual:
        state = replace(state, arrival=replace(state.arrival, actual=actual))
    stays_cancelled = state.disruption is Status.CANCELLED
    if state.landed or stays_cancelled or (actual is None and sighting.phase is not Status.LANDED):
        return state
    reason = Reason.STATUS if actual is None else Reason.RUNWAY_TIME
    news.add(Kind.LANDED, {"actual": None}, {"actual": iso(actual)}, reason)
    return replace(state, landed=True)
