"""How far a worker is behind: of each of its partitions, what is not committed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from flightagents.batches.consumer import BatchConsumer

Place = tuple[str, int]
"""Topic and partition."""
Ends = Callable[[Iterable[Place]], Awaitable[Mapping[Place, int]]]
"""Tells where each log ends; without those that the broker does not tell in time."""


async def lag(consumer: BatchConsumer, ends: Ends) -> dict[Place, int]:
    """Give messages by topic and partition; without those of which the broker does not tell the end."""
    known = await ends((tp.topic, tp.partition) for tp in consumer.standing())
    committed = {(tp.topic, tp.partition): offset for tp, offset in consumer.standing().items()}
    return {place: max(0, known[place] - offset) for place, offset in committed.items() if place in known}
