"""What a worker shows Prometheus, its own and Faust's, while it works on a real Kafka."""

from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.sandbox.processes import LOCALHOST, free_port
from tests.support.rows import row, run_of
from tests.support.site import Site

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def shown(port: int) -> Samples:
    """Give every sample; none while nobody answers."""
    try:
        with urlopen(f"http://{LOCALHOST}:{port}/metrics", timeout=5) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            return {
                (each.name, frozenset(each.labels.items())): each.value
                for family in families
                for each in family.samples
            }
    except URLError:
        return {}


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


def lag(samples: Samples) -> dict[str, list[float]]:
    """Give the lag of the partitions of each topic."""
    found: dict[str, list[float]] = {}
    for (name, labels), messages in sorted(samples.items(), key=lambda each: str(each[0])):
        if name == "flightagents_consumer_lag":
            found.setdefault(dict(labels)["topic"], []).append(messages)
    return found


def test_a_worker_shows_its_lag_what_it_did_and_what_faust_counts(site: Site) -> None:
    port = free_port()
    site.start(web=True, WEB_PORT=port, WEB_HOST=LOCALHOST)
    site.wait(lambda: site.behind() >= 0)
    site.publish(run_of([row(), row("BA119", delay=60)], 1))
    site.settle()
    done = dict.fromkeys((CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC), [0.0] * 4)
    site.wait(lambda: lag(shown(port)) == done)
    samples = shown(port)
    assert value(samples, "flightagents_records_archived_total") == 2
    assert value(samples, "flightagents_changes_total", kind="first_seen") == 2
    assert value(samples, "flightagents_poll_interval_seconds") == 60
    assert value(samples, "flightagents_api_calls_month") == 0
    assert value(samples, "flightagents_ledger_due", channel="email") == 0
    got = value(samples, "faust_messages_received_per_topic_total", topic=FLIGHT_TOPIC)
    assert got is not None
    assert got >= 1
