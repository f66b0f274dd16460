"""A flight that was retimed over midnight, told from tomorrow's flight of the same number."""

from datetime import date, timedelta
from typing import Any

import pytest

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.moves import watch
from flightagents.domain.tracking import advance
from flightagents.handlers.replay import Answer, Replay
from tests.support.rows import DAY, MINUTE, NOON, row, run_of

TOMORROW = DAY + timedelta(days=1)
OLD = "BA117|2026-11-22|LHR|JFK"
NEW = "BA117|2026-11-23|LHR|JFK"


def old(departs: str = "22:00", **words: Any) -> dict[str, Any]:  # noqa: ANN401 - as `row` takes them
    return row(departs=departs, arrives=f"{TOMORROW}T03:00", **words)


def new(departs: str = "06:00", day: date = TOMORROW, **words: Any) -> dict[str, Any]:  # noqa: ANN401
    return row(day=day, departs=departs, **words)


def moves(*runs: list[dict[str, Any]]) -> list[Change]:
    """Give the moves that these runs, a minute apart, tell."""
    answers = [Answer(f"run {number}", rows) for number, rows in enumerate(runs, start=1)]
    return [change for change in Replay(RowParser()).changes(answers) if change.kind is Kind.MOVED_TO]


def test_a_move_is_told_once_of_the_old_flight_when_the_new_one_comes_again() -> None:
    (move,) = moves([old()], [new()], [new()], [new()], [new()])
    assert (move.flight, move.after) == (OLD, {"flight": NEW})
    assert move.before == {"flight": OLD}
    assert move.at == NOON + 2 * MINUTE


def test_a_move_does_not_touch_the_numbering_of_the_old_flight() -> None:
    (move,) = moves([old()], [old(delay=60)], [new()], [new()])
    assert (move.ordinal, move.id) == (2, f"{OLD}/moved_to/{NEW}")


def test_a_move_is_measured_from_the_old_flights_schedule_in_force() -> None:
    retimed = [old(departs="23:00")]
    assert moves([old(departs="14:35")], [new(departs="03:00")], [new(departs="03:00")]) == []
    assert moves([old(departs="14:35")], retimed, [new(departs="03:00")], [new(departs="03:00")]) != []


@pytest.mark.parametrize(("departs", "found"), [("10:00", 1), ("10:01", 0), ("22:00", 0)])
def test_beyond_twelve_hours_it_is_the_next_days_flight(departs: str, found: int) -> None:
    assert len(moves([old("22:00")], [new(departs)], [new(departs)])) == found


def test_two_days_on_it_is_another_flight() -> None:
    later = new("00:01", day=DAY + timedelta(days=2))
    assert moves([old("23:59")], [later], [later]) == []


@pytest.mark.parametrize("runs_with_old", [[1], [2], [1, 2]])
def test_an_old_flight_that_is_still_shown_has_not_moved(runs_with_old: list[int]) -> None:
    both = [[old(), new()] if number in runs_with_old else [new()] for number in (1, 2)]
    assert moves([old()], *both, [new()], [new()]) == []


def test_runs_without_either_flight_say_nothing() -> None:
    (move,) = moves([old()], [], [new()], [row("BA119")], [new()])
    assert move.at == NOON + 4 * MINUTE


def test_a_flight_that_left_did_not_move() -> None:
    assert moves([old(took_off="22:10")], [new()], [new()]) == []


def test_a_flight_that_was_cancelled_did_not_move() -> None:
    assert moves([old(status="cancelled")], [new()], [new()]) == []


@pytest.mark.parametrize("other", [{"designator": "BA119"}, {"route": "LHR-MAD", "arrives": "12:00"}])
def test_another_number_or_route_is_another_flight(other: dict[str, Any]) -> None:
    assert moves([old()], [new(**other)], [new(**other)]) == []


def test_a_flight_known_before_the_old_one_is_no_move() -> None:
    assert moves([new()], [new(), old()], [new()], [new()]) == []


def test_a_move_names_a_record_that_exists_also_where_only_a_codeshare_was_seen() -> None:
    states: dict[str, FlightState] = {}
    seen: dict[str, tuple[int, ...]] = {}
    ids = set()
    codeshare = new(designator="AA6143", operated_by="BA117")
    for run, rows in enumerate(([old()], [codeshare], [codeshare]), start=1):
        for record in run_of(rows, run, NOON + run * MINUTE):
            states[record.flight], _ = advance(states.get(record.flight), record)
            seen[record.flight] = (*seen.get(record.flight, ()), run)
            ids.add(record.id)
    (move,) = watch(states.values(), seen, NOON + 5 * MINUTE)
    assert move.record in ids


def test_an_airport_whose_zone_is_known_only_now_and_then_is_compared_all_the_same() -> None:
    first = old(route="QQQ-JFK", departure={"timezone": "+1"})
    then = new("06:00", route="QQQ-JFK", departure={"timezone": None})
    assert len(moves([first], [then], [then])) == 1
