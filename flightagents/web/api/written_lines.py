"""Lines as CSV that Excel opens as they are meant, and as JSON, one a line.

CSV is UTF-8 with a byte order mark, without which Excel reads it in an old alphabet. A text that begins as a
formula does gets an apostrophe before it: whoever opens the file would run it. Numbers are numbers.
"""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_head(line: type[msgspec.Struct]) -> bytes:
    """Write the names of the columns."""
    return BOM + _written([line.__struct_fields__])


def csv_lines(lines: Iterable[msgspec.Struct]) -> bytes:
    """Write some lines."""
    return _written([_cells(line) for line in lines])


def json_lines(lines: Iterable[msgspec.Struct]) -> bytes:
    """Write some lines."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _cells(line: msgspec.Struct) -> list[object]:
    return [_cell(value) for value in msgspec.to_builtins(line).values()]


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if value.startswith(_FORMULA):
            return f"'{value}"
        case _:
            return value


def _written(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
