"""docs/metrics.md says what the code counts."""

import re

from flightagents.batches.sensor import faust_metrics
from tests.meta.metrics_tables import DOCUMENT, FAUST, labels, ours, shown_as, written
from tests.meta.repository import documents, text

LABELS = {
    "cause",
    "channel",
    "kind",
    "language",
    "method",
    "outcome",
    "partition",
    "reason",
    "route",
    "said",
    "sight",
    "state",
    "status",
    "suspicion",
    "timer",
    "told",
    "topic",
    "what",
}
"""Each has few values, and none is about a person. A new one has to be thought about first."""


def test_the_tables_are_those_of_the_code() -> None:
    again = "python -m tests.meta.metrics_tables"
    assert DOCUMENT.read_text(encoding="utf-8") == written(), f"docs/metrics.md is old: {again}"


def test_each_metric_is_ours_by_name_and_says_what_it_means() -> None:
    assert [shown_as(each) for each in ours() if not shown_as(each).startswith("flightagents_")] == []
    assert [shown_as(each) for each in ours() if not each._documentation.endswith(".")] == []


def test_no_label_is_about_a_person() -> None:
    assert {label for each in ours() for label in labels(each)} <= LABELS


def test_the_metrics_of_faust_that_are_named_exist() -> None:
    assert set(FAUST) <= {shown_as(each) for each in faust_metrics()}


def test_a_metric_that_a_document_names_exists() -> None:
    known = {shown_as(each) for each in ours()}
    named = {
        name for document in documents() for name in re.findall(r"\bflightagents_[a-z_]+", text(document))
    }
    assert named
    assert named <= known
