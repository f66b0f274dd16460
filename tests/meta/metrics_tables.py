"""The tables of docs/metrics.md, made from the code. `python -m tests.meta.metrics_tables` writes them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from flightagents import metrics
from flightagents.batches.sensor import faust_metrics
from tests.meta.repository import ROOT

DOCUMENT = ROOT / "docs" / "metrics.md"
BEGIN = "<!-- made by python -m tests.meta.metrics_tables -->"
Metric = Counter | Gauge | Histogram

FAUST = {
    "faust_messages_received_per_topic_total": "Batches and single records that came from a topic.",
    "faust_table_operations_total": "Reads and writes of the table of last-known flights.",
    "faust_topic_messages_sent_total": "Records that Faust sent itself: the table's changelog. What we "
    "publish is not among them.",
    "faust_total_error_messages_sent_total": "Of these, those that could not be sent.",
    "faust_producer_send_latency": "Milliseconds until the broker had acknowledged one of them.",
    "faust_assignment_operations_total": "Assignments of partitions, completed or failed.",
    "faust_total_rebalances": "1 while a rebalance goes on.",
    "faust_total_rebalances_recovering": "1 while a rebalance waits for the table to be read again.",
    "faust_consumer_commit_latency": "Milliseconds of a commit.",
    "faust_topic_partition_end_offset": "Where a partition ends, as the last fetch told.",
    "faust_topic_partition_offset_commited": "How far a partition is committed (Faust's spelling).",
}
"""Those of Faust's metrics that tell an operator something. Its latencies of rebalances and of the web do
not: they count from the end of what they measure.
"""


def ours() -> list[Metric]:
    """Give our metrics in the order of their list."""
    return [each for each in vars(metrics).values() if isinstance(each, Metric)]


def labels(metric: Metric) -> tuple[str, ...]:
    """Give a metric's labels."""
    return tuple(metric._labelnames)


def shown_as(metric: Metric) -> str:
    """Give the name under which Prometheus shows it: a counter ends with _total."""
    (family,) = metric.describe()
    return f"{family.name}_total" if family.type == "counter" else family.name


def series(shown: Iterable[Metric]) -> Iterator[tuple[str, Metric]]:
    """Give each name that a query may use: a histogram has three."""
    for metric in shown:
        histogram = isinstance(metric, Histogram)
        for end in ("_bucket", "_count", "_sum") if histogram else ("",):
            yield shown_as(metric) + end, metric


def tables() -> str:
    """Give everything that comes from the code."""
    faust = {shown_as(metric): metric for metric in faust_metrics()}
    parts = [
        BEGIN,
        "## Ours",
        _table((metric, _meaning(metric)) for metric in ours()),
        "## Faust's",
        _table((faust[name], means) for name, means in FAUST.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _meaning(metric: Metric) -> str:
    (family,) = metric.describe()
    return family.documentation


def _table(rows: Iterable[tuple[Metric, str]]) -> str:
    lines: list[Sequence[str]] = [("metric", "type", "labels", "means"), ["---"] * 4]
    for metric, means in rows:
        named = ", ".join(f"`{label}`" for label in labels(metric)) or "-"
        lines.append((f"`{shown_as(metric)}`", type(metric).__name__.lower(), named, means))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def written(document: Path = DOCUMENT) -> str:
    """Give the document with its tables as they have to be."""
    return document.read_text(encoding="utf-8").partition(BEGIN)[0] + tables()


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
