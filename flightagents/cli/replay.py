"""`flightagents replay PATH`: what recorded answers of AviationStack would have told us."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from faust.cli.base import cli

from flightagents.aviationstack.answers import read_answer
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.changes import Change
from flightagents.errors import FlightagentsError
from flightagents.handlers.replay import Answer, Replay

SEQUENCE = "sequence.json"
"""Names the files of a recording in order, with the time before which each was not asked for."""
_SHOWN = tuple(name for name in Change.__dataclass_fields__ if name != "state")


class _Step(msgspec.Struct):
    file: str
    not_before_utc: str | None = None


@cli.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line: each change, then the summary."
)
def replay(path: Path, as_json: bool) -> None:
    """Read recorded answers of AviationStack at PATH (a file, or a folder of them) and print each change.

    Needs no broker and no database. A folder's sequence.json gives the order and the times of the answers;
    without it they follow each other by name, 60 s apart.
    """
    run = Replay(RowParser())
    for change in run.changes(list(recording(path))):
        click.echo(msgspec.json.encode(_shown(change)) if as_json else _sentence(change))
    summary = run.summary()
    click.echo(msgspec.json.encode({"summary": summary}) if as_json else f"\n{_lines(summary)}")


def recording(path: Path) -> Iterator[Answer]:
    """Give the recorded answers under a path. Raises click.ClickException naming the file that is wrong."""
    if path.is_file():
        yield _answer(path, None)
    elif (sequence := path / SEQUENCE).is_file():
        for step in _steps(sequence):
            yield _answer(path / step.file, _time(sequence, step))
    else:
        for file in sorted(path.glob("*.json")):
            yield _answer(file, None)


def _steps(sequence: Path) -> list[_Step]:
    try:
        return msgspec.json.decode(sequence.read_bytes(), type=list[_Step])
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise click.ClickException(
            f"{sequence}: {exc}; it lists objects with file and not_before_utc"
        ) from exc


def _time(sequence: Path, step: _Step) -> datetime | None:
    if step.not_before_utc is None:
        return None
    try:
        return datetime.strptime(step.not_before_utc, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError as exc:
        wanted = "a time such as 20240101T1813Z"
        raise click.ClickException(
            f"{sequence}: not_before_utc {step.not_before_utc!r} is not {wanted}"
        ) from exc


def _answer(file: Path, not_before: datetime | None) -> Answer:
    """Read one answer; an error is an answer without rows."""
    try:
        body = file.read_bytes()
    except OSError as exc:
        raise click.ClickException(f"{file}: {exc.strerror}") from exc
    try:
        rows = read_answer(200, None, body, now=datetime.now(UTC)).rows
    except FlightagentsError:
        rows = []
    return Answer(file.name, rows, not_before)


def _shown(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in _SHOWN}


def _sentence(change: Change) -> str:
    before = ", ".join(str(value) for value in change.before.values())
    after = ", ".join(str(value) for value in change.after.values())
    arrow = f"{before} -> {after}" if before else after
    return f"{change.at:%Y-%m-%d %H:%M} {change.severity:8} {change.flight:32} {change.kind}: {arrow}"


def _lines(summary: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in summary.items())
