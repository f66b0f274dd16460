"""When a disrupted flight needs somebody's eyes (again), how urgent it is, and until when one can help."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.changes import Severity
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import Attention, Handling, Seen, needs_attention
from flightagents.domain.trouble import Trouble
from flightagents.domain.urgency import resolve_by, urgency, urgency_of
from tests.support.listed import listed
from tests.support.rows import MINUTE, NOON, row

BA117 = "BA117|2026-11-22|LHR|JFK"
HOUR = timedelta(hours=1)
LATE = listed(row(delay=40))
LONG = replace(LATE, severity=Severity.MAJOR, ordinal=3, late=75)
LONGER = replace(LONG, ordinal=4, late=130)
MUCH_LONGER = replace(LONG, ordinal=4, late=135)
EARLIER = replace(LONG, trouble=Trouble.EARLIER, ordinal=4, late=-20)
CANCELLED = replace(LONG, trouble=Trouble.CANCELLED, severity=Severity.CRITICAL, ordinal=5)
ON_TIME = listed(row())


def seen(what: FlightRow, until: datetime | None = None) -> Handling:
    return Handling(flight=BA117, acknowledged=Seen.of(what, "Kim", NOON), snoozed_until=until, version=1)


# Attention


@pytest.mark.parametrize(
    ("handling", "shown", "expected"),
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
        (Handling(flight=BA117), ON_TIME, Attention.NO_TROUBLE),
    ],
)
def test_what_was_seen_is_quiet_until_it_is_worse_or_its_time_is_over(
    handling: Handling, shown: FlightRow, expected: Attention
) -> None:
    assert needs_attention(handling, shown, NOON) is expected


def test_some_reasons_call_somebody_and_some_do_not() -> None:
    assert {each for each in Attention if each.needed} == {
        Attention.NEW,
        Attention.WORSE,
        Attention.SNOOZE_OVER,
    }


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


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(delay=45)], "15:20"),
        ([row(status="cancelled", delay=45)], "14:35"),
        ([row(), row(departs="14:15")], "13:15"),
        ([row(status="diverted")], "22:35"),
        ([row(delay=45), row(status="active", delay=45, took_off="15:20")], "23:20"),
    ],
    ids=["late", "cancelled", "earlier", "diverted", "in the air"],
)
def test_until_when_one_can_help_goes_by_what_is_wrong(rows: list[dict[str, Any]], expected: str) -> None:
    assert f"{resolve_by(listed(*rows)):%H:%M}" == expected


def test_a_flight_in_the_air_sinks_unless_it_is_diverted() -> None:
    late = listed(row(delay=45))
    in_the_air = replace(late, open=False, departed=True)
    diverted = replace(in_the_air, trouble=Trouble.DIVERTED)
    by = NOON + HOUR
    assert urgency_of(late, 2, NOON, by) == urgency_of(diverted, 2, NOON, by)
    assert urgency_of(in_the_air, 2, NOON, by) < urgency_of(late, 1, NOON, by)
