"""Kafka without Faust, for a command that publishes."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from flightagents.broker.reaching import aiokafka_silent, outage_of, refuse_what_does_not_pass
from flightagents.settings import KafkaAccess

PATIENCE = timedelta(seconds=20)
"""Of whoever typed a command."""


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
                with aiokafka_silent():
                    await producer.start()
                for key, value in records:
                    await producer.send_and_wait(topic, value, key=key.encode())
        except (KafkaError, OSError, TimeoutError) as exc:
            await refuse_what_does_not_pass(self._access)
            raise outage_of(self._access, "does not take it", exc) from exc
        finally:
            await producer.stop()
