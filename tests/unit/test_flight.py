"""What a flight's state says of it by itself."""

from typing import Any

import pytest

from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from tests.support.rows import MINUTE, NOON, row, run_of


def after(*looks: dict[str, Any]) -> FlightState:
    """Give BA117 after these looks at it."""
    state = None
    for number, shown in enumerate(looks, 1):
        at = NOON + number * 2 * MINUTE
        state, _ = advance(state, run_of([row(**shown)], number, at)[0])
    assert state is not None
    return state


@pytest.mark.parametrize(
    "shown",
    [
        {"status": "active", "took_off": "14:50"},
        {"status": "active"},
        {"status": "landed"},
        {"status": "diverted"},
        {"status": "scheduled", "took_off": "14:50"},
    ],
)
def test_a_flight_has_left_when_the_feed_says_so_in_any_way(shown: dict[str, Any]) -> None:
    assert after(shown).has_left
    assert after({}, shown).has_left


@pytest.mark.parametrize("status", ["scheduled", "cancelled", "incident", "unknown"])
def test_other_words_are_no_departure(status: str) -> None:
    assert not after({"status": status}).has_left


def test_a_flight_that_came_back_to_the_gate_has_not_left() -> None:
    flown = {"status": "active", "took_off": "14:50"}
    back = {"status": "scheduled"}
    assert not after(flown, flown, back, back, back).has_left
