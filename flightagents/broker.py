"""Kafka beside Faust: wait for it, make our topics or refuse those that stand otherwise, and look on.

And Kafka without Faust, for a command that publishes.

A worker that subscribes to a topic which does not exist yet consumes nothing and says so in one log line.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from flightagents.access.kafka import why_kept_out
from flightagents.errors import BrokerOutageError, TopicMismatchError
from flightagents.settings import KafkaAccess

WAIT_BETWEEN = timedelta(seconds=1)
TELL_EVERY = 10
"""Tries between two log lines while we wait."""
LOOK_PATIENCE = timedelta(seconds=2)
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
    or_more: bool = False
    """More partitions are as good; else keys would be looked for where they are not."""


async def wait_until_ready(access: KafkaAccess) -> AIOKafkaAdminClient:
    """Wait for a broker that answers, and say so; give an admin client, which the caller closes.

    Raises AccessError where one answers and does not let us in: waiting does not change that.
    """
    tries = 0
    while True:
        admin = _admin(access, patience=timedelta(seconds=30))
        try:
            with _aiokafka_silent():
                await admin.start()
        except (KafkaError, OSError) as exc:
            await admin.close()
            await _refuse_what_does_not_pass(access)
            if tries % TELL_EVERY == 0:
                _log.warning("waiting for Kafka", brokers=access.brokers, reason=type(exc).__name__)
            tries += 1
            await asyncio.sleep(WAIT_BETWEEN.total_seconds())
        else:
            return admin


def _admin(access: KafkaAccess, patience: timedelta) -> AIOKafkaAdminClient:
    return AIOKafkaAdminClient(
        bootstrap_servers=access.servers,
        request_timeout_ms=int(patience / timedelta(milliseconds=1)),
        **access.way_in(),
    )


async def _refuse_what_does_not_pass(access: KafkaAccess) -> None:
    with _aiokafka_silent():
        kept_out = await why_kept_out(access)
    if kept_out is not None:
        raise kept_out from None


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
    made = await _make_missing(admin, plans)
    if wrong := await _differences(admin, [plan for plan in plans if plan.name not in made]):
        raise TopicMismatchError("\n".join(wrong))


async def _make_missing(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> set[str]:
    """Make the topics that are missing, and name them. Raises TopicMismatchError where Kafka refuses."""
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
    return made


@dataclass(frozen=True, slots=True)
class TopicsFound:
    """How the topics stand."""

    missing: list[str]
    made: list[str]
    wrong: list[str]
    """What is not as the settings ask, and what to do about each."""
    brokers: int


async def look_at_topics(
    access: KafkaAccess, plans: list[TopicPlan], *, ours: bool, make: bool = False
) -> TopicsFound:
    """Look how the topics stand; with `make` those that are missing are made, and nothing else is changed.

    Of topics that the broker makes, not `ours`, only that they stand is checked: it makes them its own way.

    Raises TopicMismatchError where Kafka refuses to make one; AccessError where a broker does not let us in,
    BrokerOutageError where none answers; KafkaError or OSError where it goes away meanwhile.
    """
    admin = _admin(access, patience=timedelta(seconds=5))
    try:
        try:
            with _aiokafka_silent():
                await admin.start()
        except (KafkaError, OSError) as exc:
            await _refuse_what_does_not_pass(access)
            raise _outage(access, "does not answer", exc) from exc
        known = set(await admin.list_topics())
        missing = [plan for plan in plans if plan.name not in known]
        made = await _make_missing(admin, missing) if ours and make and missing else set()
        standing = [plan for plan in plans if plan.name in known]
        return TopicsFound(
            missing=[plan.name for plan in missing if plan.name not in made],
            made=sorted(made),
            wrong=await _differences(admin, standing) if ours else [],
            brokers=len((await admin.describe_cluster())["brokers"]),
        )
    finally:
        await admin.close()


async def _differences(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> list[str]:
    """Say what is not as the settings ask."""
    if not plans:
        return []
    looks = (_of_layout(admin, plans), _of_configs(admin, plans))
    return [text for look in looks async for text in look]


async def _of_layout(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> AsyncIterator[str]:
    """Copies beyond those asked for harm nobody; while partitions are moved there are some."""
    for plan, topic in zip(plans, await _described(admin, plans), strict=True):
        found = len(topic["partitions"])
        if found < plan.partitions or (found > plan.partitions and not plan.or_more):
            yield (
                f"the topic {plan.name} has {found} partitions, the settings ask for {plan.partitions}: set "
                f"FLIGHTAGENTS_TOPIC_PARTITIONS={found}, or stop all workers and make the topics "
                "anew: flightagents topics renew"
            )
        copies = min((len(each["replicas"]) for each in topic["partitions"]), default=plan.replication)
        if copies < plan.replication:
            yield (
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


async def _of_configs(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> AsyncIterator[str]:
    """A topic that keeps less than it should loses what a worker has not read yet."""
    for plan in plans:
        resource = ConfigResource(ConfigResourceType.TOPIC, plan.name)
        answers = await admin.describe_configs([resource])
        found = {
            entry[0]: entry[1] for answer in answers for *_, entries in answer.resources for entry in entries
        }
        for key, value in plan.config.items():
            if found.get(key, value) != value:
                yield (
                    f"the topic {plan.name} has {key}={found[key]}, the settings ask for {value}: change the "
                    f"topic (kafka-configs.sh --alter --topic {plan.name} --add-config {key}={value}) or the "
                    "setting"
                )


class CommandPublisher:
    """Kafka for a command that publishes: it opens what it needs, sends once, and says what is wrong."""

    def __init__(self, access: KafkaAccess, largest: int) -> None:
        self._access = access
        self._largest = largest

    async def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Send records (key, value) in order; returns once the broker has acknowledged them all.

        The partition of a key is that of a worker's. Raises BrokerOutageError, and AccessError where a broker
        does not let us in; nobody waits for ever at a command.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self._access.servers,
            acks="all",
            enable_idempotence=True,
            max_request_size=self._largest,
            request_timeout_ms=int(PATIENCE / timedelta(milliseconds=1)),
            **self._access.way_in(),
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                with _aiokafka_silent():
                    await producer.start()
                for key, value in records:
                    await producer.send_and_wait(topic, value, key=key.encode())
        except (KafkaError, OSError, TimeoutError) as exc:
            await _refuse_what_does_not_pass(self._access)
            raise _outage(self._access, "does not take it", exc) from exc
        finally:
            await producer.stop()


def _outage(access: KafkaAccess, what: str, exc: Exception) -> BrokerOutageError:
    return BrokerOutageError(
        f"Kafka at {access.brokers} {what} ({type(exc).__name__}): is it running, and is "
        "FLIGHTAGENTS_KAFKA_BROKERS right?"
    )


class Lookout:
    """Looks at the topics from outside the consumer group, on a connection of its own.

    So that a broker that hangs keeps no commit and no seek waiting behind a question that can wait. It is
    opened when it is first asked: a worker starts without it.
    """

    def __init__(self, access: KafkaAccess) -> None:
        self._access = access
        self._opening = asyncio.Lock()
        self._client: AIOKafkaConsumer | None = None

    async def __call__(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Give where the log of each topic and partition ends; nothing where the broker does not answer."""
        asked = [TopicPartition(*place) for place in places]
        if not asked:
            return {}
        try:
            async with asyncio.timeout(LOOK_PATIENCE.total_seconds()):
                client = await self._opened()
                found = await client.end_offsets(asked)
        except (KafkaError, OSError, TimeoutError):
            return {}
        return {(tp.topic, tp.partition): end for tp, end in found.items()}

    def counts(self, topics: Iterable[str]) -> dict[str, int]:
        """Give how many partitions each topic has that was asked about."""
        if self._client is None:
            return {}
        known = {topic: self._client.partitions_for_topic(topic) for topic in topics}
        return {topic: len(partitions) for topic, partitions in known.items() if partitions}

    async def answers(self) -> bool:
        """Whether a broker answers. Raises KafkaError or OSError; the caller bounds the time."""
        client = await self._opened()
        await client.topics()
        return True

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.stop()

    async def _opened(self) -> AIOKafkaConsumer:
        async with self._opening:
            if self._client is None:
                client = AIOKafkaConsumer(
                    bootstrap_servers=self._access.servers,
                    group_id=None,
                    enable_auto_commit=False,
                    **self._access.way_in(),
                )
                try:
                    await client.start()
                except BaseException:
                    await client.stop()
                    raise
                self._client = client
            return self._client
