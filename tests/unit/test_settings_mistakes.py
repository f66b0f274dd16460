"""A wrong setting is told with its variable, how its value is written, and an example, never with itself."""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from flightagents.app import tell_what_is_off
from flightagents.errors import SettingsError
from flightagents.settings import PREFIX, Settings, load, unknown_variables
from flightagents.settings.mistakes import example_of, shape_of, variable_of
from flightagents.settings.typos import Unknown, unknown_of

LINES = "hunter2\nhunter2"
FILE = str(Path(__file__))

WRONG: dict[str, list[str]] = {
    "kafka_brokers": ["hunter2", "one:9092,hunter2", ":9092", "one:9092,", "one:port", "http://one:9092"],
    "kafka_session_timeout": ["0", "soon", "inf", "nan"],
    "topics": ["hunter2"],
    "topic_partitions": ["0", "1.5", "many"],
    "topic_replication": ["0", "-1"],
    "topic_retention_hours": ["0", "a week"],
    "topic_max_message_bytes": ["0", "4 MB"],
    "partition_by": ["weather"],
    "table_store": ["hunter2", "disk://", "memory"],
    "data_dir": [FILE, "hunter2" * 50],
    "kafka_security": ["tls"],
    "kafka_sasl_mechanism": ["GSSAPI"],
    "kafka_username": [LINES],
    "kafka_password": [LINES],
    "kafka_key_password": [LINES],
    "mongodb_key_password": [LINES],
    "watchdog_progress_seconds": ["0"],
    "watchdog_commit_seconds": ["soon"],
    "watchdog_stall_seconds": ["-1"],
    "watchdog_memory_mb": ["-1", "1 GB"],
    "mongodb_url": [
        "hunter2",
        "http://hunter2",
        "mongodb://",
        "mongodb://me:hunt:er2@host/",
        "mongodb+srv://",
    ],
    "mongodb_database": ["flight data", "a.b", "$x", "x" * 64],
    "archive_days": ["0", "ninety"],
    "forget_after_hours": ["0"],
    "aviationstack_key": ["hunter2 hunter2", LINES, "hünter2"],
    "aviationstack_url": ["api.aviationstack.com", "ftp://host/v1", "https://host/v1?access_key=hunter2"],
    "aviationstack_plan": ["gold"],
    "poll_interval": ["0", "soon"],
    "poll_queries": ["hunter2", "dep_iata=JFK;dep_iat=hunter2", "dep_iata=", "access_key=hunter2"],
    "poll_max_pages": ["0"],
    "smtp_host": ["smtp.agency.example:587", "smtp://hunter2", "hunter2 hunter2"],
    "smtp_port": ["0", "65536", "smtp"],
    "smtp_tls": ["ssl"],
    "smtp_username": [LINES],
    "smtp_password": [LINES],
    "smtp_connections": ["0"],
    "mail_from": ["hunter2", "Agency <hunter2>", "a@b@", "Agency\n<alerts@agency.example>"],
    "reply_to": ["hunter2"],
    "twilio_account_sid": ["AC0", "hunter2"],
    "twilio_auth_token": [LINES],
    "twilio_from": ["12025550199", "+0202555", "a name that is too long"],
    "twilio_messaging_service_sid": ["MG1"],
    "twilio_url": ["api.twilio.com"],
    "agency_name": [LINES],
    "agency_phone": [LINES],
    "agency_timezone": ["Europe/Londres", "../etc"],
    "oncall_phone": ["020 7946 0000"],
    "consent_basis": ["implied"],
    "delivery": ["hunter2"],
    "quiet_hours": ["22-6", "22:00-24:30"],
    "cancellation_minutes": ["-1", "soon"],
    "policies": ["vip=soon", "vip=immediate;=3"],
    "connection_minutes": ["JFK", "JFK=60", "JFK=60/90;JFK=1/2"],
    "email_per_second": ["0"],
    "sms_per_second": ["0"],
    "staff_hourly": ["0"],
    "bounces": ["hunter2", "maildir:here", "imap://me:hunter2@mail.example/in", "imaps://mail.example"],
    "bookings_folder": [FILE],
    "public_url": ["alerts.agency.example", "https://", "https://me:hunter2@a.example"],
    "secret_key": ["hunter2"],
    "web_host": ["localhost:6066", "http://localhost"],
    "web_port": ["0", "65536", "http"],
    "web_allowed_hosts": ["https://hunter2", "host:6066", "*"],
    "web_proxies": ["hunter2", "10.0.0.5,10.1.0.0/99"],
    "web_user_header": ["X Forwarded", "X-User:"],
    "web_proxied_role": ["king"],
    "clock": ["hunter2", "simulated:now@1@0", "simulated:2026-11-22T15:00:00Z@0@0"],
    "log_format": ["xml"],
}
"""Of each setting some values that are not taken."""
OF_FILES = ("kafka_ca_file", "kafka_cert_file", "kafka_key_file", "mongodb_ca_file", "mongodb_cert_file")
"""What is wrong with them, their content shows: test_settings_tls.py."""

