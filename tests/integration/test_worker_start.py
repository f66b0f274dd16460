"""What a worker needs before it starts, and what it does when that is away, or goes away."""

import os
import signal
from datetime import timedelta

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.sandbox.processes import LOCALHOST, free_port
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.site import CHANGELOG, READ, Site, Worker

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]


def config(site: Site, topic: str) -> dict[str, str]:
    admin = AdminClient({"bootstrap.servers": site.kafka.address, "log_level": 0})
    resource = ConfigResource(ResourceType.TOPIC, topic)
    entries = admin.describe_configs([resource])[resource].result()
    return {name: entry.value for name, entry in entries.items()}


def refused(site: Site, worker: Worker, *words: str) -> None:
    """Wait until a worker has given up; it said so in these words, and another one may start then."""
    site.wait(lambda: not worker.runs)
    assert worker.child.exit_code not in (0, None)
    for each in words:
        assert worker.said(each), f"{each}\n{site.explain()}"
    assert not worker.said("Worker ready")


def test_topics_are_made_as_the_settings_ask_and_those_that_differ_are_refused(site: Site) -> None:
    worker = site.start(TOPIC_RETENTION_HOURS=24)
    site.wait(lambda: worker.said("Worker ready") > 0)
    assert {topic: len(site.kafka.end_offsets(topic)) for topic in (*READ, CHANGELOG)} == dict.fromkeys(
        (FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC, CHANGELOG), 4
    )
    assert config(site, FLIGHT_TOPIC)["retention.ms"] == str(24 * 3_600_000)
    assert config(site, CHANGELOG)["cleanup.policy"] == "compact"
    site.terminate()

    wrong_count = site.start(TOPIC_RETENTION_HOURS=24, TOPIC_PARTITIONS=6)
    wrong_config = site.start(TOPIC_RETENTION_HOURS=48)
    wrong_key = site.start(TOPIC_RETENTION_HOURS=24, PARTITION_BY="airport")
    refused(
        site,
        wrong_count,
        "the topic flight-topic has 4 partitions, the settings ask for 6",
        "FLIGHTAGENTS_TOPIC_PARTITIONS=4",
    )
    refused(site, wrong_config, "retention.ms=86400000, the settings ask for 172800000", "--alter")
    refused(site, wrong_key, "FLIGHTAGENTS_PARTITION_BY is airport", "keyed by flight")


def test_a_worker_waits_for_kafka_says_so_and_ends_when_told(site: Site) -> None:
    worker = site.start(KAFKA_BROKERS=f"{LOCALHOST}:{free_port()}")
    site.wait(lambda: worker.said("waiting for Kafka") > 0)
    lines = worker.said("")
    asleep(site, timedelta(seconds=4))
    assert worker.said("waiting for Kafka") == 1
    assert worker.said("") == lines, "a try a second is no news"
    assert worker.terminate(timedelta(seconds=15)) == 0, site.explain()


def test_a_worker_waits_for_mongodb_says_so_and_ends_when_told(site: Site) -> None:
    worker = site.start(MONGODB_URL=f"mongodb://{LOCALHOST}:{free_port()}/?replicaSet=none")
    site.wait(lambda: worker.said("waiting for MongoDB") > 0)
    lines = worker.said("")
    asleep(site, timedelta(seconds=4))
    assert worker.said("") == lines
    assert worker.terminate(timedelta(seconds=15)) == 0, site.explain()


def test_kafka_and_mongodb_may_hang_for_a_while(site: Site) -> None:
    """For longer than a worker may: it waits for something that has a name."""
    site.start(WATCHDOG_PROGRESS_SECONDS=6, WATCHDOG_COMMIT_SECONDS=7)
    site.wait(lambda: site.behind() >= 0)
    site.publish(run_of([row(), row("BA119")], 1))
    site.settle()

    mongod = int(site.database.client.admin.command("serverStatus")["pid"])
    os.kill(mongod, signal.SIGSTOP)
    try:
        site.publish(run_of([row(delay=30), row("BA119"), row("BA121")], 2, NOON + MINUTE))
        asleep(site, timedelta(seconds=8))
    finally:
        os.kill(mongod, signal.SIGCONT)
    site.publish(run_of([row(delay=60), row("BA119")], 3, NOON + 2 * MINUTE))
    with site.kafka.frozen():
        asleep(site, timedelta(seconds=8))
    site.publish(run_of([row(delay=90), row("BA119", delay=20)], 4, NOON + 3 * MINUTE))
    site.publish(run_of([row(delay=120), row("BA119")], 5, NOON + 4 * MINUTE))
    site.settle()
    site.check()
    site.terminate()


def asleep(site: Site, span: timedelta) -> None:
    """Let real time go by while something hangs: longer than a session; everybody has to live through it."""
    end = site.clock() + span.total_seconds()
    site.wait(lambda: site.clock() >= end)
    assert all(worker.runs for worker in site.workers), site.explain()
