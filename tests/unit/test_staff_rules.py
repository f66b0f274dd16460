"""Rules as a person types them: what is wrong is named, and no wrong address is repeated."""

import re
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.rules import Recipient, StaffRule
from flightagents.errors import SettingsError
from flightagents.handlers.staff_rules import staff_rule
from flightagents.settings import load


def test_a_rule_is_kept_as_the_feed_and_the_channels_write_things() -> None:
    typed = staff_rule(
        " JFK-Night ",
        ["Ops@Agency.example", "+44 20 7946 0000", "ops@agency.example"],
        airports=["jfk", "EGLL", "JFK"],
        airlines=["ba"],
        kinds=[Kind.CANCELLED],
        min_severity=Severity.MAJOR,
        hours="22:00-06:00",
        days="mon-fri",
    )
    assert typed == StaffRule(
        name="jfk-night",
        to=(Recipient(Channel.EMAIL, "ops@agency.example"), Recipient(Channel.SMS, "+442079460000")),
        airports=("JFK", "LHR"),
        airlines=("BA",),
        kinds=(Kind.CANCELLED,),
        min_severity=Severity.MAJOR,
        hours=OfficeHours.parse("22:00-06:00", "mon-fri"),
    )


def test_an_airport_without_an_iata_code_keeps_its_other_one() -> None:
    assert staff_rule("ops", ["ops@agency.example"], airports=["ZZZZ"]).airports == ("ZZZZ",)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": "JFK night"}, "up to 40 letters"),
        ({"name": "on-call"}, "it stands for FLIGHTAGENTS_ONCALL_PHONE"),
        ({"to": ["ops@agency"]}, "--to, address 1: email is no address"),
        ({"to": ["ops@agency.example", "020 7999"]}, "--to, address 2: phone is no number"),
        ({"to": [" "]}, "--to, address 1: it is empty"),
        ({"to": ["ops@agency.example"], "channel": Channel.SMS}, "--to, address 1: phone is no number"),
        ({"to": ["+442079460000"], "channel": Channel.EMAIL}, "--to, address 1: email is no address"),
        ({"airports": ["Heathrow"]}, "airport 'Heathrow': write its code, such as JFK"),
        ({"airports": ["LH"]}, "airport 'LH'"),
        ({"airlines": ["British"]}, "airline 'British': write its code, such as BA"),
        ({"airlines": ["12"]}, "airline '12'"),
        ({"hours": "6-22"}, "hours '6-22'"),
        ({"days": "weekdays"}, "days 'weekdays'"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], why: str) -> None:
    given = {"name": "ops", "to": ["ops@agency.example"], **wrong}
    with pytest.raises(ValueError, match=re.escape(why)) as refused:
        staff_rule(given.pop("name"), given.pop("to"), **given)
    for secret in ("agency", "7999"):
        assert secret not in str(refused.value)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "London", "../etc"])
def test_an_agency_in_no_time_zone_is_refused(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_AGENCY_TIMEZONE", zone)
    with pytest.raises(
        SettingsError, match=r"FLIGHTAGENTS_AGENCY_TIMEZONE: .* write one such as Europe/London"
    ):
        load()
