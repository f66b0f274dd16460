"""The tables of docs/tracking.md, run: what the document says of a row or a sequence is what happens."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flightagents.domain.changes import Kind, severity
from flightagents.domain.rules import OF_SIGHT
from flightagents.domain.times import iso
from tests.support.rows import parsed
from tests.support.sequences import Sequence, news

DOCUMENT = Path(__file__).parents[2] / "docs" / "tracking.md"
_CELLS = re.compile(r"(?<!\\)\|")


def table(first_heading: str) -> Iterator[list[str]]:
    """Give the lines below a table's heading line, as cells."""
    lines = iter(DOCUMENT.read_text(encoding="utf-8").splitlines())
    assert any(line.startswith(f"| {first_heading} |") for line in lines), first_heading
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]]


ROWS = list(table("the row"))
SEQUENCES = list(table("what happens"))


def test_the_table_lists_every_kind_in_the_order_in_which_they_are_told() -> None:
    assert [cells[0].strip("`") for cells in table("kind")] == [str(kind) for kind in Kind]


@pytest.mark.parametrize(("name", "graded"), [(cells[0].strip("`"), cells[2]) for cells in table("kind")])
def test_a_kind_is_as_grave_as_the_table_says(name: str, graded: str) -> None:
    first, *steps = re.findall(r"(?:from (\d+)(?: minutes)? )?(info|minor|major|critical)", graded)
    assert severity(Kind(name), timedelta(minutes=15)) == first[1]
    for minutes, grave in steps:
        assert severity(Kind(name), timedelta(minutes=int(minutes))) == grave
        assert severity(Kind(name), timedelta(minutes=int(minutes) - 1)) != grave
    if not steps:
        assert severity(Kind(name), timedelta(hours=10)) == first[1]


@pytest.mark.parametrize(("what", "flight", "leaves", "arrives"), ROWS, ids=[cells[0] for cells in ROWS])
def test_a_row_is_the_flight_and_the_times_of_the_table(
    what: str, flight: str, leaves: str, arrives: str
) -> None:
    words = re.search(r"`(.*)`", what)
    (raw,) = Sequence().rows(words[1] if words else "=")
    record = parsed(raw)
    times = iso(record.departure.scheduled), iso(record.arrival.scheduled)
    assert (f"`{record.flight}`", *times) == (flight, leaves, arrives)


@pytest.mark.parametrize(("looks", "told"), [cells[1:] for cells in SEQUENCES], ids=[c[0] for c in SEQUENCES])
def test_a_sequence_tells_what_the_table_says(looks: str, told: str) -> None:
    assert news(looks.strip("`")) == told.strip("`")


def test_the_table_shows_every_kind_of_change_that_records_show() -> None:
    shown = {word for cells in SEQUENCES for word in re.findall(r"[a-z_]+", cells[2])}
    assert {str(kind) for kind in set(Kind) - OF_SIGHT} <= shown
