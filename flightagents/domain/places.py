"""Gate, terminal, belt and aircraft. Before departure a move is news; afterwards it is book-keeping."""

from dataclasses import replace

from flightagents.domain.changes import Kind, Reason
from flightagents.domain.codes import comparable_terminals, same_place, same_terminal
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.news import News


def read(state: FlightState, news: News) -> FlightState:
    """Follow where the flight leaves from, and where its bags will be."""
    if state.disruption is Status.CANCELLED:
        return state
    if not (state.departed or state.landed):
        state = _read_departure(state, news)
        state = _read_aircraft(state, news)
    return _read_belt(state, news)


def _read_departure(state: FlightState, news: News) -> FlightState:
    """A first gate is no news, and a missing one says nothing."""
    known, sighted = state.departure, news.sighting.departure
    gate, terminal = sighted.gate or known.gate, sighted.terminal or known.terminal
    if known.terminal and terminal and not comparable_terminals(known.terminal, terminal):
        terminal = known.terminal  # else a real move behind it would go unseen
    if gate == known.gate and terminal == known.terminal:
        return state
    if known.gate and gate and not same_place(known.gate, gate):
        news.add(Kind.GATE_CHANGED, {"gate": known.gate}, {"gate": gate}, Reason.ROW_CHANGED)
    if known.terminal and terminal and not same_terminal(known.terminal, terminal):
        before, after = {"terminal": known.terminal}, {"terminal": terminal}
        news.add(Kind.TERMINAL_CHANGED, {**before}, {**after}, Reason.ROW_CHANGED)
    return replace(state, departure=replace(known, gate=gate, terminal=terminal))


def _read_belt(state: FlightState, news: News) -> FlightState:
    known, belt = state.arrival.belt, news.sighting.arrival.belt
    if belt is None or belt == known:
        return state
    if known is None or not same_place(known, belt):
        news.add(Kind.BELT_ASSIGNED, {"belt": known}, {"belt": belt}, Reason.ROW_CHANGED)
    return replace(state, arrival=replace(state.arrival, belt=belt))


def _read_aircraft(state: FlightState, news: News) -> FlightState:
    """Compare registrations, or transponder addresses where a row has no more; never one with the other."""
    sighting = news.sighting
    registration = sighting.registration or state.registration
    icao24 = sighting.icao24 or state.icao24
    if registration == state.registration and icao24 == state.icao24:
        return state
    if state.registration and registration != state.registration:
        before, after = state.registration, registration
        news.add(Kind.AIRCRAFT_CHANGED, {"aircraft": before}, {"aircraft": after}, Reason.ROW_CHANGED)
    elif state.icao24 and icao24 != state.icao24 and not (state.registration and sighting.registration):
        news.add(Kind.AIRCRAFT_CHANGED, {"aircraft": state.icao24}, {"aircraft": icao24}, Reason.ROW_CHANGED)
        registration = sighting.registration  # the one that we knew was the other aircraft's
    return replace(state, registration=registration, icao24=icao24)
