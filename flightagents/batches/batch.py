"""What an agent meets: batches, in order, which it acks or leaves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from aiokafka.structs import ConsumerRecord
from faust.types import TP, EventT, StreamT
from structlog.contextvars import bind_contextvars

Records = Sequence[ConsumerRecord[bytes | None, bytes | None]]


@dataclass(slots=True, eq=False)
class Batch:
    """What one fetch brought from one partition, in order. Ack it when the work is done, or leave it.

    Leave it, and go on to the next, only when it is no longer `current`: the partition's next owner gets it.
    """

    records: Records
    partition: TP
    _stream: StreamT = field(repr=False)
    _event: EventT = field(repr=False)
    _acked: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        """Name it for the log: topic, partition, first and last offset."""
        first, last = self.records[0].offset, self.records[-1].offset
        return f"{self.partition.topic}/{self.partition.partition}@{first}-{last}"

    @property
    def current(self) -> bool:
        """Whether the partition is still ours. If not, what we write may overwrite its next owner's work."""
        return bool(self._stream.app.consumer.is_current(self._event.message))

    async def ack(self) -> None:
        """Say that this agent is done with it; once, for a second time would speak for another agent."""
        if self._acked:
            raise RuntimeError(f"{self.partition}: batch up to {self.records[-1].offset} was acked already")
        self._acked = True
        await self._stream.ack(self._event)


async def batches(stream: StreamT) -> AsyncIterator[Batch]:
    """Iterate over an agent's stream. The batch counts as being worked on until the next one is asked for."""
    consumer = stream.app.consumer
    async for event in stream.noack().events():
        if not consumer.is_due(event.message):
            continue  # unacked: it comes again, here or at the partition's next owner
        batch = Batch(event.value, event.message.tp, stream, event)
        # Of whatever the agent's task logs meanwhile, such as a retry.
        bind_contextvars(batch=str(batch))
        consumer.in_hand.add(batch)
        try:
            yield batch
        finally:
            consumer.in_hand.discard(batch)
