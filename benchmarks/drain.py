"""One worker drains the backlog, watched from outside; then what it did is counted."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from pymongo import MongoClient

from benchmarks import machine
from benchmarks.backlog import Backlog, publish
from benchmarks.site import OURS, Site
from flightagents.app import APP_ID
from flightagents.records import CHANGE_TOPIC, FLIGHT_TOPIC, decode_change
from flightagents.sandbox.processes import Child
from flightagents.settings import PREFIX
from tests.support.kafka import CALL_TIMEOUT_SECONDS, Kafka, wait_until

PATIENCE = timedelta(minutes=10)
LOOK_EVERY = timedelta(milliseconds=100)
"""Seldom enough to take nothing from the worker, which commits once a second."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a worker did, and how long it took from its first record of the backlog on."""

    records: int
    seconds: float
    """Until everything was stored and told, and the offsets of flight-topic committed."""
    alerted_seconds: float
    """Until the changes were in MongoDB too."""
    cpu_seconds: dict[str, float]
    """By program, from the worker's start until all was committed."""

    @property
    def rate(self) -> float:
        """Give records a second."""
        return self.records / self.seconds


def drain(site: Site, backlog: Backlog) -> Drained:
    """Let a worker see what is known, and end; fill the topic; let a worker drain it, and count."""
    if backlog.known:
        publish(site.kafka.address, backlog.known)
        with running_worker(site) as worker:
            when_committed(site.kafka, FLIGHT_TOPIC, worker)
            when_committed(site.kafka, CHANGE_TOPIC, worker)
    publish(site.kafka.address, backlog.waiting)
    started_at, before = datetime.now(UTC), machine.cpu_seconds()
    with running_worker(site) as worker:
        done_at = when_committed(site.kafka, FLIGHT_TOPIC, worker)
        after = machine.cpu_seconds()
        alerted_at = when_committed(site.kafka, CHANGE_TOPIC, worker)
    _require_all(site, backlog)
    began_at = _first_stored_at(site, started_at)
    return Drained(
        records=len(backlog.waiting),
        seconds=(done_at - began_at).total_seconds(),
        alerted_seconds=(alerted_at - began_at).total_seconds(),
        cpu_seconds={name: seconds - before.get(name, 0.0) for name, seconds in after.items()},
    )


@contextmanager
def running_worker(site: Site, web: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Run a worker until the block ends; `web` are the settings of its pages, without them it has none."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    program = [sys.executable, "-m", "flightagents", "worker", "-l", "info"]
    log = site.folder / "worker.log"
    environment = {**inherited, **site.environment(), **(web or {})}
    worker = Child("worker", program if web else [*program, "--without-web"], log=log, env=environment)
    try:
        yield worker
    finally:
        code = worker.stop(PATIENCE)
    if code != 0:
        raise RuntimeError(f"the worker ended with {code}:\n{worker.last_words()}")


def when_committed(kafka: Kafka, topic: str, worker: Child) -> datetime:
    """Wait until the worker has committed the end of a topic, to which nothing comes any more."""
    ends = kafka.end_offsets(topic)
    asked = [TopicPartition(topic, partition) for partition in ends]
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": APP_ID, "log_level": 0})

    def is_committed() -> bool:
        if worker.exit_code is not None:
            raise RuntimeError(f"the worker ended with {worker.exit_code}:\n{worker.last_words()}")
        answers = consumer.committed(asked, timeout=CALL_TIMEOUT_SECONDS)
        return all(max(answer.offset, 0) == ends[answer.partition] for answer in answers)

    try:
        wait_until(is_committed, PATIENCE, worker.last_words, every=LOOK_EVERY)
    finally:
        consumer.close()
    return datetime.now(UTC)


def _require_all(site: Site, backlog: Backlog) -> None:
    """A figure counts only if the work was done. Raises RuntimeError."""
    count = len(backlog.known) + len(backlog.waiting)
    with MongoClient[dict[str, Any]](site.mongodb) as client:
        stored = client[OURS]["flight_status"].count_documents({})
    logs = site.kafka.read(CHANGE_TOPIC).values()
    told = {decode_change(value).id for log in logs for _, value in log}
    missing, false = len(backlog.changes - told), len(told - backlog.changes)
    if stored != count or missing or false:
        raise RuntimeError(
            f"{stored:,} of {count:,} records are stored; {missing:,} changes are missing, {false:,} false"
        )


def _first_stored_at(site: Site, since: datetime) -> datetime:
    """Give the time of the first record, as the worker noted it when it had read it."""
    with MongoClient[dict[str, Any]](site.mongodb, tz_aware=True) as client:
        first = client[OURS]["flight_status"].find_one(
            {"stored_at": {"$gte": since}}, sort=[("stored_at", 1)]
        )
    if first is None:
        raise RuntimeError("the worker stored nothing")
    stored_at: datetime = first["stored_at"]
    return stored_at
