"""`.env.example` lists every setting with its default and what it is for, and nothing else names another one.

Run as a program (python -m tests.meta.test_settings_are_documented > .env.example) it writes that file.
"""

import re
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from flightagents.settings import Settings
from tests.meta.repository import VARIABLE, files, known_variables, secrets, settings, text

HEAD = """\
# Every setting of flightagents, with its default. Copy this file to .env, which is read from the folder that
# the worker starts in, or set the variables in the environment, which wins over the file.
# An empty value counts as not set. A secret may stand in a file instead: FLIGHTAGENTS_..._FILE=path
"""


def example() -> str:
    """Write `.env.example` as it has to be."""
    return HEAD + "".join(
        f"\n# {Settings.model_fields[field].description}\n{variable}={_default(field)}\n"
        for variable, field in settings().items()
    )


def _default(field: str) -> str:
    value = Settings.model_fields[field].default
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value)


def test_the_example_lists_each_setting_with_its_default_and_purpose() -> None:
    assert text(".env.example") == example(), (
        "write it anew: .venv/bin/python -m tests.meta.test_settings_are_documented > .env.example"
    )


def test_each_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_no_secret_has_a_value_in_the_example() -> None:
    lines = dict(re.findall(r"^(FLIGHTAGENTS_\w+)=(.*)$", text(".env.example"), re.MULTILINE))
    given = {name: lines[name] for name in secrets() if lines[name]}
    # The address of a database on this machine, with no password in it, is a default and no secret.
    assert given == {"FLIGHTAGENTS_MONGODB_URL": "mongodb://localhost:27017/"}


def test_an_example_copied_as_it_is_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in known_variables():
        monkeypatch.delenv(variable, raising=False)
    copied = tmp_path / ".env"
    copied.write_text(text(".env.example"), encoding="utf-8")
    assert Settings(_env_file=copied) == Settings(_env_file=None)


def _named_somewhere() -> list[tuple[str, str]]:
    own = ("tests/", "flightagents/")
    told = [path for path in files() if not str(path).startswith(own) and path.suffix != ".lock"]
    return sorted({(str(path), name) for path in told for name in VARIABLE.findall(text(path))})


@pytest.mark.parametrize(("path", "name"), _named_somewhere())
def test_a_setting_that_is_named_exists(path: str, name: str) -> None:
    assert name in known_variables(), f"{path} names {name}"


if __name__ == "__main__":
    sys.stdout.write(example())
