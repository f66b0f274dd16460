"""docs/passenger-rights.md says what the code does."""

from tests.meta.passenger_rights_table import DOCUMENT, written


def test_the_tables_are_those_of_the_code() -> None:
    again = "python -m tests.meta.passenger_rights_table"
    assert DOCUMENT.read_text(encoding="utf-8") == written(), f"docs/passenger-rights.md is old: {again}"
