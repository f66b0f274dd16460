"""How a worker stands to Kafka, read from Faust without disturbing it.

Not from its monitor: that counts batches where we mean records, and what is at work wrongly for streams
without automatic acks. The end of a log is asked of the broker on another connection (broker.py): what the
consumer knows of it stands still just while nothing is fetched, which is when somebody wants to know.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Protocol

import faust

from flightagents.domain.vital_signs import Owned, Stream
from flightagents.domain.watchdog import Look, Standing

Place = tuple[str, int]
"""Topic and partition."""


class Ends(Protocol):
    """Tells of topics what only the broker knows."""

    async def __call__(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """Give where each log ends; without those that the broker does not tell in time."""

    def counts(self, topics: Iterable[str]) -> dict[str, int]:
        """Give how many partitions each topic has that was asked about."""


class StreamReader:
    """Reads one app."""

    def __init__(self, app: faust.App, ends: Ends, size: Callable[[], int | None]) -> None:
        """`size` counts the table's entries."""
        self._app = app
        self._ends = ends
        self._size = size

    async def __call__(self) -> Stream:
        """Read everything; waits for the broker a moment at most."""
        if not self._app.rebalancing_count:  # the consumer has not started, and must not be touched
            return Stream(leader=False, recovered=False, assigned=False)
        consumer, transport = self._app.consumer, self._app.transport
        ends = await self._ends((tp.topic, tp.partition) for tp in consumer.standing())
        committed = consumer.standing()  # after the ends: a lag is rather too small than negative
        owned = [
            Owned(tp.topic, tp.partition, offset, ends.get((tp.topic, tp.partition)))
            for tp, offset in sorted(committed.items())
        ]
        return Stream(
            leader=self._app.is_leader(),
            recovered=self.recovered,
            assigned=self.assigned,
            owned=owned,
            topics=self._ends.counts(sorted(transport.batched)),
            handed=dict(consumer.handed),
            transport=asdict(transport.counts),
            flights=self._size(),
        )

    async def look(self) -> Look:
        """Look how far each partition is, for the watchdog; waits for the broker a moment at most."""
        if not self.assigned:
            return Look((), "a rebalance")
        consumer = self._app.consumer
        ends = await self._ends((tp.topic, tp.partition) for tp in consumer.standing())
        partitions = [
            Standing(tp.topic, tp.partition, consumer.done(tp), committed, ends.get((tp.topic, tp.partition)))
            for tp, committed in consumer.standing().items()
        ]
        return Look(partitions, None if self.recovered else "the table")

    @property
    def recovered(self) -> bool:
        """Whether the table was read and is not being read again."""
        recovery = self._app.tables.recovery
        return recovery.completed.is_set() and not recovery.in_recovery

    @property
    def assigned(self) -> bool:
        """Whether Kafka has given us our share, which may be nothing, and no rebalance is on."""
        return self._app.rebalancing_count > 0 and not self._app.rebalancing
