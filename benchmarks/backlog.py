"""What lies on flight-topic before the clock starts, keyed and in produce batches as poll does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from confluent_kafka import Producer

from benchmarks.feed import Feed
from flightagents.handlers.poll import message_key
from flightagents.records import FLIGHT_TOPIC, FlightRecord, encode
from flightagents.settings import PartitionBy

STORE_SECONDS = 60

Messages = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages (key, value) in their order, and the ids of the changes that they have to bring."""

    known: Messages
    """What the worker had seen before it was away: the first look, or nothing."""
    waiting: Messages
    """What came meanwhile, and is measured."""
    known_changes: frozenset[str]
    changes: frozenset[str]
    """Those of all messages, known ones too."""

    @property
    def record_bytes(self) -> float:
        """Give the mean size of a value."""
        return sum(len(value) for _, value in self.waiting) / len(self.waiting)


def make(flights: int, records: int, changed: float, *, new: bool) -> Backlog:
    """Make so many records to measure; with `new` the first look of all flights is among them."""
    feed = Feed(flights, changed)
    looks = feed.looks()
    known = [] if new else as_messages(next(looks))
    known_changes = frozenset(feed.expected)
    waiting = [message for look in islice(looks, -(-records // flights)) for message in as_messages(look)]
    return Backlog(known, waiting, known_changes, frozenset(feed.expected))


def publish(brokers: str, messages: Messages) -> None:
    """Put messages on flight-topic; returns once the broker has them all."""
    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "acks": "all",
            "partitioner": "murmur2_random",  # as aiokafka's, which poll sends with
            "batch.size": 256 * 1024,
            "linger.ms": 20,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    for key, value in messages:
        producer.produce(FLIGHT_TOPIC, value, key)
    if left := producer.flush(STORE_SECONDS):
        raise TimeoutError(f"{left} of {len(messages)} records not stored after {STORE_SECONDS} s")


def as_messages(records: Sequence[FlightRecord]) -> Messages:
    """Give records as poll publishes them."""
    return [(message_key(record.flight, PartitionBy.FLIGHT), encode(record)) for record in records]
