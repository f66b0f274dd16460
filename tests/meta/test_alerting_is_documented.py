"""docs/alerting.md says what the code does."""

from flightagents.domain.changes import Kind
from tests.meta.alerting_tables import DOCUMENT, TELLS, written


def test_the_tables_are_those_of_the_code() -> None:
    again = "python -m tests.meta.alerting_tables"
    assert DOCUMENT.read_text(encoding="utf-8") == written(), f"docs/alerting.md is old: {again}"


def test_only_what_exists_is_told() -> None:
    assert set(TELLS) <= set(Kind)
