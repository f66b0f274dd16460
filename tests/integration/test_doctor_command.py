"""`flightagents doctor`, as somebody types it who does not know what is wrong."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from pymongo import MongoClient

from flightagents.app import app
from flightagents.cli.doctor import doctor
from flightagents.clock import clock_from
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import PREFIX, load
from tests.support.kafka import Kafka

pytestmark = pytest.mark.mongodb

Typed = Callable[..., tuple[int, list[dict[str, str]]]]


@pytest.fixture
def typed(mongodb: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Type it with these settings, and give exit code and findings."""
    name = f"doctor_{uuid.uuid4().hex[:12]}"

    def run(**settings: object) -> tuple[int, list[dict[str, str]]]:
        usual = {"MONGODB_URL": mongodb, "MONGODB_DATABASE": name}
        for variable, value in {**usual, **settings}.items():
            monkeypatch.setenv(PREFIX + variable, str(value))
        monkeypatch.setattr(app, "settings", load())
        monkeypatch.setattr(app, "clock", clock_from("system"))
        ended = CliRunner().invoke(doctor, ["--json"])
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return ended.exit_code, [json.loads(line) for line in ended.stdout.splitlines()]

    yield run
    with MongoClient[dict[str, Any]](mongodb) as client:
        client.drop_database(name)


def verdicts(found: list[dict[str, str]]) -> dict[str, str]:
    """Give the gravest verdict of each check."""
    order = ["ok", "warning", "failed"]
    grave: dict[str, str] = {}
    for each in found:
        grave[each["check"]] = max(grave.get(each["check"], "ok"), each["verdict"], key=order.index)
    return grave


def test_what_cannot_be_reached_is_named_and_the_rest_is_looked_at(typed: Typed) -> None:
    code, found = typed(
        KAFKA_BROKERS=f"{LOCALHOST}:{free_port()}",
        WEB_PORT=free_port(),
        SMTP_HOST=LOCALHOST,
        SMTP_PORT=free_port(),
        MAIL_FROM="alerts@agency.example",
    )
    assert code == 1
    assert verdicts(found) == {
        "settings": "warning",
        "Kafka": "failed",
        "MongoDB": "ok",
        "email": "failed",
        "data folder": "ok",
        "disk": "ok",
        "time zones": "ok",
        "web": "ok",
        "indexes": "warning",
        "partitioning": "ok",
        "clock": "ok",
        "users": "warning",
        "workers": "warning",
    }
    assert [each["what"] for each in found if each["check"] == "workers"] == ["none has run yet"]
    assert all(each["do"] for each in found if each["verdict"] != "ok")


@pytest.mark.kafka
def test_topics_that_are_missing_are_named_and_not_made(typed: Typed, kafka: Kafka) -> None:
    for _ in range(2):
        _, found = typed(KAFKA_BROKERS=kafka.address)
        (said,) = [each for each in found if each["check"] == "topics"]
        assert said["verdict"] == "warning"
        assert "flight-topic" in said["what"]


def test_without_json_each_part_has_a_line_with_what_to_do(typed: Typed) -> None:
    typed(KAFKA_BROKERS=f"{LOCALHOST}:{free_port()}")
    lines = CliRunner().invoke(doctor, []).stdout.splitlines()
    assert "ok      settings     they can be read" in lines
    assert any(line.startswith("failed  Kafka        no broker answers") for line in lines)
