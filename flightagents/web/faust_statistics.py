"""Faust's own statistics of this worker, in words: what its monitor counts, as far as it is right for us.

Left out is what it tells of events at work and of how long they take, wrong for streams without automatic
acks; of full buffers, of one partition alone; of pages, of Faust's own alone. All of it is in the JSON at
/stats and /faust/performance/. Before it Faust's monitor; after it the page of the system.
"""

from collections.abc import Mapping
from statistics import median
from typing import Any, NamedTuple

from flightagents.web.staff.system_words import seconds


class Figure(NamedTuple):
    """One figure, and what it means."""

    name: str
    value: str
    meaning: str


def figures_of(monitor: Mapping[str, Any]) -> list[Figure]:
    """Read a monitor's `asdict()`; times are in seconds."""
    reads = [table["keys_retrieved"] for table in monitor["tables"].values()]
    writes = [table["keys_updated"] + table["keys_deleted"] for table in monitor["tables"].values()]
    return [
        Figure("Batches received", _number(monitor["messages_received_total"]), "one fetch of one partition"),
        *_each("received of", monitor["messages_received_by_topic"]),
        Figure("Batches a second", _number(monitor["messages_s"]), "in the last second"),
        Figure("Batches handed to agents", _number(monitor["events_total"]), "since the start"),
        Figure("Messages sent", _number(monitor["messages_sent"]), "with those of the table's changelog"),
        *_each("sent to", monitor["messages_sent_by_topic"]),
        Figure("Sends that failed", _number(monitor["send_errors"]), "0 is as it should be"),
        Figure("A send takes", _middle(monitor["send_latency"]), "the median of the last ones"),
        Figure("A commit takes", _middle(monitor["commit_latency"]), "the median of the last ones"),
        Figure("Table reads", _number(sum(reads)), "of flights' last known states"),
        Figure("Table writes", _number(sum(writes)), "the same"),
        Figure("Rebalances", _number(monitor["rebalances"]), "partitions were given out anew"),
        Figure("A rebalance takes", _middle(monitor["rebalance_end_latency"]), "until all is read again"),
        Figure("Assignments that failed", _number(monitor["assignments_failed"]), "0 is as it should be"),
    ]


def _number(count: float) -> str:
    return f"{count:,.0f}"


def _each(what: str, counts: Mapping[str, int]) -> list[Figure]:
    return [Figure(f"… {what} {topic}", _number(count), "") for topic, count in sorted(counts.items())]


def _middle(latencies: Any) -> str:  # noqa: ANN401 - a deque of Faust's
    return seconds(median(latencies)) if latencies else "not yet"
