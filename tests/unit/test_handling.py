"""When a disrupted flight needs somebody's eyes (again), how urgent it is, and until when one can help."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.changes import Severity
from flightagents.domain.flight import FlightState
from flightagents.domain.handling import Attention, Handling, Seen, needs_attention
from flightagents.domain.tracking import advance
from flightagents.domain.trouble import Trouble, TroubleKind, resolved_by, trouble_of
from flightagents.domain.urgency import urgency
from tests.support.rows import MINUTE, NOON, row, run_of

BA117 = "BA117|2026-11-22|LHR|JFK"
HOUR = timedelta(hours=1)
LATE = Trouble(kind=TroubleKind.LATER, severity=Severity.MINOR, ordinal=2, late=40)
LONG = Trouble(kind=TroubleKind.LATER, severity=Severity.MAJOR, ordinal=3, late=75)
LONGER = Trouble(kind=TroubleKind.LATER, severity=Severity.MAJOR, ordinal=4, late=130)
MUCH_LONGER = Trouble(kind=TroubleKind.LATER, severity=Severity.MAJOR, ordinal=4, late=135)
EARLIER = Trouble(kind=TroubleKind.EARLIER, severity=Severity.MAJOR, ordinal=4, late=-20)
CANCELLED = Trouble(kind=TroubleKind.CANCELLED, severity=Severity.CRITICAL, ordinal=5)


def seen(trouble: Trouble, until: datetime | None = None) -> Handling:
    return Handling(flight=BA117, acknowledged=Seen.of(trouble, "Kim", NOON), snoozed_until=until, version=1)


def flown(*rows: dict[str, Any]) -> FlightState:
    state: FlightState | None = None
    for run, each in enumerate(rows, 1):
        (record,) = run_of([each], run, NOON + run * (MINUTE + timedelta(seconds=1)))
        state, _ = advance(state, record)
    assert state is not None
    return state


# Attention


@pytest.mark.parametrize(
    ("handling", "trouble", "expected"),
    [
        (Handling(flight=BA117), LATE, Attention.NEW),
        (Handling(flight=BA117, assigned_to="Kim"), LATE, Attention.NEW),
        (seen(LATE), LATE, Attention.ACKNOWLEDGED),
        (seen(LATE), LONG, Attention.WORSE),
        (seen(LONG), LONGER, Attention.ACKNOWLEDGED),
        (seen(LONG), MUCH_LONGER, Attention.WORSE),
        (seen(LONG), EARLIER, Attention.WORSE),
        (seen(LONG), CANCELLED, Attention.WORSE),
        (seen(CANCELLED), LATE, Attention.ACKNOWLEDGED),
        (seen(LATE, NOON + HOUR), LATE, Attention.SNOOZED),
        (seen(LATE, NOON), LATE, Attention.SNOOZE_OVER),
        (seen(LATE, NOON + HOUR), CANCELLED, Attention.WORSE),
        (Handling(flight=BA117), None, Attention.NO_TROUBLE),
    ],
)
def test_what_was_seen_is_quiet_until_it_is_worse_or_its_time_is_over(
    handling: Handling, trouble: Trouble | None, expected: Attention
) -> None:
    assert needs_attention(handling, trouble, NOON) is expected


def test_some_reasons_call_somebody_and_some_do_not() -> None:
    assert {each for each in Attention if each.needed} == {
        Attention.NEW,
        Attention.WORSE,
        Attention.SNOOZE_OVER,
    }


# Trouble


def test_a_flight_that_goes_as_it_was_sold_is_no_trouble() -> None:
    assert trouble_of(flown(row())) is None
    assert trouble_of(flown(row(delay=14))) is None


@pytest.mark.parametrize(
    ("rows", "kind", "severity", "late"),
    [
        ([row(delay=45)], TroubleKind.LATER, Severity.MINOR, 45),
        ([row(delay=60)], TroubleKind.LATER, Severity.MAJOR, 60),
        ([row(), row(departs="14:15")], TroubleKind.EARLIER, Severity.MAJOR, -20),
        ([row(status="cancelled")], TroubleKind.CANCELLED, Severity.MAJOR, 0),
        ([row(status="cancelled")] * 2, TroubleKind.CANCELLED, Severity.CRITICAL, 0),
        ([row(status="diverted")] * 2, TroubleKind.DIVERTED, Severity.CRITICAL, 0),
        ([row(status="incident")], TroubleKind.INCIDENT, Severity.CRITICAL, 0),
        ([row(status="cancelled"), row()], TroubleKind.REINSTATED, Severity.MAJOR, 0),
        ([row(status="cancelled"), row(), row()], TroubleKind.REINSTATED, Severity.CRITICAL, 0),
    ],
)
def test_what_is_wrong_has_one_name_and_is_as_grave_as_the_change_that_says_so(
    rows: list[dict[str, Any]], kind: TroubleKind, severity: Severity, late: int
) -> None:
    found = trouble_of(flown(*rows))
    assert found is not None
    assert (found.kind, found.severity, found.late) == (kind, severity, late)


def test_a_reinstated_flight_that_has_left_is_no_trouble_any_more() -> None:
    left = row(status="active", took_off="14:40")
    assert trouble_of(flown(row(status="cancelled"), left, left)) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(delay=45)], "15:20"),
        ([row(status="cancelled", delay=45)], "14:35"),
        ([row(), row(departs="14:15")], "13:15"),
        ([row(status="cancelled"), row()], "13:35"),
        ([row(status="diverted")], "22:35"),
    ],
)
def test_until_when_one_can_help_goes_by_what_is_wrong(rows: list[dict[str, Any]], expected: str) -> None:
    state = flown(*rows)
    trouble = trouble_of(state)
    assert trouble is not None
    assert f"{resolved_by(state, trouble):%H:%M}" == expected


# Urgency


def test_a_cancellation_of_many_soon_is_above_a_delay_of_one() -> None:
    cancelled = urgency(Severity.CRITICAL, 12, 50 * MINUTE)
    late = urgency(Severity.MINOR, 1, 50 * MINUTE)
    assert cancelled > late
    assert cancelled.score == pytest.approx(72)
    assert late.score == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (urgency(Severity.MAJOR, 2, HOUR), urgency(Severity.MAJOR, 2, 3 * HOUR)),
        (urgency(Severity.CRITICAL, 2, HOUR), urgency(Severity.MAJOR, 2, HOUR)),
        (urgency(Severity.MAJOR, 3, HOUR), urgency(Severity.MAJOR, 2, HOUR)),
        (urgency(Severity.MINOR, 3, HOUR), urgency(Severity.MINOR, 3, HOUR, left=True)),
        (urgency(Severity.CRITICAL, 3, -HOUR), urgency(Severity.CRITICAL, 3, -5 * HOUR)),
        (urgency(Severity.INFO, 1, 9 * HOUR, left=True), urgency(Severity.CRITICAL, 0, MINUTE)),
        (urgency(Severity.CRITICAL, 0, HOUR), urgency(Severity.MINOR, 0, HOUR)),
    ],
    ids=["sooner", "graver", "more people", "not left yet", "not long ago", "ours", "graver of nobody's"],
)
def test_what_is_more_urgent_comes_first(first: tuple[float, float], second: tuple[float, float]) -> None:
    assert first > second
