"""Faust agents that receive batches, without gaps: the transport, its schema, and how an agent reads them."""

from flightagents.batches.batch import Batch, batches
from flightagents.batches.consumer import BatchConsumer
from flightagents.batches.counts import Counts
from flightagents.batches.transport import BatchSchema, BatchTransport, require_compiled_streams

__all__ = [
    "Batch",
    "BatchConsumer",
    "BatchSchema",
    "BatchTransport",
    "Counts",
    "batches",
    "require_compiled_streams",
]
