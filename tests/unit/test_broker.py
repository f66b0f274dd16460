"""Topics that stand already are checked against the settings."""

from typing import Any, NamedTuple

import pytest
from aiokafka.errors import TopicAlreadyExistsError

from flightagents.app import topic_plans
from flightagents.broker import TopicPlan, look_at_topics, make_topics, reaching
from flightagents.errors import TopicMismatchError
from flightagents.settings import KafkaAccess, Settings


class Answer(NamedTuple):
    topic_errors: list[tuple[str, int]]


class Admin:
    """A broker whose topics stand, each partition with this many copies."""

    def __init__(self, *copies: int) -> None:
        self._copies = copies

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def list_topics(self) -> list[str]:
        return ["flight-topic"]

    async def create_topics(self, topics: list[Any]) -> Answer:
        return Answer([(topic.name, TopicAlreadyExistsError.errno) for topic in topics])

    async def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        partitions = [{"partition": n, "replicas": [*range(count)]} for n, count in enumerate(self._copies)]
        return [{"topic": name, "partitions": partitions} for name in names]

    async def describe_cluster(self) -> dict[str, Any]:
        return {"brokers": [{}]}

    async def describe_configs(self, _resources: object) -> list[Any]:
        return []


async def check(*copies: int) -> None:
    admin: Any = Admin(*copies)
    await make_topics(admin, [TopicPlan("flight-topic", len(copies), 3, {})])


async def test_a_partition_with_fewer_copies_than_asked_is_refused_with_what_to_do() -> None:
    with pytest.raises(TopicMismatchError) as refused:
        await check(3, 2)
    text = str(refused.value)
    assert "flight-topic has 2 copies" in text
    assert "the settings ask for 3" in text
    assert "kafka-reassign-partitions.sh" in text
    assert "FLIGHTAGENTS_TOPIC_REPLICATION=2" in text


async def test_as_many_copies_as_asked_or_more_are_fine() -> None:
    await check(3, 3)
    await check(3, 4)


async def test_topics_that_the_broker_makes_have_to_stand_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reaching, "AIOKafkaAdminClient", lambda **_: Admin(1, 1, 1, 1))
    plans = [TopicPlan(name, 1, 3, {}) for name in ("flight-topic", "another")]
    found = await look_at_topics(KafkaAccess("broker:9092"), plans, ours=False)
    assert (found.missing, found.wrong) == (["another"], [])
    found = await look_at_topics(KafkaAccess("broker:9092"), plans, ours=True)
    partitions, copies = found.wrong
    assert "flight-topic has 4 partitions, the settings ask for 1" in partitions
    assert "flight-topic has 1 copies of a partition, the settings ask for 3" in copies


async def test_the_leader_s_topic_may_have_more_partitions_and_the_others_may_not() -> None:
    settings = Settings()
    *others, leader = topic_plans(settings)
    four: Any = Admin(*[settings.topic_replication] * (settings.topic_partitions + 3))
    await make_topics(four, [leader])
    for plan in others:
        with pytest.raises(TopicMismatchError, match="partitions"):
            await make_topics(four, [plan])
    nothing: Any = Admin()
    with pytest.raises(TopicMismatchError, match="0 partitions"):
        await make_topics(nothing, [leader])
