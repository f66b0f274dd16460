"""Kafka before Faust starts: wait for it, make our topics, and refuse those that are not as the settings ask.

And Kafka without Faust, for a command that publishes.

A worker that subscribes to a topic which does not exist yet consumes nothing and says so in one log line.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from flightagents.errors import BrokerOutageError, TopicMismatchError

WAIT_BETWEEN = timedelta(seconds=1)
TELL_EVERY = 10
"""Tries between two log lines while we wait."""
PATIENCE = timedelta(seconds=20)
"""Of whoever typed a command."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as the settings ask for it."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


async def wait_until_ready(brokers: str) -> AIOKafkaAdminClient:
    """Wait for a broker that answers, and say so; give an admin client, which the caller closes."""
    tries = 0
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=brokers.split(","), request_timeout_ms=30_000)
        try:
            with _aiokafka_silent():
                await admin.start()
        except (KafkaError, OSError) as exc:
            await admin.close()
            if tries % TELL_EVERY == 0:
                _log.warning("waiting for Kafka", brokers=brokers, reason=type(exc).__name__)
            tries += 1
            await asyncio.sleep(WAIT_BETWEEN.total_seconds())
        else:
            return admin


@contextmanager
def _aiokafka_silent() -> Iterator[None]:
    """It logs an error at each try, once a second, where we say the same every tenth time."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


async def make_topics(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> None:
    """Make the topics that are missing and check the others. Raises TopicMismatchError."""
    wanted = [
        NewTopic(plan.name, plan.partitions, plan.replication, topic_configs=plan.config) for plan in plans
    ]
    answer = await admin.create_topics(wanted)
    made = set()
    for name, code, *message in answer.topic_errors:
        if code == 0:
            made.add(name)
        elif for_code(code) is not TopicAlreadyExistsError:
            detail = message[0] if message and message[0] else for_code(code).__name__
            raise TopicMismatchError(f"Kafka refused to make the topic {name}: {detail}")
    standing = [plan for plan in plans if plan.name not in made]
    if standing:
        await _check_layout(admin, standing)
        await _check_configs(admin, standing)


async def _check_layout(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> None:
    """Copies beyond those asked for harm nobody; while partitions are moved there are some."""
    for plan, topic in zip(plans, await _described(admin, plans), strict=True):
        found = len(topic["partitions"])
        if found != plan.partitions:
            raise TopicMismatchError(
                f"the topic {plan.name} has {found} partitions, the settings ask for {plan.partitions}: set "
                f"FLIGHTAGENTS_TOPIC_PARTITIONS={found}, or stop all workers and make the topics anew"
            )
        copies = min(len(partition["replicas"]) for partition in topic["partitions"])
        if copies < plan.replication:
            raise TopicMismatchError(
                f"the topic {plan.name} has {copies} copies of a partition, the settings ask for "
                f"{plan.replication}: give it more (kafka-reassign-partitions.sh --execute), or set "
                f"FLIGHTAGENTS_TOPIC_REPLICATION={copies} if that is enough"
            )


async def _described(
    admin: AIOKafkaAdminClient, plans: list[TopicPlan]
) -> list[dict[str, list[dict[str, list[int]]]]]:
    topics = await admin.describe_topics([plan.name for plan in plans])
    by_name = {topic["topic"]: topic for topic in topics}
    return [by_name[plan.name] for plan in plans]


async def _check_configs(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> None:
    """A topic that keeps less than it should loses what a worker has not read yet."""
    for plan in plans:
        resource = ConfigResource(ConfigResourceType.TOPIC, plan.name)
        answers = await admin.describe_configs([resource])
        found = {
            entry[0]: entry[1] for answer in answers for *_, entries in answer.resources for entry in entries
        }
        for key, value in plan.config.items():
            if found.get(key, value) != value:
                raise TopicMismatchError(
                    f"the topic {plan.name} has {key}={found[key]}, the settings ask for {value}: change the "
                    f"topic (kafka-configs.sh --alter --topic {plan.name} --add-config {key}={value}) or the "
                    "setting"
                )


class CommandPublisher:
    """Kafka for a command that publishes: it opens what it needs, sends once, and says what is wrong."""

    def __init__(self, brokers: str, largest: int) -> None:
        self._brokers = brokers
        self._largest = largest

    async def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Send records (key, value) in order; returns once the broker has acknowledged them all.

        The partition of a key is that of a worker's. Raises BrokerOutageError; nobody waits for ever at a
        command.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self._brokers.split(","),
            acks="all",
            enable_idempotence=True,
            max_request_size=self._largest,
            request_timeout_ms=int(PATIENCE / timedelta(milliseconds=1)),
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                with _aiokafka_silent():
                    await producer.start()
                for key, value in records:
                    await producer.send_and_wait(topic, value, key=key.encode())
        except (KafkaError, OSError, TimeoutError) as exc:
            raise BrokerOutageError(
                f"Kafka at {self._brokers} does not take it ({type(exc).__name__}): is it running, and is "
                "FLIGHTAGENTS_KAFKA_BROKERS right?"
            ) from exc
        finally:
            await producer.stop()
