"""Lines that a table program opens: a text stays a text, whatever it begins with, and a number a number."""

import csv
import io

import msgspec
import pytest

from flightagents.web.api.written_lines import csv_head, csv_lines, json_lines


class Line(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    late: int = 0
    off: bool = False
    gate: str | None = None


def cells(*lines: Line) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_lines(lines).decode())))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert cells(Line(name=text))[0][0] == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert cells(Line(name="BA117", late=-5, off=True)) == [["BA117", "-5", "yes", ""]]


def test_a_name_of_several_lines_stays_one_cell() -> None:
    assert cells(Line(name='a "b",\nc'))[0][0] == 'a "b",\nc'


def test_excel_is_told_the_alphabet_and_the_columns() -> None:
    assert csv_head(Line) == b"\xef\xbb\xbfname,late,off,gate\r\n"


def test_json_is_one_object_a_line() -> None:
    lines = json_lines([Line(name="Zürich\n"), Line(name="b")]).splitlines()
    assert [msgspec.json.decode(each)["name"] for each in lines] == ["Zürich\n", "b"]
