"""Which staff hear of a change: each rule by itself, with a named reason for its silence."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.overtaking import Truth, still_true
from flightagents.domain.rules import (
    GRAVITY,
    RuleReason,
    StaffRule,
    fact,
    matches,
    repeats,
    withdraws,
)
from flightagents.domain.tracking import advance
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.staff import rule, story

SUNDAY_NOON = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - by the agency's clock


def last(*rows: dict[str, Any]) -> Change:
    return story(*rows)[-1]


def reason(rule_: StaffRule, change: Change, now: datetime = SUNDAY_NOON) -> RuleReason:
    decision = matches(rule_, change, now)
    assert decision.tell is (decision.reason is RuleReason.MATCHES)
    return decision.reason


CANCELLED = last(row(), row(status="cancelled"))
LATE = last(row(), row(delay=65))


@pytest.mark.parametrize(
    ("differs", "expected"),
    [
        ({}, RuleReason.MATCHES),
        ({"airports": ("LHR",)}, RuleReason.MATCHES),
        ({"airports": ("JFK",)}, RuleReason.MATCHES),
        ({"airports": ("MAD", "JFK")}, RuleReason.MATCHES),
        ({"airports": ("MAD",)}, RuleReason.OTHER_AIRPORT),
        ({"airlines": ("BA",)}, RuleReason.MATCHES),
        ({"airlines": ("AA",)}, RuleReason.OTHER_AIRLINE),
        ({"kinds": (Kind.CANCELLED_UNCONFIRMED,)}, RuleReason.MATCHES),
        ({"kinds": (Kind.DELAYED, Kind.CANCELLED)}, RuleReason.MATCHES),
        ({"kinds": (Kind.DELAYED,)}, RuleReason.OTHER_KIND),
        ({"min_severity": Severity.MAJOR}, RuleReason.MATCHES),
        ({"min_severity": Severity.CRITICAL}, RuleReason.NOT_GRAVE_ENOUGH),
        ({"hours": OfficeHours.parse("06:00-22:00", "sun")}, RuleReason.MATCHES),
        ({"hours": OfficeHours.parse("06:00-22:00", "mon-fri")}, RuleReason.OUT_OF_HOURS),
        ({"hours": OfficeHours.parse("22:00-06:00")}, RuleReason.OUT_OF_HOURS),
    ],
)
def test_each_filter_that_is_given_has_to_let_it_pass(differs: dict[str, Any], expected: RuleReason) -> None:
    assert reason(rule(**differs), CANCELLED) is expected


def test_a_rule_hears_of_what_an_airline_sells_too() -> None:
    shared = last(row(), row("AA6143", operated_by="BA117"), row(status="cancelled"))
    assert shared.carrier == "BA"
    assert reason(rule(airlines=("AA",)), replace(shared, marketed_as=("AA6143",))) is RuleReason.MATCHES


def test_hours_bind_the_gravest_kind() -> None:
    confirmed = last(row(), row(status="cancelled"), row(status="cancelled"))
    assert confirmed.severity is Severity.CRITICAL
    at_night = OfficeHours.parse("06:00-22:00")
    assert reason(rule(hours=at_night), confirmed, SUNDAY_NOON.replace(hour=3)) is RuleReason.OUT_OF_HOURS


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (row(), Kind.FIRST_SEEN),
        (row(delay=10), Kind.FIRST_SEEN),
        (row(delay=15), Kind.DELAYED),
        (row(status="cancelled"), Kind.CANCELLED_UNCONFIRMED),
        (row(status="diverted"), Kind.DIVERTED_UNCONFIRMED),
        (row(status="incident"), Kind.INCIDENT),
        (row(status="cancelled", delay=90), Kind.CANCELLED_UNCONFIRMED),
    ],
)
def test_a_first_sight_counts_as_what_it_shows(first: dict[str, Any], kind: Kind) -> None:
    (change,) = story(first)
    assert fact(change) is kind
    asked = rule(kinds=(kind,), min_severity=Severity.INFO)
    assert reason(asked, change) is RuleReason.MATCHES


def test_a_first_sight_without_anything_wrong_is_no_alert_by_default() -> None:
    (change,) = story(row())
    assert reason(rule(), change) is RuleReason.NOT_GRAVE_ENOUGH


def test_a_creeping_delay_is_told_at_each_rung_and_not_between() -> None:
    creeping = story(*(row(delay=minutes) for minutes in (0, 15, 25, 35, 45, 55, 65, 130, 185, 200, 245)))
    told = {
        round((change.departure.expected - change.departure.base) / MINUTE): change for change in creeping
    }
    told.pop(0)
    reached = [minutes for minutes, change in told.items() if reason(rule(), change) is RuleReason.MATCHES]
    between = [minutes for minutes, change in told.items() if reason(rule(), change) is RuleReason.SAME_RUNG]
    assert reached == [15, 35, 65, 130, 185, 245]
    assert between == [25, 45, 55, 200]


def test_a_delay_where_nobody_knows_the_zone_is_measured_by_its_clock() -> None:
    changes = story(row(route="XXA-JFK"), row(route="XXA-JFK", delay=40), row(route="XXA-JFK", delay=50))
    assert [reason(rule(), change) for change in changes[1:]] == [RuleReason.MATCHES, RuleReason.SAME_RUNG]


@pytest.mark.parametrize(
    ("told", "what", "again"),
    [
        (None, Kind.CANCELLED, False),
        (Kind.CANCELLED_UNCONFIRMED, Kind.CANCELLED, True),
        (Kind.CANCELLED, Kind.CANCELLED, True),
        (Kind.REINSTATED_UNCONFIRMED, Kind.REINSTATED, True),
        (Kind.DIVERTED_UNCONFIRMED, Kind.DIVERTED, True),
        (Kind.REINSTATED_UNCONFIRMED, Kind.CANCELLED, False),
        (Kind.CANCELLED_UNCONFIRMED, Kind.CANCELLED_UNCONFIRMED, False),
        (Kind.DIVERTED_UNCONFIRMED, Kind.CANCELLED, False),
    ],
)
def test_a_confirmation_repeats_the_first_look(told: Kind | None, what: Kind, again: bool) -> None:
    assert repeats(told, what) is again


@pytest.mark.parametrize(
    ("told", "what", "back"),
    [
        (Kind.CANCELLED_UNCONFIRMED, Kind.REINSTATED_UNCONFIRMED, True),
        (Kind.DIVERTED, Kind.REINSTATED, True),
        (None, Kind.REINSTATED_UNCONFIRMED, False),
        (Kind.REINSTATED_UNCONFIRMED, Kind.REINSTATED, False),
        (Kind.CANCELLED, Kind.DIVERTED, False),
    ],
)
def test_what_was_told_is_withdrawn_by_its_end(told: Kind | None, what: Kind, back: bool) -> None:
    assert withdraws(told, what) is back


@pytest.mark.parametrize(
    ("what", "late", "now", "true"),
    [
        (Kind.CANCELLED_UNCONFIRMED, 0, row(status="cancelled"), True),
        (Kind.CANCELLED_UNCONFIRMED, 0, row(), False),
        (Kind.CANCELLED, 0, row(status="diverted"), False),
        (Kind.DIVERTED, 0, row(status="diverted"), True),
        (Kind.REINSTATED_UNCONFIRMED, 0, row(), True),
        (Kind.REINSTATED_UNCONFIRMED, 0, row(status="cancelled"), False),
        (Kind.DELAYED, 65, row(delay=65), True),
        (Kind.DELAYED, 65, row(delay=130), True),
        (Kind.DELAYED, 65, row(delay=40), False),
        (Kind.DELAYED, 65, row(delay=65, status="cancelled"), False),
        (Kind.GATE_CHANGED, 0, row(status="cancelled"), True),
    ],
)
def test_what_the_flight_has_overtaken_is_not_true_any_more(
    what: Kind, late: int, now: dict[str, Any], true: bool
) -> None:
    (record,) = run_of([row()])
    state, _ = advance(None, record)
    (record,) = run_of([now], 2, NOON + timedelta(minutes=5))
    state, _ = advance(state, record)
    assert still_true(what, late, Truth.of(state)) is true


def test_every_severity_has_its_place() -> None:
    assert sorted(GRAVITY, key=GRAVITY.__getitem__) == [
        Severity.INFO,
        Severity.MINOR,
        Severity.MAJOR,
        Severity.CRITICAL,
    ]
    assert set(GRAVITY) == set(Severity)
