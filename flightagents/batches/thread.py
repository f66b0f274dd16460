"""The thread that aiokafka's consumer runs in; beneath the batches, and it ends in time.

A connection that is encrypted is closed once Kafka has said so too. It was seen never to, where our word
comes right behind a request that itself waits for the answer to a fetch, as it does just after a rebalance.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

from faust.transport.drivers import aiokafka as driver

CLOSE_PATIENCE = timedelta(seconds=5)
"""A fetch is answered within 1.5 s, and by then the group has been left; uvloop would wait for 30 s."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Leaves connections that do not close: they end with the thread's event loop."""

    async def on_thread_stop(self) -> None:
        """Leave the group and close the connections."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_PATIENCE.total_seconds()):
                await super().on_thread_stop()


class Consumer(driver.Consumer):
    """Faust's consumer in such a thread."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)
