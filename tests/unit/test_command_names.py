"""Under which name whoever types a command stands in the log."""

import getpass

import pytest

from flightagents.cli.running import operator


def test_whoever_types_is_named_as_the_machine_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    assert operator() == "kim"


def test_the_user_of_a_container_need_not_have_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 10_001)
    assert operator() == "uid 10001"
