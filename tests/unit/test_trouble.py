"""What a list says is wrong with a flight, and how grave that is."""

from typing import Any

import pytest

from flightagents.domain.changes import Severity
from flightagents.domain.trouble import MINUTE, Trouble, Verdict, judge, lateness
from tests.support.listing import seen


@pytest.mark.parametrize(
    ("fields", "trouble", "unconfirmed", "severity"),
    [
        ({}, Trouble.NONE, False, Severity.INFO),
        ({"late": 14}, Trouble.NONE, False, Severity.INFO),
        ({"late": 15}, Trouble.DELAYED, False, Severity.MINOR),
        ({"late": 60}, Trouble.DELAYED, False, Severity.MAJOR),
        ({"late": 180}, Trouble.DELAYED, False, Severity.CRITICAL),
        ({"status": "cancelled"}, Trouble.CANCELLED, True, Severity.MAJOR),
        ({"status": "cancelled", "looks": 2}, Trouble.CANCELLED, False, Severity.CRITICAL),
        ({"status": "diverted", "looks": 2, "late": 90}, Trouble.DIVERTED, False, Severity.CRITICAL),
        ({"status": "incident"}, Trouble.INCIDENT, False, Severity.CRITICAL),
        ({"late": 60, "took_off": "15:35", "status": "active"}, Trouble.NONE, False, Severity.INFO),
        (
            {"late": 60, "took_off": "15:35", "status": "active", "arrival": {"delay": 45}},
            Trouble.DELAYED,
            False,
            Severity.MINOR,
        ),
        (
            {"took_off": "14:35", "status": "active", "arrival": {"delay": -30}},
            Trouble.NONE,
            False,
            Severity.INFO,
        ),
        (
            {"late": 60, "took_off": "15:35", "landed": "18:35", "status": "landed"},
            Trouble.NONE,
            False,
            Severity.INFO,
        ),
    ],
    ids=repr,
)
def test_what_is_wrong(
    fields: dict[str, Any], trouble: Trouble, severity: Severity, *, unconfirmed: bool
) -> None:
    assert judge(seen(**fields)) == Verdict(trouble, unconfirmed, severity)


def test_a_flight_that_leaves_ahead_of_its_time_is_missed() -> None:
    moved = {"scheduled": "2026-11-22T14:25:00+00:00", "estimated": "2026-11-22T14:25:00+00:00"}
    state = seen(departure=moved)
    assert lateness(state) == -10 * MINUTE
    assert judge(state) == Verdict(Trouble.EARLIER, False, Severity.MAJOR)
    almost = {"scheduled": "2026-11-22T14:26:00+00:00", "estimated": "2026-11-22T14:26:00+00:00"}
    assert judge(seen(departure=almost)).trouble is Trouble.NONE


def test_a_cancellation_that_was_taken_back_once_still_stands_and_is_unsure() -> None:
    cancelled: dict[str, Any] = {"status": "cancelled", "looks": 2}
    assert judge(seen(**cancelled, then=1)) == Verdict(Trouble.CANCELLED, True, Severity.MAJOR)
    assert judge(seen(**cancelled, then=2)) == Verdict(Trouble.NONE, False, Severity.INFO)


def test_an_incident_is_over_once_the_flight_has_landed() -> None:
    assert judge(seen(status="incident", then=1)).trouble is Trouble.INCIDENT
    landed = {"took_off": "14:35", "landed": "17:35", "status": "landed"}
    assert judge(seen(status="incident", last=landed)).trouble is Trouble.NONE


def test_where_no_zone_is_known_lateness_is_by_the_airports_own_clock() -> None:
    assert lateness(seen(route="QQQ-JFK", late=45)) == 45 * MINUTE
