"""Flights as a list shows them, made from rows of the feed."""

from typing import Any

from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.tracking import advance
from flightagents.domain.trouble import MINUTE, judge, lateness
from tests.support.rows import NOON, run_of


def flown(*rows: dict[str, Any]) -> FlightState:
    """Give the state of one flight after these looks, a minute and a bit apart."""
    state: FlightState | None = None
    for run, each in enumerate(rows, 1):
        (record,) = run_of([each], run, NOON + run * 61 * MINUTE / 60)
        state, _ = advance(state, record)
    assert state is not None
    return state


def listed(*rows: dict[str, Any]) -> FlightRow:
    """Give the same as a list shows it."""
    return listed_state(flown(*rows))


def listed_state(state: FlightState) -> FlightRow:
    """Give a state as a list shows it."""
    verdict = judge(state)
    return FlightRow(
        flight=state.flight,
        designator=FlightId.parse(state.flight).designator,
        marketed_as=state.marketed_as,
        carrier=state.carrier,
        status=state.status,
        trouble=verdict.trouble,
        unconfirmed=verdict.unconfirmed,
        late=lateness(state) // MINUTE,
        severity=verdict.severity,
        departure=state.departure,
        arrival=state.arrival,
        departed=state.departed,
        landed=state.landed,
        open=state.open,
        seen_at=state.seen_at,
        changed_at=state.seen_at,
        ordinal=state.ordinal,
    )
