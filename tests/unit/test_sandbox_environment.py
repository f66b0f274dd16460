"""The demonstration's children read no setting of the caller's: it may be that of a production."""

from pathlib import Path

import pytest

from flightagents.sandbox.stand_ins import asks_for_real_feed, inherited_environment

CALLER = {
    "PATH": "/bin",
    "BROKER_URL": "kafka://production",
    "FLIGHTAGENTS_MONGODB_URL": "mongodb://production/",
    "FLIGHTAGENTS_MONGODB_URL_FILE": "url",
    "FLIGHTAGENTS_SMTP_PASSWORD_FILE": "password",
    "FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE": "key",
    "FLIGHTAGENTS_AVIATIONSTACK_PLAN": "basic",
    "FLIGHTAGENTS_POLL_QUERIES": "dep_iata=JFK",
    "FLIGHTAGENTS_CLOCK": "system",
}


def test_no_setting_of_the_caller_reaches_the_sandbox() -> None:
    assert inherited_environment(CALLER, real_feed=False) == {"PATH": "/bin"}


def test_with_the_real_feed_only_what_is_about_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert inherited_environment(CALLER, real_feed=True) == {
        "PATH": "/bin",
        "FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE": str(tmp_path / "key"),
        "FLIGHTAGENTS_AVIATIONSTACK_PLAN": "basic",
        "FLIGHTAGENTS_POLL_QUERIES": "dep_iata=JFK",
    }


@pytest.mark.parametrize(
    ("environment", "asks"),
    [
        ({"FLIGHTAGENTS_AVIATIONSTACK_KEY": "key"}, True),
        ({"FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE": "key"}, True),
        ({"FLIGHTAGENTS_AVIATIONSTACK_KEY": ""}, False),
        ({}, False),
    ],
)
def test_the_real_feed_is_polled_where_a_key_is_given(environment: dict[str, str], asks: bool) -> None:
    assert asks_for_real_feed(environment) is asks
