"""A whole system for a test: Apache Kafka, MongoDB, worker processes, and how it stands.

Topics and group have the names that they have in production, so a broker serves one site at a time.
"""

import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from flightagents.app import APP_ID, TABLE
from flightagents.clock import clock_from
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.records import (
    CHANGE_TOPIC,
    DEAD_LETTER_TOPIC,
    FLIGHT_TOPIC,
    FlightRecord,
    decode_change,
    encode,
)
from flightagents.sandbox.processes import Child
from flightagents.settings import PREFIX
from tests.support.kafka import CALL_TIMEOUT_SECONDS, Kafka, wait_until
from tests.support.rows import NOON
from tests.support.worker import Crash

GROUP = APP_ID
CHANGELOG = f"{APP_ID}-{TABLE}-changelog"
READ = (FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC)
ALL = (*READ, CHANGELOG, f"{APP_ID}-__assignor-__leader")

SESSION_SECONDS = 6
PATIENCE = timedelta(seconds=60)


class Worker:
    """One worker process."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str], *, web: bool = False) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        argv = [sys.executable, "-m", "tests.support.worker", "worker", "-l", "info"]
        if not web:
            argv.append("--without-web")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        self.child = Child(name, argv, log=self.log, env={**inherited, "FAUST_LOOP": "uvloop", **environment})

    @property
    def runs(self) -> bool:
        return self.child.exit_code is None

    def said(self, words: str) -> int:
        """Count the lines of its log that hold these words."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())

    def terminate(self, patience: timedelta = PATIENCE) -> int | None:
        """SIGTERM; give the exit code, None where it still runs after that."""
        self.child.signal(signal.SIGTERM)
        return self.child.wait(patience)

    def kill(self) -> None:
        self.child.signal(signal.SIGCONT)
        self.child.signal(signal.SIGKILL)
        self.child.wait(PATIENCE)


@dataclass
class Story:
    """What the domain alone makes of a flight's records, read in the order in which they were published."""

    state: FlightState | None = None
    told: list[str] = field(default_factory=list)

    def read(self, record: FlightRecord) -> None:
        self.state, changes = advance(self.state, record)
        self.told.extend(change.id for change in changes)


