"""How far a worker is behind: of each of its partitions, what the agents have not finished."""

import asyncio
from datetime import timedelta

from aiokafka.errors import KafkaError
from faust.types import TP

from flightagents.batches.consumer import BatchConsumer
from flightagents.errors import BrokerOutageError

PATIENCE = timedelta(seconds=10)
"""How long the broker may take to say where partitions end."""


async def lag(consumer: BatchConsumer) -> dict[TP, int]:
    """Give messages by partition. Raises `BrokerOutageError`.

    The broker is asked: what the last fetch told stands still where nothing is fetched.
    """
    done = consumer.done()
    if not done:
        return {}
    try:
        ends = await asyncio.wait_for(consumer.highwaters(*done), PATIENCE.total_seconds())
    except (KafkaError, TimeoutError) as error:
        raise BrokerOutageError(f"the broker does not say where partitions end: {error!r}") from error
    return {tp: max(0, ends[tp] - at) for tp, at in done.items() if tp in ends}