_NEEDED = {
    "mail_from": {"SMTP_HOST": "smtp.agency.example"},
    "smtp_host": {"MAIL_FROM": "alerts@agency.example"},
    "smtp_username": {"SMTP_PASSWORD": "x"},
    "smtp_password": {"SMTP_USERNAME": "x"},
    "web_user_header": {"WEB_PROXIES": "10.0.0.5"},
    "kafka_username": {"KAFKA_SECURITY": "sasl_plaintext", "KAFKA_PASSWORD": "x"},
    "kafka_password": {"KAFKA_SECURITY": "sasl_plaintext", "KAFKA_USERNAME": "x"},
} | {
    name: {
        "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
        "TWILIO_AUTH_TOKEN": "x",
        "TWILIO_FROM": "+12025550199",
    }
    for name in ("twilio_account_sid", "twilio_auth_token", "twilio_from", "twilio_messaging_service_sid")
}
"""What has to stand beside a setting."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with none of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    return tmp_path


def _refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> tuple[str, ...]:
    for name, value in variables.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    with pytest.raises(SettingsError) as refused:
        load()
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    return refused.value.mistakes


def test_every_setting_has_a_wrong_value_here() -> None:
    assert {*WRONG, *OF_FILES} == set(Settings.model_fields)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_wrong_value_is_told_by_variable_shape_and_example(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = Settings.model_fields[name]
    (mistake,) = _refused(monkeypatch, **{name: value})
    assert mistake.startswith(f"{variable_of(name)}: must be {shape_of(field)}, for example ")
    assert example_of(field) in mistake
    assert "\n" not in mistake


def test_every_field_has_a_shape_and_an_example() -> None:
    without = [name for name, field in Settings.model_fields.items() if shape_of(field) == field.description]
    assert without == []
    assert [name for name, field in Settings.model_fields.items() if example_of(field) in ("", "None")] == []


@pytest.mark.parametrize(
    "name", [name for name in Settings.model_fields if "file" not in name and "key_password" not in name]
)
def test_what_is_given_as_an_example_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for partner, value in _NEEDED.get(name, {}).items():
        monkeypatch.setenv(PREFIX + partner, value)
    monkeypatch.setenv(variable_of(name), example_of(Settings.model_fields[name]))
    load()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"smtp_host": "smtp.agency.example"}, ["mail_from"]),
        ({"mail_from": "alerts@agency.example"}, ["smtp_host"]),
        ({"smtp_username": "hunter2"}, ["smtp_password"]),
        ({"smtp_password": "hunter2"}, ["smtp_username"]),
        ({"twilio_account_sid": f"AC{'0' * 32}"}, ["twilio_auth_token", "twilio_from"]),
        ({"twilio_auth_token": "hunter2"}, ["twilio_account_sid"]),
        ({"twilio_from": "+12025550199"}, ["twilio_account_sid", "twilio_auth_token"]),
        ({"web_user_header": "X-Forwarded-User"}, ["web_proxies"]),
        ({"web_user_header": "X-Forwarded-User", "web_proxies": "10.0.0.5, ::/0"}, ["web_proxies"]),
    ],
)
def test_one_half_of_what_goes_together_is_refused(
    given: dict[str, str], missing: Iterable[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistakes = _refused(monkeypatch, **given)
    assert [mistake.partition(":")[0] for mistake in mistakes] == [variable_of(each) for each in missing]
    assert all(" is set, " in each or " is set," in each.replace(" or ", ",") for each in mistakes)


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mistakes = _refused(
        monkeypatch,
        smtp_port="0",
        clock="hunter2",
        smtp_host="smtp.agency.example",
        twilio_from="hunter2 x y z",
    )
    variables = {mistake.partition(":")[0].removeprefix(PREFIX) for mistake in mistakes}
    assert variables == {"SMTP_PORT", "CLOCK", "MAIL_FROM", "TWILIO_FROM"}


def test_a_secret_file_is_no_place_to_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    (mistake,) = _refused(monkeypatch, smtp_password_file="hunter2", smtp_username="me")
    assert mistake.startswith(
        "FLIGHTAGENTS_SMTP_PASSWORD_FILE: must be the path of a text file, for example "
    )


def test_a_mistyped_variable_is_named_with_the_one_that_was_meant(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("FLIGHTAGENTS_SMTP_HOTS=hunter2\nFLIGHTAGENTS_SMTP_PORT=25\nSMTP_HOST=x\n")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTAK_KEY", "hunter2")
    assert unknown_variables() == [
        Unknown("FLIGHTAGENTS_AVIATIONSTAK_KEY", "FLIGHTAGENTS_AVIATIONSTACK_KEY"),
        Unknown("FLIGHTAGENTS_SMTP_HOTS", "FLIGHTAGENTS_SMTP_HOST"),
    ]


def test_a_variable_that_is_like_no_setting_is_named_alone() -> None:
    (unknown,) = unknown_of(["FLIGHTAGENTS_WEATHER", "PATH", "FLIGHTAGENTS_SMTP_PASSWORD_FILE"])
    assert str(unknown) == (
        "FLIGHTAGENTS_WEATHER is no setting and changes nothing; .env.example lists all that there are"
    )


def test_a_worker_names_a_mistyped_variable_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_SMTP_HOTS", "hunter2")
    with capture_logs() as lines:
        tell_what_is_off(load())
    (line,) = [line for line in lines if line["event"] == "a variable is no setting"]
    assert (line["variable"], line["was_it"]) == ("FLIGHTAGENTS_SMTP_HOTS", "FLIGHTAGENTS_SMTP_HOST")
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("command", ["worker", "doctor"])
def test_a_command_ends_with_a_line_for_each_mistake(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_WEB_PORT", "none")
    monkeypatch.setenv("FLIGHTAGENTS_DELIVERY", "none")
    done = subprocess.run(
        [sys.executable, "-m", "flightagents", command, *(["--json"] if command == "doctor" else [])],
        check=False,
        capture_output=True,
        text=True,
    )
    if command == "doctor":
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert (done.returncode, done.stderr, len(found)) == (1, "", 2)
        assert all((each["check"], each["verdict"]) == ("settings", "failed") for each in found)
        told = [each["what"] for each in found]
    else:
        assert (done.returncode, done.stdout) == (2, "")
        told = [line.removeprefix("flightagents: ") for line in done.stderr.splitlines()]
    assert [line.partition(":")[0] for line in told] == ["FLIGHTAGENTS_DELIVERY", "FLIGHTAGENTS_WEB_PORT"]
