"""Rules as a person types them: what is wrong is named, and no wrong address is repeated."""

from dataclasses import replace

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.rules import Recipient, StaffRule
from flightagents.errors import RuleRefusedError, SettingsError
from flightagents.handlers.staff_rules import RuleDraft, draft_of, staff_rule
from flightagents.settings import load


def refused(**fields: str) -> dict[str, str]:
    """Give what is said of each field of a draft that is right but for these."""
    with pytest.raises(RuleRefusedError) as caught:
        staff_rule(RuleDraft(**{"name": "ops", "to": "ops@agency.example"} | fields))
    for secret in ("agency", "7999"):
        assert secret not in str(caught.value)
    return caught.value.fields


FULL = StaffRule(
    name="jfk-night",
    to=(Recipient(Channel.EMAIL, "ops@agency.example"), Recipient(Channel.SMS, "+442079460000")),
    airports=("JFK", "LHR"),
    airlines=("BA",),
    kinds=(Kind.CANCELLED, Kind.DIVERTED),
    min_severity=Severity.MAJOR,
    hours=OfficeHours.parse("22:00-06:00", "mon-fri"),
)


def test_a_rule_is_kept_as_the_feed_and_the_channels_write_things() -> None:
    typed = staff_rule(
        RuleDraft(
            name=" JFK-Night ",
            to="Ops@Agency.example, +44 20 7946 0000\r\nops@agency.example;",
            airports="jfk, EGLL JFK",
            airlines="ba",
            kinds="Cancelled,diverted",
            min_severity="major",
            hours="22:00-06:00",
            days="mon-fri",
        )
    )
    assert typed == FULL


@pytest.mark.parametrize("kept", [FULL, StaffRule(name="all", to=(Recipient(Channel.EMAIL, "a@b.example"),))])
def test_a_form_of_a_rule_makes_the_same_rule(kept: StaffRule) -> None:
    assert staff_rule(draft_of(kept)) == kept


def test_named_kinds_are_told_however_grave() -> None:
    draft = RuleDraft(name="ops", to="ops@agency.example", kinds="landed")
    assert staff_rule(draft).min_severity is Severity.INFO
    assert staff_rule(replace(draft, kinds="")).min_severity is Severity.MINOR


def test_an_airport_without_an_iata_code_keeps_its_other_one() -> None:
    draft = RuleDraft(name="ops", to="ops@agency.example", airports="ZZZZ")
    assert staff_rule(draft).airports == ("ZZZZ",)


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("name", "JFK night", "up to 40 letters"),
        ("name", "on-call", "it stands for FLIGHTAGENTS_ONCALL_PHONE"),
        ("to", "ops@agency", "address 1: email is no address"),
        ("to", "ops@agency.example, 020 7999", "address 2: phone is no number"),
        ("to", " , ", "at least one email address"),
        ("to", ",".join(f"ops{number}@agency.example" for number in range(21)), "tells 20 at most"),
        ("channel", "fax", "channel 'fax': write one of email, sms"),
        ("airports", "Heathrow", "airport 'Heathrow': write its code, such as JFK"),
        ("airports", "LH", "airport 'LH'"),
        ("airlines", "British", "airline 'British': write its code, such as BA"),
        ("airlines", "12", "airline '12'"),
        ("airlines", "$ne", "airline '$ne'"),
        ("kinds", "late", "kind 'late': write one of first_seen, delayed"),
        ("min_severity", "grave", "severity 'grave': write one of critical, major"),
        ("hours", "6-22", "hours '6-22'"),
        ("days", "weekdays", "days 'weekdays'"),
        ("days", "x" * 2001, "more than 2000 characters"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(field: str, typed: str, why: str) -> None:
    fields = refused(**{field: typed})
    assert list(fields) == [field]
    assert why in fields[field]


@pytest.mark.parametrize(("channel", "typed"), [("sms", "ops@agency.example"), ("email", "+442079460000")])
def test_a_channel_binds_every_address(channel: str, typed: str) -> None:
    assert list(refused(to=typed, channel=channel)) == ["to"]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    assert list(refused(name="", to="", airports="?", hours="?", days="?")) == [
        "name",
        "to",
        "airports",
        "hours",
        "days",
    ]


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "London", "../etc"])
def test_an_agency_in_no_time_zone_is_refused(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_AGENCY_TIMEZONE", zone)
    with pytest.raises(
        SettingsError, match=r"FLIGHTAGENTS_AGENCY_TIMEZONE: .* time zone, for example Europe/London"
    ):
        load()
