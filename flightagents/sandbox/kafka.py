"""The embedded broker: librdkafka's mock cluster, Kafka's protocol in memory on a port of localhost.

It keeps about 5 MB a partition and then drops the oldest records whether they were read or not, so whoever
feeds it has to look at `EmbeddedKafka.backlog` and slow down. Topics appear by themselves, with four
partitions. It proves nothing about rebalances or throughput: those tests run on Apache Kafka.
"""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from confluent_kafka import OFFSET_INVALID, Consumer, Producer, TopicPartition

# librdkafka's default for topics that appear by themselves; the mock cluster offers no way to ask for more.
PARTITIONS = 4

# It answers in under a millisecond; a machine that is busy compiling may take longer.
_TIMEOUT_SECONDS = 10.0

# syslog's "error": below it librdkafka reports every client that hangs up.
_LOG_LEVEL = 3


P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watermarks:
    """What a partition holds: offsets from `low` up to, but not with, `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far a consumer group is behind, in records over all partitions."""

    unread: int
    """Held by the broker, not committed yet: wait while this is large."""
    dropped: int
    """Gone from the broker before they were committed: loud failure."""


class EmbeddedKafka:
    """One broker. It lives in librdkafka's threads, as long as this object does."""

    def __init__(self) -> None:
        # The mock cluster belongs to a client handle, any will do; this one never produces.
        self._cluster = Producer({"test.mock.num.brokers": 1, "log_level": _LOG_LEVEL})
        (broker,) = self._cluster.list_topics(timeout=_TIMEOUT_SECONDS).brokers.values()
        self.brokers = f"{broker.host}:{broker.port}"
        """host:port, as `FLIGHTAGENTS_KAFKA_BROKERS` wants it."""
        # A client waits in C: one thread of its own keeps the event loop free and the calls in order.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded-kafka")
        self._observers: dict[str, Consumer] = {}

    async def topics(self) -> frozenset[str]:
        """Name the topics that have appeared so far."""
        return await self._run(self._topics)

    async def watermarks(self, topic: str) -> tuple[Watermarks, ...]:
        """Read each partition of a topic, in order of partitions; empty while the topic has not appeared."""
        return await self._run(self._watermarks, topic)

    async def backlog(self, group: str, topics: Sequence[str]) -> Backlog:
        """Compare what the broker holds of `topics` with what the group has committed."""
        return await self._run(self._backlog, group, tuple(topics))

    async def close(self) -> None:
        """Let go of the broker; it ends, and every client sees its connection closed."""
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, functools.partial(function, *args, **kwargs))

    def _topics(self) -> frozenset[str]:
        return frozenset(self._observer("observer").list_topics(timeout=_TIMEOUT_SECONDS).topics)

    def _watermarks(self, topic: str) -> tuple[Watermarks, ...]:
        if topic not in self._topics():
            return ()
        client = self._observer("observer")
        return tuple(
            Watermarks(*client.get_watermark_offsets(TopicPartition(topic, partition), _TIMEOUT_SECONDS))
            for partition in range(PARTITIONS)
        )

    def _backlog(self, group: str, topics: tuple[str, ...]) -> Backlog:
        unread = dropped = 0
        for topic in topics:
            # What is committed comes first: who reads on between the two looks only seems further behind.
            partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
            committed = self._observer(group).committed(partitions, timeout=_TIMEOUT_SECONDS)
            for position, held in zip(committed, self._watermarks(topic), strict=False):
                done = 0 if position.offset == OFFSET_INVALID else position.offset
                unread += held.high - max(done, held.low)
                dropped += max(0, held.low - done)
        return Backlog(unread, dropped)

    def _observer(self, group: str) -> Consumer:
        """Give a client that asks after a group and never joins it."""
        if group not in self._observers:
            self._observers[group] = Consumer(
                {
                    "bootstrap.servers": self.brokers,
                    "group.id": group,
                    "enable.auto.commit": False,
                    "allow.auto.create.topics": False,
                    "log_level": _LOG_LEVEL,
                }
            )
        return self._observers[group]

    def _close(self) -> None:
        for observer in self._observers.values():
            observer.close()
        self._observers.clear()
        del self._cluster


@contextlib.asynccontextmanager
async def embedded_kafka() -> AsyncIterator[EmbeddedKafka]:
    """Run a broker; `brokers` of what this yields is its host:port."""
    kafka = EmbeddedKafka()
    try:
        yield kafka
    finally:
        await kafka.close()
