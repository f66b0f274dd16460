"""The repository as the tests of this folder read it: its files, documents, settings and commands."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flightagents.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]

_HIDDEN_BUT_OURS = {".ci", ".dockerignore", ".env.example", ".gitignore"}
_NOT_OURS = {"__pycache__", "data", "build", "dist"}

VARIABLE = re.compile(rf"\b{PREFIX}[A-Z][A-Z0-9_]*")

TEST_VARIABLES = {"FLIGHTAGENTS_REQUIRE_REAL", "FLIGHTAGENTS_SAMPLES", "FLIGHTAGENTS_CACHE"}
"""What the tests ask of the environment; no settings of the system."""


def files() -> Iterator[Path]:
    """Give every file of ours, relative to the repository; nothing that was made or downloaded."""
    yield from _below(ROOT)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        made = path.name in _NOT_OURS or path.name.endswith(".egg-info")
        if made or (path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS):
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path.relative_to(ROOT)


def documents() -> list[Path]:
    """Give what a reader reads."""
    return [path for path in files() if path.suffix == ".md"]


def text(path: Path | str) -> str:
    """Read a file of ours."""
    return (ROOT / path).read_text(encoding="utf-8")


def settings() -> dict[str, str]:
    """Give each setting's variable, and the field that it sets."""
    return {f"{PREFIX}{name}".upper(): name for name in Settings.model_fields}


def secrets() -> set[str]:
    """Give the variables of secrets, each of which may also be a path: `..._FILE`."""
    fields = Settings.model_fields
    return {name for name, field in settings().items() if "SecretStr" in str(fields[field].annotation)}


def known_variables() -> set[str]:
    """Give every variable of ours that means something."""
    return {*settings(), *(f"{name}_FILE" for name in secrets()), *TEST_VARIABLES}


def commands() -> dict[str, Any]:
    """Give the commands of `flightagents`, Faust's and ours, as click knows them."""
    for module in ("flightagents.app", "faust.cli.faust", "flightagents.cli"):
        importlib.import_module(module)
    package = importlib.import_module("flightagents.cli")
    for found in pkgutil.iter_modules(package.__path__, "flightagents.cli."):
        importlib.import_module(found.name)
    registered: dict[str, Any] = importlib.import_module("faust.cli.base").cli.commands
    return registered


def make_targets() -> dict[str, str]:
    """Give the Makefile's targets and the line of help of each, empty where there is none."""
    rule = re.compile(r"^([a-z][a-z-]*):(?!=)(?:.*?## (.+))?", re.MULTILINE)
    return {target: told or "" for target, told in rule.findall(text("Makefile"))}
