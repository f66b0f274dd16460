"""The Faust transport that hands agents, as one event, all that one fetch brought from one partition.

Faust's own way costs four asyncio tasks a record, which is most of what a worker does. The app returns a
`BatchTransport` from `_new_transport`, names the topics that it batches, and declares them with a
`BatchSchema`; agents read them with `batches(stream)`. Every topic that an agent reads must be batched: in
the others, which are changelogs and the leader's, Faust commits past what it lost.
"""

from typing import ClassVar

import faust
import faust.streams
from faust.transport.drivers import aiokafka as driver
from faust.types import AppT, Message

from flightagents.batches.batch import Records
from flightagents.batches.consumer import BatchConsumer
from flightagents.batches.counts import Counts
from flightagents.errors import ConfigurationError


class BatchTransport(driver.Transport):
    """Faust's Kafka transport; what comes from a topic named in `batched` comes in batches."""

    Consumer: ClassVar[type[BatchConsumer]] = BatchConsumer
    batched: frozenset[str] = frozenset()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.counts = Counts()

    def create_consumer(self, *args: object, **kwargs: object) -> BatchConsumer:
        """Refuse, before anything is read, where batches would be lost unseen."""
        require_compiled_streams()
        consumer: BatchConsumer = super().create_consumer(*args, **kwargs)
        return consumer


class BatchSchema(faust.Schema):
    """Leaves key and value as they are: what cannot be decoded inside Faust hangs the agent or is lost."""

    def loads_key(self, _app: AppT, message: Message, **_options: object) -> bytes | None:
        """Of the last record; nobody reads it."""
        key: bytes | None = message.key
        return key

    def loads_value(self, _app: AppT, message: Message, **_options: object) -> Records:
        """Give the list of records."""
        records: Records = message.value
        return records


def require_compiled_streams() -> None:
    """Raise `ConfigurationError` where Faust runs its streams in pure Python.

    Around a rebalance a stream skips what belongs to the past. The compiled one leaves it unacked, and we
    hand it over again; the pure Python one acks it, and it would be lost.
    """
    if faust.streams._CStreamIterator is None:  # noqa: SLF001 - nothing public tells
        raise ConfigurationError(
            "Faust's compiled streams are missing, and without them a rebalance loses records. Unset "
            "NO_CYTHON, or install faust-streaming with its extensions: from a wheel, or with a C compiler."
        )
