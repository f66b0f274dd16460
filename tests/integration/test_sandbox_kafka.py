"""The embedded broker speaks Kafka's protocol, and says when somebody falls behind."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from flightagents.sandbox.kafka import PARTITIONS, Backlog, EmbeddedKafka, Watermarks, embedded_kafka

TOPIC = "flight-topic"


@pytest.fixture
async def kafka() -> AsyncIterator[EmbeddedKafka]:
    async with embedded_kafka() as running:
        yield running


async def produce(kafka: EmbeddedKafka, count: int, size: int = 10) -> None:
    """Put records into partition 0, one to a batch: the broker drops whole batches."""
    async with AIOKafkaProducer(bootstrap_servers=kafka.brokers, max_request_size=2_000_000) as producer:
        for _ in range(count):
            await producer.send_and_wait(TOPIC, b"x" * size, partition=0)


async def commit(kafka: EmbeddedKafka, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.brokers, group_id="workers", enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(TOPIC, 0)
        consumer.assign([partition])
        await consumer.commit({partition: offset})
    finally:
        await consumer.stop()


async def test_a_topic_appears_by_itself_with_four_partitions(kafka: EmbeddedKafka) -> None:
    assert await kafka.topics() == frozenset()
    assert await kafka.watermarks(TOPIC) == ()
    await produce(kafka, 3)
    assert await kafka.topics() == {TOPIC}
    assert await kafka.watermarks(TOPIC) == (Watermarks(0, 3), *[Watermarks(0, 0)] * (PARTITIONS - 1))


async def test_what_is_not_committed_counts_as_unread(kafka: EmbeddedKafka) -> None:
    await produce(kafka, 5)
    assert await kafka.backlog("workers", [TOPIC, "not-yet-there"]) == Backlog(unread=5, dropped=0)
    await commit(kafka, 3)
    assert await kafka.backlog("workers", [TOPIC]) == Backlog(unread=2, dropped=0)
    assert await kafka.backlog("others", [TOPIC]) == Backlog(unread=5, dropped=0)


async def test_what_the_broker_dropped_unread_is_told(kafka: EmbeddedKafka) -> None:
    await produce(kafka, 12, size=900_000)
    backlog = await kafka.backlog("workers", [TOPIC])
    assert backlog.dropped > 0
    assert backlog.unread + backlog.dropped == 12
    await commit(kafka, 12)
    assert await kafka.backlog("workers", [TOPIC]) == Backlog(unread=0, dropped=0)


async def test_two_brokers_know_nothing_of_each_other(kafka: EmbeddedKafka) -> None:
    async with embedded_kafka() as other:
        assert other.brokers != kafka.brokers
        await produce(kafka, 1)
        assert await other.topics() == frozenset()
