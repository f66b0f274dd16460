"""Flights as a list shows them, made from rows of the feed."""

from typing import Any

from flightagents.domain.flight import FlightState
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.tracking import advance
from tests.support.rows import MINUTE, NOON, run_of
from tests.support.searches import row_of


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
    return row_of(flown(*rows))
