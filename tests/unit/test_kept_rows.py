"""Rows are written where what they show has changed, and nowhere else."""

from flightagents.web.staff.kept_rows import KeptRows


class Writer:
    def __init__(self) -> None:
        self.kept = KeptRows(most=2)
        self.written: list[str] = []

    def row(self, key: str, shown: object) -> str:
        def write() -> str:
            self.written.append(f"{key} {shown}")
            return self.written[-1]

        return self.kept.html(key, shown, write)


def test_a_row_that_shows_the_same_is_written_once() -> None:
    writer = Writer()
    assert [writer.row("BA117", 15), writer.row("BA117", 15)] == ["BA117 15", "BA117 15"]
    assert writer.written == ["BA117 15"]


def test_a_row_that_shows_something_else_is_written_anew() -> None:
    writer = Writer()
    assert [writer.row("BA117", 15), writer.row("BA117", 45)] == ["BA117 15", "BA117 45"]


def test_the_row_that_was_written_first_leaves_when_there_are_too_many() -> None:
    writer = Writer()
    for key in ("first", "second", "third", "second", "first"):
        writer.row(key, 1)
    assert writer.written == ["first 1", "second 1", "third 1", "first 1"]
