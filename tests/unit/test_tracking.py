"""What `advance` keeps, beyond the sequences of docs/tracking.md: order, when to forget, redelivery."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.flight import FlightState, SightedEnd, forget_at
from flightagents.domain.tracking import REMEMBER_ORDER_EVERY, advance
from tests.support.rows import MINUTE, NOON, row, run_of

CODESHARE: dict[str, Any] = {"designator": "AA6143", "operated_by": "BA117"}


def look(
    state: FlightState | None, raw: dict[str, Any], run: int, at: datetime
) -> tuple[FlightState, tuple[Change, ...]]:
    (record,) = run_of([raw], run, at)
    return advance(state, record)


def first_seen(at: datetime = NOON, **words: Any) -> tuple[FlightState, tuple[Change, ...]]:  # noqa: ANN401
    return look(None, row(**words), 1, at)


def test_a_look_without_news_leaves_the_very_state_for_a_while() -> None:
    state, _ = first_seen()
    same, _ = look(state, row(), 2, NOON + REMEMBER_ORDER_EVERY - MINUTE)
    assert same is state


def test_a_look_without_news_moves_the_order_now_and_then() -> None:
    state, _ = first_seen()
    later, changes = look(state, row(), 16, NOON + REMEMBER_ORDER_EVERY)
    assert (later.run, later.seen_at, changes) == (16, NOON + REMEMBER_ORDER_EVERY, ())


def test_a_state_names_the_record_that_brought_its_last_change() -> None:
    state, _ = first_seen()
    assert state.record == state.first_record
    state, (change,) = look(state, row(delay=60), 2, NOON + MINUTE)
    assert state.record == change.record != state.first_record
    later, _ = look(state, row(delay=60), 17, NOON + MINUTE + REMEMBER_ORDER_EVERY)
    assert (later.run, later.record) == (17, change.record)


def test_a_codeshares_run_that_is_delivered_twice_counts_once() -> None:
    state, _ = first_seen()
    for run in (2, 3, 3, 3):
        state, changes = look(state, row(**CODESHARE, delay=60), run, NOON + run * MINUTE)
        assert Kind.DELAYED not in {change.kind for change in changes}
    _, changes = look(state, row(**CODESHARE, delay=60), 4, NOON + 4 * MINUTE)
    assert [change.kind for change in changes] == [Kind.DELAYED]


@pytest.mark.parametrize(("hours", "news"), [(71, 1), (73, 0)])
def test_a_flight_that_would_be_forgotten_at_once_is_no_news(hours: int, news: int) -> None:
    end_of_day = datetime(2026, 11, 23, tzinfo=UTC)
    assert len(first_seen(end_of_day + timedelta(hours=hours))[1]) == news


def test_a_flight_is_forgotten_three_days_after_its_date_ended_where_it_left() -> None:
    state, _ = first_seen(route="JFK-LHR", departs="01:00", arrives="13:00")
    assert forget_at(state) == datetime(2026, 11, 23, 5, tzinfo=UTC) + timedelta(hours=72)


def test_a_flight_that_arrives_the_day_after_is_forgotten_three_days_after_that() -> None:
    state, _ = first_seen(arrives="2026-11-23T01:00", delay=60)
    assert forget_at(state) == datetime(2026, 11, 23, 7, tzinfo=UTC) + timedelta(hours=72)


def test_a_flight_of_an_unknown_zone_is_kept_until_its_date_has_ended_everywhere() -> None:
    state, _ = first_seen(route="QQQ-LHR", departs="01:00", arrives="10:00")
    assert forget_at(state) >= datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(hours=72)


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ({}, Severity.INFO),
        ({"delay": 14}, Severity.INFO),
        ({"delay": 15}, Severity.MINOR),
        ({"delay": 60}, Severity.MAJOR),
        ({"delay": 180}, Severity.CRITICAL),
        ({"status": "cancelled"}, Severity.MAJOR),
        ({"status": "diverted"}, Severity.MAJOR),
        ({"status": "incident"}, Severity.CRITICAL),
        ({"took_off": "16:00", "delay": 85}, Severity.INFO),
    ],
)
def test_a_first_sight_is_as_grave_as_what_it_shows(words: dict[str, Any], severity: Severity) -> None:
    _, (change,) = first_seen(**words)
    assert (change.kind, change.severity) == (Kind.FIRST_SEEN, severity)


def test_a_first_sight_says_status_and_expected_departure() -> None:
    _, (change,) = first_seen(delay=20)
    assert change.before == {}
    assert change.after == {"status": "scheduled", "expected": "2026-11-22T14:55:00Z"}


def test_the_state_travels_with_each_change_of_its_record() -> None:
    state, _ = first_seen(departure={"gate": "A5"})
    after, changes = look(state, row(delay=60, departure={"gate": "A7"}), 2, NOON + MINUTE)
    assert [change.state for change in changes] == [after, after]
    assert [change.ordinal for change in changes] == [2, 3]


def test_a_flight_over_the_spring_night_is_late_by_elapsed_time() -> None:
    night: dict[str, Any] = {
        "route": "MAD-LHR",
        "day": date(2026, 3, 29),
        "departs": "01:30",
        "arrives": "03:00",
    }
    at = datetime(2026, 3, 28, 12, tzinfo=UTC)
    state, _ = first_seen(at, **night)
    state, _ = look(state, row(**night, delay=60), 2, at + MINUTE)
    assert state.departure.expected - state.departure.base == timedelta(minutes=60)


@pytest.mark.parametrize("run", [-1, 2**63])
def test_a_run_that_mongodb_cannot_count_is_refused(run: int) -> None:
    (record,) = run_of([row()])
    with pytest.raises(ValueError, match="a run"):
        replace(record, run=run)


@pytest.mark.parametrize("place", ["terminal", "gate", "belt"])
def test_a_place_of_more_than_64_characters_is_refused(place: str) -> None:
    (record,) = run_of([row()])

    def named(name: str) -> SightedEnd:
        places: dict[str, Any] = {place: name}
        return replace(record.departure, **places)

    assert getattr(named("B" * 64), place) == "B" * 64
    with pytest.raises(ValueError, match="65 characters"):
        named("B" * 65)
