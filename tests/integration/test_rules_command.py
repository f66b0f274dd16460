"""`flightagents rules`, as a person types it: what it prints, and how it exits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from flightagents.app import app
from flightagents.cli import rules
from flightagents.settings import PREFIX, load
from tests.integration.test_commands import Desk, Ended
from tests.support.rows import row
from tests.support.staff import story


@pytest.fixture
def desk(mongodb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(mongodb, tmp_path)
    for name, value in desk.settings.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setattr(app, "settings", load())
    yield desk
    desk.close()


def type_(*words: str) -> Ended:
    ended = CliRunner().invoke(rules.rules, words)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


@pytest.mark.mongodb
def test_rules_are_added_listed_replaced_and_removed(desk: Desk) -> None:
    words = [
        "add",
        "JFK-night",
        "--by",
        "ada",
        "--to",
        "Ops@agency.example",
        "--to",
        "+44 20 7946 0000",
        "--airport",
        "jfk",
    ]
    words += ["--kind", "cancelled", "--kind", "diverted", "--min-severity", "major"]
    words += ["--hours", "22:00-06:00", "--days", "mon-fri"]
    line = (
        "jfk-night  ops@agency.example, +442079460000  "
        "airports JFK; kinds cancelled, diverted; from major; mon-fri 22:00-06:00"
    )
    added = type_(*words)
    assert (added.code, added.lines) == (0, [f"added: {line}"]), added.err
    assert type_("list").lines == [line]
    (listed,) = type_("list", "--json").objects
    assert (listed.pop("created_at"), listed.pop("updated_at")) != (None, None)
    assert listed == {
        "name": "jfk-night",
        "to": [
            {"channel": "email", "address": "ops@agency.example"},
            {"channel": "sms", "address": "+442079460000"},
        ],
        "airports": ["JFK"],
        "airlines": [],
        "kinds": ["cancelled", "diverted"],
        "min_severity": "major",
        "hours": {"begin": "22:00:00", "end": "06:00:00", "days": [0, 1, 2, 3, 4]},
        "version": 1,
        "created_by": "ada",
        "updated_by": "ada",
    }
    assert desk.database["staff_rules"].count_documents({}) == 1

    replaced = type_(
        "add", "jfk-night", "--to", "boss@agency.example", "--channel", "email", "--airline", "ba"
    )
    assert replaced.lines == ["replaced: jfk-night  boss@agency.example  airlines BA; from minor; always"]
    assert len(type_("list").lines) == 1

    removed = type_("remove", "JFK-Night")
    assert (removed.code, removed.lines) == (0, ["removed: jfk-night"])
    assert type_("list").lines == []
    nobody = type_("remove", "jfk-night")
    assert (nobody.code, nobody.out) == (1, "")
    assert "there is no rule jfk-night" in nobody.err


@pytest.mark.mongodb
def test_a_rule_is_tried_on_the_days_that_were(desk: Desk) -> None:
    type_("add", "ops", "--to", "ops@agency.example", "--by", "anna")
    nothing = type_("test", "Ops")
    assert nothing.lines[0] == "There is no history of flights in the last 7 days to try this rule on."
    change = replace(story(row(status="cancelled"))[0], at=datetime.now(UTC) - timedelta(hours=1))
    history = {**msgspec.to_builtins(change, builtin_types=(datetime,)), "_id": change.id}
    desk.database["flight_changes"].insert_one(history)

    found = type_("test", "ops", "--days", "2")
    assert found.code == 0, found.err
    assert found.lines[0].startswith("In the last 2 days this rule would have sent 1 message to 1 person")
    assert found.lines[1:4] == [
        "changes looked at: 1",
        "by kind: cancelled_unconfirmed 1",
        "by channel: email 1",
    ]
    assert found.lines[-1].endswith("Z  BA117|2026-11-22|LHR|JFK  cancelled_unconfirmed  major")
    (told,) = type_("test", "ops", "--json").objects
    assert (told["would_send"], told["recipients"], told["by_kind"]) == (1, 1, {"cancelled_unconfirmed": 1})
    assert "agency" not in str(told)
    assert "there is no rule boss" in type_("test", "boss").err
    assert type_("test", "ops", "--days", "29").code == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("ops",), "Missing option '--to'"),
        (("ops", "--to", "ops@agency"), "--to, address 1: email is no address"),
        (("ops", "--to", "a@b.example", "--airport", "Heathrow"), "airport 'Heathrow': write its code"),
        (("ops", "--to", "a@b.example", "--kind", "late"), "'late' is not one of 'first_seen', 'delayed'"),
        (("ops", "--to", "a@b.example", "--min-severity", "grave"), "'critical', 'major', 'minor', 'info'"),
        (("ops", "--to", "a@b.example", "--channel", "fax"), "'email', 'sms'"),
        (("ops", "--to", "a@b.example", "--hours", "6-22"), "write them as 06:00-22:00"),
        (("on-call", "--to", "a@b.example"), "it stands for FLIGHTAGENTS_ONCALL_PHONE"),
    ],
)
def test_what_is_typed_wrong_is_refused_before_anything_is_asked_of_mongodb(
    words: tuple[str, ...], why: str
) -> None:
    refused = type_("add", *words)
    assert (refused.code, refused.out) == (2, "")
    assert why in refused.err
    assert "ops@agency" not in refused.err
