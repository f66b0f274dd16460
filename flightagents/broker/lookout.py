"""Looks at the topics from outside: how long they are, and whether a broker answers."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from flightagents.settings import KafkaAccess

LOOK_PATIENCE = timedelta(seconds=2)


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