class Site:
    """One system. Everything here blocks."""

    def __init__(
        self,
        kafka: Kafka,
        mongodb: str,
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        **settings: object,
    ) -> None:
        self.kafka = kafka
        self.mongodb = mongodb
        self._extra = environment or {}
        self.folder = folder
        self.workers: list[Worker] = []
        self.produced: set[str] = set()
        self.stories: dict[str, Story] = {}
        self._client: MongoClient[dict[str, Any]] = MongoClient(mongodb, tz_aware=True)
        self.database = self._client[f"site_{uuid.uuid4().hex[:12]}"]
        self._producer = Producer(
            {
                "bootstrap.servers": kafka.address,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.max.bytes": 4_194_304,  # as the topics
                "log_level": 0,
            }
        )
        self._settings = {
            "KAFKA_BROKERS": kafka.address,
            "KAFKA_SESSION_TIMEOUT": SESSION_SECONDS,
            "TOPIC_PARTITIONS": 4,
            "MONGODB_URL": mongodb,
            "MONGODB_DATABASE": self.database.name,
            # The day of our rows, so that no flight is forgotten before it ends.
            "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
            **settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()
        self._client.drop_database(self.database.name)
        self._client.close()
        delete_topics(self.kafka.address, *ALL)
        delete_group(self.kafka.address)

    # Workers

    def start(
        self, name: str | None = None, *, crash: Crash | None = None, web: bool = False, **settings: object
    ) -> Worker:
        """Start a worker; settings without their prefix. `web`: with its pages, at WEB_PORT."""
        name = name or f"worker-{len(self.workers)}"
        environment = self.environment(DATA_DIR=self.folder / f"{name}.data", **settings)
        worker = Worker(name, self.folder, environment | (crash.environment() if crash else {}), web=web)
        self.workers.append(worker)
        return worker

    def environment(self, **settings: object) -> dict[str, str]:
        """Give the variables that a program of this system reads; settings without their prefix."""
        values = {**self._settings, **settings}
        return {PREFIX + key: str(value) for key, value in values.items()} | dict(self._extra)

    @property
    def now(self) -> datetime:
        """What the clock of its workers shows."""
        return clock_from(str(self._settings["CLOCK"])).now()

    def wait(self, condition: Callable[[], bool], patience: timedelta = PATIENCE) -> None:
        """Wait for a condition; a time-out tells how everything stands."""
        wait_until(condition, patience, self.explain)

    def settle(self, patience: timedelta = PATIENCE) -> None:
        """Wait until the workers have committed all that is on the topics."""

        def all_is_committed() -> bool:
            return self.behind() == 0

        self.wait(all_is_committed, patience)

    def terminate(self) -> None:
        """End the workers that run, in order."""
        running = [worker for worker in self.workers if worker.runs]
        codes = {worker.name: worker.terminate() for worker in running}
        assert set(codes.values()) <= {0}, f"{codes}\n{self.explain()}"

    @staticmethod
    def clock() -> float:
        """Give seconds of real time."""
        return time.monotonic()

    # What is on the topics

    def publish(self, records: Iterable[FlightRecord]) -> None:
        """Publish records as poll does; returns when they are stored."""
        records = list(records)
        self.produced.update(record.id for record in records)
        self.expect(records)
        self.send(FLIGHT_TOPIC, [(record.flight, encode(record)) for record in records])

    def expect(self, records: Iterable[FlightRecord]) -> None:
        """Expect the changes that these records bring, after those before."""
        for record in records:
            self.stories.setdefault(record.flight, Story()).read(record)

    def send(self, topic: str, messages: Iterable[tuple[str | None, bytes | None]]) -> None:
        """Send anything."""
        for key, value in messages:
            self._producer.produce(topic, value, key)
        if left := self._producer.flush(CALL_TIMEOUT_SECONDS):
            raise TimeoutError(f"{left} messages not stored")

    def behind(self) -> int:
        """Count what is on the topics and not committed; -1 while that cannot be told."""
        behind = 0
        for topic in READ:
            try:
                ends, committed = self.kafka.end_offsets(topic), self.kafka.committed(topic, GROUP)
            except (KafkaException, KeyError):
                return -1
            if not ends:  # the topic is not there yet
                return -1
            behind += sum(end - committed[partition] for partition, end in ends.items())
        return behind

    def committed(self) -> int:
        """Count what the group has done of flight-topic."""
        return sum(self.kafka.committed(FLIGHT_TOPIC, GROUP).values())

    def told(self) -> list[str]:
        """Give the ids on flight-change-topic, each as often as it is there."""
        messages = [message for log in self.kafka.read(CHANGE_TOPIC).values() for message in log]
        return [decode_change(value).id for _, value in messages]

    # What is in MongoDB

    def stored(self) -> set[str]:
        return {row["_id"] for row in self.database["flight_status"].find({}, {"_id": 1})}

    def history(self) -> set[str]:
        return {row["_id"] for row in self.database["flight_changes"].find({}, {"_id": 1})}

    def letters(self) -> set[str]:
        return {row["_id"] for row in self.database["dead_letters"].find({}, {"_id": 1})}

    def expected(self) -> set[str]:
        """Give the ids of the changes that the published records bring, by the domain alone."""
        return {id_ for story in self.stories.values() for id_ in story.told}

    def check(self) -> None:
        """Everything is stored, every change is told, none is false, none is in the history twice."""
        expected = self.expected()
        assert self.stored() == self.produced, self.explain()
        assert set(self.told()) == expected, self.explain()
        assert self.history() == expected, self.explain()

    def explain(self) -> str:
        """Tell how everything stands."""
        lines = [f"behind {self.behind()}, produced {len(self.produced)}"]
        for worker in self.workers:
            lines += [f"{worker.name}: exit code {worker.child.exit_code}", worker.child.last_words(40)]
        return "\n".join(lines)


def delete_topics(brokers: str, *names: str) -> None:
    """Delete topics, where they stand; returns when the broker has forgotten them."""
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})

    def standing() -> set[str]:
        return set(names) & set(admin.list_topics(timeout=CALL_TIMEOUT_SECONDS).topics)

    if standing():
        for future in admin.delete_topics(list(standing())).values():
            future.result()
    wait_until(lambda: not standing(), PATIENCE)


def delete_group(brokers: str) -> None:
    """Forget what was committed. A killed member stays until its session ends, and this waits for that."""
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})

    def group_is_gone() -> bool:
        groups = {group.group_id for group in admin.list_consumer_groups().result().valid}
        if GROUP in groups:
            for future in admin.delete_consumer_groups([GROUP]).values():
                try:
                    future.result()
                except KafkaException:
                    return False
        return True

    wait_until(group_is_gone, timedelta(seconds=4 * SESSION_SECONDS))
