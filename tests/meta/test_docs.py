"""What README and docs name exists: paths, links, make targets, commands, modules, settings."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.meta.repository import (
    ROOT,
    VARIABLE,
    commands,
    documents,
    files,
    known_variables,
    make_targets,
    text,
)

DOCUMENTS = documents()

FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:^|[;&|$] *)make ([a-z]+)", re.MULTILINE)
COMMAND = re.compile(
    r"(?:\bfaust -A flightagents\.app|^(?:\S*/)?flightagents) ((?:[a-z][a-z-]+ ?)+)", re.MULTILINE
)
MODULE = re.compile(r"\bflightagents(?:\.[a-z_]+)+\b")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
SUFFIXES = {".py", ".md", ".cfg", ".toml", ".yml", ".sh"}

TOP = {path.parts[0] for path in files()}
NAMES = {path.name for path in files()}


def _code(document: Path) -> list[str]:
    """Give what stands in backticks, the fenced blocks whole, and the indented lines."""
    words = text(document)
    prose = FENCE.sub("", words)
    return [*FENCE.findall(words), *INDENTED.findall(prose), *SPAN.findall(prose)]


def _paths(document: Path) -> Iterator[str]:
    """Give what stands in backticks and looks like a path of ours."""
    for span in SPAN.findall(FENCE.sub("", text(document))):
        if PATH.fullmatch(span) and (
            Path(span).suffix in SUFFIXES or ("/" in span and span.partition("/")[0] in TOP)
        ):
            yield span


def _exists(path: str) -> bool:
    """A bare file name is that of any file of ours; a path may leave the package's name out."""
    return path in NAMES or any((ROOT / start / path).exists() for start in ("", "flightagents", "tests"))


def _found(pattern: re.Pattern[str]) -> list[tuple[Path, str]]:
    return sorted(
        {
            (each, found.strip())
            for each in DOCUMENTS
            for code in _code(each)
            for found in pattern.findall(code)
        }
    )


def test_there_is_something_to_read() -> None:
    wanted = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md"}
    assert wanted <= {str(path) for path in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_path_that_is_named_exists(document: Path) -> None:
    assert [path for path in _paths(document) if not _exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_link_leads_somewhere(document: Path) -> None:
    here = [link.partition("#")[0] for link in LINK.findall(text(document)) if "://" not in link]
    assert [link for link in here if link and not (ROOT / document.parent / link).exists()] == []


@pytest.mark.parametrize(("document", "target"), _found(MAKE), ids=str)
def test_a_make_target_that_is_named_exists(document: Path, target: str) -> None:
    assert target in make_targets(), document


@pytest.mark.parametrize(("document", "line"), _found(COMMAND), ids=str)
def test_a_command_that_is_named_exists(document: Path, line: str) -> None:
    known = commands()
    for word in line.split():
        assert word in known, f"{document}: flightagents {line}"
        known = getattr(known[word], "commands", None) or {}
        if not known:
            break


@pytest.mark.parametrize(("document", "module"), _found(MODULE), ids=str)
def test_a_module_that_is_named_exists(document: Path, module: str) -> None:
    assert find_spec(module), document


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_setting_that_is_named_exists(document: Path) -> None:
    assert set(VARIABLE.findall(text(document))) - known_variables() == set()


def test_readme_names_the_two_commands_on_its_first_screen() -> None:
    first_screen = "\n".join(text("README.md").splitlines()[:50])
    assert "make run" in first_screen
    assert "make test" in first_screen


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in DOCUMENTS if path.parent.name == "adr"]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
