"""A real Apache Kafka for tests, without Docker: one KRaft node, its jars from Maven Central.

The sandbox's mock broker will not do here: it keeps little, returns one produce batch a fetch, and has a
simpler group coordinator, so the rebalances that lose data do not happen on it.
"""

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from flightagents.sandbox.processes import LOCALHOST, Child, free_ports
from tests.support.kafka_listeners import SCRAM_USER, Listeners

REPOSITORY = Path(__file__).parents[2]
POM = Path(__file__).parent / "kafka" / "pom.xml"

START_DEADLINE = timedelta(seconds=60)
CALL_TIMEOUT_SECONDS = 20

# Serial collector and first-tier compiler: a broker that lives for two minutes on shared cores starts sooner.
JVM = [
    "-Xmx768m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
]

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
{listeners}
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A broker stopped by SIGSTOP must come back as if it had only been slow.
broker.session.timeout.ms=120000
"""


def missing_programs() -> str | None:
    """Say what the machine lacks; None if Kafka can run."""
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    return f"Apache Kafka needs {' and '.join(missing)}" if missing else None


def jars() -> Path:
    """Give the folder of Kafka's jars; the first time they are fetched. A changed pom is another folder."""
    cache = Path(os.environ.get("FLIGHTAGENTS_CACHE") or REPOSITORY / ".cache")
    wanted = cache / "kafka" / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    if not wanted.exists():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wanted.parent) as parts:
            copy = Path(parts) / "jars"
            maven = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
            subprocess.run([*maven, "-DincludeScope=runtime", f"-DoutputDirectory={copy}"], check=True)
            if not wanted.exists():  # another session may have been faster
                copy.rename(wanted)
    return wanted


class Kafka:
    """A running broker, and what tests do with it. Everything here blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        port, controller, *others = free_ports(2 + len(Listeners.NAMES))
        self.address = f"{LOCALHOST}:{port}"
        self._port = port
        self.listeners = Listeners(folder, others)
        properties = folder / "server.properties"
        properties.write_text(
            PROPERTIES.format(
                host=LOCALHOST,
                controller=controller,
                logs=folder / "logs",
                listeners=self.listeners.properties(port, controller),
            )
        )
        java = ["java", *JVM, "-cp", f"{jars()}/*"]
        # The letter in front: an id must not begin with the dash that base64 may give.
        cluster = "K" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        formatter = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
        subprocess.run([*formatter, "--add-scram", SCRAM_USER], check=True, capture_output=True)
        self._broker = Child("kafka", [*java, "kafka.Kafka", str(properties)], log=folder / "kafka.log")
        self._admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        wait_until(self._answers, START_DEADLINE, self._last_words)

    def stop(self) -> None:
        """End it; its folder is the caller's."""
        self._broker.signal(signal.SIGCONT)
        self._broker.stop()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the broker without closing a connection, as a disk that hangs does."""
        self._broker.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._broker.signal(signal.SIGCONT)

    def create_topic(self, name: str, partitions: int) -> None:
        """Create it, and wait until it can be used."""
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1)
        self._admin.create_topics([topic], operation_timeout=CALL_TIMEOUT_SECONDS)[name].result()

    def produce(self, topic: str, count: int, *, size: int, partitions: list[int], first: int = 0) -> None:
        """Write records numbered from `first`, in turn to the partitions; returns when they are stored.

        The key is the number, the value the number filled up to `size` bytes. Small produce batches, so that
        the fetch size of a consumer decides what comes in one fetch.
        """
        producer = Producer(
            {
                "bootstrap.servers": self.address,
                "batch.size": 8 * size,
                "linger.ms": 5,
                "max.in.flight": 1,  # keeps the order where a batch is sent twice
                "acks": "all",
            }
        )
        for number in range(first, first + count):
            key = b"%d" % number
            while True:
                try:
                    producer.produce(topic, key.ljust(size, b"."), key, partitions[number % len(partitions)])
                except BufferError:
                    producer.poll(0.1)
                else:
                    break
        if left := producer.flush(CALL_TIMEOUT_SECONDS):
            raise TimeoutError(f"{left} of {count} records not stored after {CALL_TIMEOUT_SECONDS} s")

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Give the end of each partition's log."""
        with self._consumer("tests-end-offsets") as consumer:
            return {
                partition: consumer.get_watermark_offsets(
                    TopicPartition(topic, partition), timeout=CALL_TIMEOUT_SECONDS
                )[1]
                for partition in self._partitions(topic)
            }

    def committed(self, topic: str, group: str) -> dict[int, int]:
        """Give the committed offset of each partition, 0 where there is none."""
        with self._consumer(group) as consumer:
            asked = [TopicPartition(topic, partition) for partition in self._partitions(topic)]
            answers = consumer.committed(asked, timeout=CALL_TIMEOUT_SECONDS)
            return {answer.partition: max(answer.offset, 0) for answer in answers}

    def read(self, topic: str) -> dict[int, list[tuple[bytes | None, bytes | None]]]:
        """Read all of a topic: keys and values by partition."""
        ends = self.end_offsets(topic)
        found: dict[int, list[tuple[bytes | None, bytes | None]]] = {partition: [] for partition in ends}
        with self._consumer("tests-read") as consumer:
            consumer.assign([TopicPartition(topic, partition, 0) for partition in ends])
            while any(len(found[partition]) < end for partition, end in ends.items()):
                for message in consumer.consume(10_000, timeout=1):
                    if message.error():
                        raise KafkaException(message.error())
                    found[message.partition()].append((message.key(), message.value()))
        return found

    def members(self, group: str) -> int:
        """Count the members of a consumer group that is at rest; 0 while it rebalances."""
        try:
            description = self._admin.describe_consumer_groups([group])[group].result()
        except KafkaException:
            return 0
        return len(description.members) if description.state.name == "STABLE" else 0

    def _partitions(self, topic: str) -> list[int]:
        return sorted(self._admin.list_topics(topic, timeout=CALL_TIMEOUT_SECONDS).topics[topic].partitions)

    @contextmanager
    def _consumer(self, group: str) -> Iterator[Consumer]:
        consumer = Consumer(
            {
                "bootstrap.servers": self.address,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        try:
            yield consumer
        finally:
            consumer.close()

    def _answers(self) -> bool:
        if self._broker.exit_code is not None:
            raise RuntimeError(f"Kafka ended with {self._broker.exit_code}:\n{self._last_words()}")
        try:
            socket.create_connection((LOCALHOST, self._port), timeout=1).close()
            # Makes the broker create its topic of offsets, which takes it a second more.
            with self._consumer("tests-ready") as consumer:
                consumer.committed([TopicPartition("none", 0)], timeout=5)
        except (OSError, KafkaException):
            return False
        return True

    def _last_words(self) -> str:
        return self._broker.last_words()


def wait_until(
    condition: Callable[[], bool],
    deadline: timedelta,
    explain: Callable[[], str] = lambda: "",
    *,
    every: timedelta = timedelta(milliseconds=50),
) -> None:
    """Wait for a condition; at the deadline fail with its name and what `explain` says."""
    end = time.monotonic() + deadline.total_seconds()
    while not condition():
        if time.monotonic() > end:
            name = getattr(condition, "__name__", repr(condition))
            raise TimeoutError(f"not after {deadline.total_seconds():.0f} s: {name}\n{explain()}")
        time.sleep(every.total_seconds())
