"""Whether Kafka answers, and whether its topics are as the settings ask."""

from collections.abc import Sequence

from aiokafka.errors import KafkaError

from flightagents import broker
from flightagents.errors import BrokerOutageError
from flightagents.handlers.doctor import Finding
from flightagents.settings import Settings, Topics
from flightagents.wiring.doctor.wording import failed, warned, well

_FIX = "The first worker makes them, or `flightagents doctor --fix`."
_BROKER_MAKES = "The broker makes them when a worker first asks."


async def look(settings: Settings, plans: list[broker.TopicPlan], *, fix: bool) -> Sequence[Finding]:
    """Look; with `fix` missing topics are made. Raises TopicMismatchError, and AccessError."""
    ours = settings.topics is Topics.CREATE
    try:
        found = await broker.look_at_topics(settings.kafka, plans, ours=ours, make=fix)
    except (BrokerOutageError, KafkaError, OSError):
        return failed(
            "Kafka",
            f"no broker answers at {settings.kafka_brokers}",
            "Does it run, is FLIGHTAGENTS_KAFKA_BROKERS right, and are its advertised listeners reached from "
            "here?",
        )
    return [*brokers_found(settings, found.brokers, ours=ours), *_topics(found, ours=ours)]


def brokers_found(settings: Settings, brokers: int, *, ours: bool) -> list[Finding]:
    """Judge whether there are enough for the copies that are asked for."""
    copies = settings.topic_replication
    counted = "1 broker answers" if brokers == 1 else f"{brokers} brokers answer"
    if ours and copies > brokers:
        what = f"{counted}, but the settings ask for {copies} copies of each partition"
        return failed("Kafka", what, "Start more brokers, or lower FLIGHTAGENTS_TOPIC_REPLICATION.")
    if ours and copies == 1 and brokers > 1:
        what = f"{counted}, but each partition is on one alone: without that one its flights stand still"
        return warned("Kafka", what, "Set FLIGHTAGENTS_TOPIC_REPLICATION=3 and give the topics more copies.")
    return well("Kafka", counted)


def _topics(topics: broker.TopicsFound, *, ours: bool) -> list[Finding]:
    found = []
    if topics.made:
        found += well("topics", f"made: {', '.join(topics.made)}")
    if topics.missing:
        what = f"{', '.join(topics.missing)} do not stand yet"
        found += warned("topics", what, _FIX if ours else _BROKER_MAKES)
    for wrong in topics.wrong:
        what, _, do = wrong.partition(": ")
        found += failed("topics", what, f"{do[0].upper()}{do[1:]}.")
    how = "are as the settings ask" if ours else "stand, as the broker makes them"
    return found or well("topics", f"they {how}")
