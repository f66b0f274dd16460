"""The rules of the house that no linter holds."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.repository import ROOT, files, make_targets, text

LONGEST = 300
"""Lines of a module of ours: what one reads in one go."""

MODULES = [
    path for path in files() if path.suffix == ".py" and path.parts[0] in ("flightagents", "benchmarks")
]
WANTED = {"help", "setup", "run", "test", "check", "chaos", "bench", "up", "clean"}

# A folder of somebody's machine, and a host that packages are fetched from: neither is the same elsewhere.
SOMEBODYS = re.compile(r"(?<![\w.:/])/(?:home|root|work|workspace|Users|mnt)/\w")
REGISTRY = re.compile(
    r"index-url|pythonhosted\.|registry\.npmjs|repo\d?\.maven\.|deb\.debian\.|proxy\.golang\."
)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_is_short(path: Path) -> None:
    assert len(text(path).splitlines()) <= LONGEST


@pytest.mark.parametrize("wrong", [SOMEBODYS, REGISTRY], ids=["folders", "registries"])
def test_nothing_depends_on_one_machine(wrong: re.Pattern[str]) -> None:
    here = Path(__file__).relative_to(ROOT)
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in files()
        if path != here
        for number, line in enumerate(_lines(path), start=1)
        if wrong.search(line)
    ]
    assert found == []


def test_each_make_target_has_a_line_of_help() -> None:
    targets = make_targets()
    assert set(targets) == WANTED
    assert [target for target, told in targets.items() if not told] == []


def test_each_make_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", text("Makefile"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == WANTED


def test_every_room_has_its_layer() -> None:
    """import-linter breaks on a room without a layer; here, that it is told to."""
    contract = _layers()
    assert contract["exhaustive"] == "true"
    placed = set(re.findall(r"\w+", contract["layers"]))
    rooms = {
        path.stem
        for path in (ROOT / "flightagents").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__"} <= placed


def test_the_architecture_names_every_room() -> None:
    told = text("docs/architecture.md")
    rooms = {path.parts[1] for path in files() if path.parts[0] == "flightagents" and len(path.parts) > 1}
    rooms -= {"__init__.py", "py.typed"}
    assert [room for room in sorted(rooms) if f"`{room}`" not in told and f"`{room}/`" not in told] == []


def test_whatever_is_no_python_is_installed_with_the_package() -> None:
    """An editable install finds a template that a wheel, and so the Docker image, would lack."""
    declared = {
        found
        for package, patterns in _section("options.package_data").items()
        for pattern in patterns.split()
        for found in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    ours = {ROOT / path for path in files() if path.parts[0] == "flightagents" and path.suffix != ".py"}
    assert sorted(str(path.relative_to(ROOT)) for path in ours - declared) == []


def test_the_commands_of_production_import_no_sandbox() -> None:
    """A worker is installed without the extras that only the sandbox needs, and starts nevertheless."""
    look = "import sys; from flightagents.app import app; app.discover(); print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    imported = answer.stdout.split()
    assert "flightagents.cli.demo" in imported
    assert [name for name in imported if name.startswith("flightagents.sandbox")] == []


def _layers() -> configparser.SectionProxy:
    return _section("importlinter:contract:layers")


def _section(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser()
    parser.read_string(text("setup.cfg"))
    return parser[name]


def _lines(path: Path) -> list[str]:
    try:
        return text(path).splitlines()
    except UnicodeDecodeError:
        return []
