"""From rows to news: `advance(state, sighting)` tells what a sighting changes. Pure.

Before it the rows of a run were put in order (handlers/poll.py); after it the changes are sent and the state
is kept (handlers/track.py).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.domain import disruption, movement, places, successors, timing
from flightagents.domain.changes import Change, Fields, Kind, Reason
from flightagents.domain.expected import expected_departure
from flightagents.domain.flight import (
    OPERATING_ROW_MISSING,
    End,
    FlightId,
    FlightState,
    SightedEnd,
    Sighting,
    Status,
    forget_at,
)
from flightagents.domain.news import News
from flightagents.domain.times import iso
from flightagents.domain.zoning import in_common_zones

REMEMBER_ORDER_EVERY = timedelta(minutes=15)
"""How often a sighting without news moves the order in the state: each write costs a changelog record."""


def advance(state: FlightState | None, sighting: Sighting) -> tuple[FlightState, tuple[Change, ...]]:
    """Give the flight's next state and what is new.

    The same state object comes back where nothing is to be kept. One row of a flight speaks in a run; the
    run's leading row carries the designators of all the others, which therefore have nothing to add.
    """
    if state is None:
        return _first_sight(sighting)
    if sighting.run < state.run or not sighting.leads:
        return state, ()
    state, sighting = in_common_zones(state, sighting)
    if successors.is_of_predecessor(state, sighting):
        return state, ()
    news = News(sighting)
    known = state
    state = _count_runs_without_operating_row(state, sighting)
    state = _collect_designators(state, news)
    if sighting.operating or state.operating_row_missing == OPERATING_ROW_MISSING:
        if successors.succeeds(state, sighting):
            return _first_sight(sighting, known)
        for read in (disruption.read, movement.read, timing.read, places.read):
            state = read(state, news)
        if sighting.phase not in (state.status, Status.UNKNOWN):
            state = replace(state, status=sighting.phase)
    if news.items:
        state = timing.name(state)
    if state is known and sighting.polled_at - state.seen_at < REMEMBER_ORDER_EVERY:
        return known, ()
    ordinal = state.ordinal + len(news.items)
    record = sighting.id if news.items else state.record
    state = replace(state, ordinal=ordinal, record=record, run=sighting.run, seen_at=sighting.polled_at)
    return state, news.changes(state)


def _count_runs_without_operating_row(state: FlightState, sighting: Sighting) -> FlightState:
    if sighting.operating:
        missing = 0
    elif sighting.run > state.run and not sighting.filtered:
        missing = min(state.operating_row_missing + 1, OPERATING_ROW_MISSING)
    else:
        return state
    if missing == state.operating_row_missing:
        return state
    return replace(state, operating_row_missing=missing)


def _collect_designators(state: FlightState, news: News) -> FlightState:
    new = set(news.sighting.marketed_as).difference(state.marketed_as)
    if not new:
        return state
    grown = tuple(sorted(new.union(state.marketed_as)))
    before: Fields = {"marketed_as": state.marketed_as}
    news.add(Kind.MARKETED_AS_GROWN, before, {"marketed_as": grown}, Reason.CODESHARE_SEEN)
    return replace(state, marketed_as=grown)


def _first_sight(
    sighting: Sighting, predecessor: FlightState | None = None
) -> tuple[FlightState, tuple[Change, ...]]:
    """Begin a flight. One that is already over is no news, but is remembered so that it stays none.

    Where it has the identity of one that has left, its changes are numbered on from there.
    """
    departed = sighting.departure.actual is not None and sighting.phase is not Status.CANCELLED
    landed = sighting.phase is Status.LANDED or sighting.arrival.actual is not None
    disrupted = sighting.phase if sighting.phase in disruption.WORDS else None
    departure, arrival = sighting.departure, sighting.arrival
    delay = None if departed else departure.delay
    expected = expected_departure(departure.scheduled, departure.scheduled, delay)
    state = FlightState(
        flight=sighting.flight,
        carrier=FlightId.parse(sighting.flight).carrier,
        first_run=sighting.run,
        first_record=sighting.id,
        record=sighting.id,
        run=sighting.run,
        seen_at=sighting.polled_at,
        operating_row_missing=0 if sighting.operating else OPERATING_ROW_MISSING,
        marketed_as=sighting.marketed_as,
        status=sighting.phase,
        departure=_end(departure, expected),
        arrival=_end(arrival, arrival.scheduled),
        registration=sighting.registration,
        icao24=sighting.icao24,
        departed=departed,
        landed=landed,
        incident=sighting.phase is Status.INCIDENT,
        said_expected=expected,
        delay=delay,
        disruption=disrupted,
        disruption_confirmed=disrupted is None,
        disruption_at=sighting.polled_at if disrupted else None,
        active_at=sighting.polled_at if departed and sighting.phase is Status.ACTIVE else None,
    )
    state = timing.expect_arrival(state, sighting)
    over = (landed and disrupted is None) or forget_at(state) <= sighting.polled_at
    if over:
        return predecessor or state, ()
    before: Fields = {}
    if predecessor is not None:
        left = predecessor.departure.actual
        before = {"status": str(predecessor.status), "actual": iso(left)}
        state = replace(
            state,
            ordinal=predecessor.ordinal,
            marketed_as=tuple(sorted({*predecessor.marketed_as, *state.marketed_as})),
            predecessor_left=left,
        )
    state = replace(state, ordinal=state.ordinal + 1)
    news = News(sighting)
    after: Fields = {"status": str(sighting.phase), "expected": iso(expected)}
    news.add(Kind.FIRST_SEEN, before, after, Reason.OLD_FLIGHT_LEFT if predecessor else Reason.FIRST_LOOK)
    return state, news.changes(state)


def _end(sighted: SightedEnd, expected: datetime) -> End:
    return End(
        airport=sighted.airport,
        zone=sighted.zone,
        base=sighted.scheduled,
        scheduled=sighted.scheduled,
        expected=expected,
        actual=sighted.actual,
        terminal=sighted.terminal,
        gate=sighted.gate,
        belt=sighted.belt,
    )
