"""Gate, terminal, belt and aircraft: what of them is news, beyond the sequences of docs/tracking.md."""

from typing import Any

from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from tests.support.rows import MINUTE, NOON, row, run_of


def told(*looks: dict[str, Any]) -> list[Change]:
    """Give what rows of BA117, a minute apart, tell after the first."""
    state: FlightState | None = None
    changes: list[Change] = []
    for run, raw in enumerate(looks):
        (record,) = run_of([raw], run, NOON + run * MINUTE)
        state, new = advance(state, record)
        changes.extend(new)
    return changes[1:]


def flown_by(registration: str | None, icao24: str | None) -> dict[str, Any]:
    return row(aircraft={"registration": registration, "icao24": icao24})


def swaps(*looks: dict[str, Any]) -> list[tuple[object, object]]:
    changes = told(*looks)
    assert {change.kind for change in changes} <= {Kind.AIRCRAFT_CHANGED}
    return [(change.before["aircraft"], change.after["aircraft"]) for change in changes]


def test_a_first_aircraft_is_no_news() -> None:
    assert swaps(row(), flown_by("G-XLEA", None), flown_by("G-XLEA", "40666f")) == []


def test_an_aircraft_that_is_missing_from_a_row_is_still_the_same() -> None:
    assert (
        swaps(flown_by("G-XLEA", "40666f"), row(), flown_by(None, "40666f"), flown_by("G-XLEA", None)) == []
    )


def test_another_registration_is_another_aircraft() -> None:
    assert swaps(flown_by("G-XLEA", None), flown_by("G-XLEB", None)) == [("GXLEA", "GXLEB")]


def test_another_address_is_another_aircraft_where_rows_have_no_registration() -> None:
    assert swaps(flown_by(None, "40666f"), flown_by(None, "406670")) == [("40666F", "406670")]


def test_a_registration_and_another_address_at_once_are_told_once() -> None:
    assert len(swaps(flown_by("G-XLEA", "40666f"), flown_by("G-XLEB", "406670"))) == 1


def test_another_address_is_another_aircraft_though_the_row_brings_its_first_registration() -> None:
    assert len(swaps(flown_by(None, "40666f"), flown_by("G-XLEB", "406670"))) == 1


def test_an_aircraft_that_shows_its_address_first_and_its_registration_later_is_told_once() -> None:
    looks = (flown_by("G-XLEA", "40666f"), flown_by(None, "406670"), flown_by("G-XLEB", "406670"))
    assert len(swaps(*looks)) == 1


def test_a_gate_that_is_missing_from_a_row_is_still_the_gate() -> None:
    at_a5, nowhere = row(departure={"gate": "A5"}), row()
    (change,) = told(at_a5, nowhere, at_a5, row(departure={"gate": "A7"}))
    assert (change.kind, change.before, change.after) == (Kind.GATE_CHANGED, {"gate": "A5"}, {"gate": "A7"})


def test_a_cancelled_flight_has_no_gate_to_change() -> None:
    looks = (row(departure={"gate": "A5"}), row(status="cancelled", departure={"gate": "A7"}))
    assert [change.kind for change in told(*looks)] == [Kind.CANCELLED_UNCONFIRMED]


def test_the_arrivals_terminal_and_gate_are_no_news() -> None:
    assert (
        told(row(arrival={"terminal": "4", "gate": "B20"}), row(arrival={"terminal": "7", "gate": "C1"}))
        == []
    )


def test_a_change_says_what_was_there_before() -> None:
    looks = (row(departure={"terminal": "3"}, arrival={"baggage": "4"}), row(departure={"terminal": "5"}))
    (change,) = told(*looks)
    assert (change.before, change.after) == ({"terminal": "3"}, {"terminal": "5"})
    assert change.severity == "minor"
