"""Our topics as the command sees them that makes them anew, on Apache Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from flightagents import broker
from flightagents.broker import TopicAdmin, TopicPlan
from flightagents.settings import Settings
from tests.support.kafka import Kafka

pytestmark = pytest.mark.kafka

GROUP = "own-topics"
READ, OTHER = "own-topics-read", "own-topics-changelog"
ALL = [0, 1]


@dataclass(frozen=True, slots=True)
class Around:
    """The topics, and the broker that they stand on."""

    kafka: Kafka
    topics: TopicAdmin

    @asynccontextmanager
    async def member(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Join the group, with both partitions in hand."""
        member = AIOKafkaConsumer(
            READ, bootstrap_servers=self.kafka.address, group_id=GROUP, enable_auto_commit=False
        )
        await member.start()
        try:
            yield member
        finally:
            await member.stop()


@pytest.fixture
async def around(kafka: Kafka) -> AsyncIterator[Around]:
    access = Settings(kafka_brokers=kafka.address).kafka
    plans = [TopicPlan(READ, 2, 1, {}), TopicPlan(OTHER, 2, 1, {"cleanup.policy": "compact"})]
    admin, lookout = await broker.wait_until_ready(access), broker.Lookout(access)
    make = partial(broker.make_topics, admin, plans)
    try:
        topics = TopicAdmin(admin, lookout, GROUP, [READ, OTHER], make)
        await topics.renew()
        yield Around(kafka, topics)
    finally:
        await lookout.close()
        await admin.close()


async def produce(around: Around, count: int) -> None:
    await asyncio.to_thread(partial(around.kafka.produce, READ, count, size=100, partitions=ALL))


async def test_what_nobody_has_committed_is_unread(around: Around) -> None:
    await produce(around, 6)
    assert await around.topics.unread([READ]) == 6
    async with around.member() as member:
        await member.commit({TopicPartition(READ, 0): 3, TopicPartition(READ, 1): 1})
    assert await around.topics.unread([READ]) == 2


async def test_who_is_in_the_group_is_counted(around: Around) -> None:
    assert await around.topics.members() == 0
    async with around.member():
        assert await around.topics.members() == 1
    assert await around.topics.members() == 0


async def test_topics_made_anew_are_empty_and_nothing_of_them_is_committed(around: Around) -> None:
    await produce(around, 6)
    async with around.member() as member:
        await member.commit({TopicPartition(READ, each): 3 for each in ALL})
    await around.topics.renew()
    assert await asyncio.to_thread(around.kafka.committed, READ, GROUP) == {0: 0, 1: 0}
    await produce(around, 2)
    assert await around.topics.unread([READ]) == 2
