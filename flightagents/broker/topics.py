"""Our topics in Kafka: made where they are missing, and refused where they stand otherwise."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from flightagents.broker.reaching import looking
from flightagents.errors import TopicMismatchError
from flightagents.settings import KafkaAccess


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as the settings ask for it."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]
    or_more: bool = False
    """More partitions are as good; else keys would be looked for where they are not."""


async def make_topics(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> None:
    """Make the topics that are missing and check the others. Raises TopicMismatchError."""
    made = await _make_missing(admin, plans)
    if wrong := await _differences(admin, [plan for plan in plans if plan.name not in made]):
        raise TopicMismatchError("\n".join(wrong))


async def _make_missing(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> set[str]:
    """Make the topics that are missing, and name them. Raises TopicMismatchError where Kafka refuses."""
    wanted = [
        NewTopic(plan.name, plan.partitions, plan.replication, topic_configs=plan.config) for plan in plans
    ]
    answer = await admin.create_topics(wanted)
    made = set()
    for name, code, *message in answer.topic_errors:
        if code == 0:
            made.add(name)
        elif for_code(code) is not TopicAlreadyExistsError:
            detail = message[0] if message and message[0] else for_code(code).__name__
            raise TopicMismatchError(f"Kafka refused to make the topic {name}: {detail}")
    return made


@dataclass(frozen=True, slots=True)
class TopicsFound:
    """How the topics stand."""

    missing: list[str]
    made: list[str]
    wrong: list[str]
    """What is not as the settings ask, and what to do about each."""
    brokers: int


async def look_at_topics(
    access: KafkaAccess, plans: list[TopicPlan], *, ours: bool, make: bool = False
) -> TopicsFound:
    """Look how the topics stand; with `make` those that are missing are made, and nothing else is changed.

    Of topics that the broker makes, not `ours`, only that they stand is checked: it makes them its own way.

    Raises TopicMismatchError where Kafka refuses to make one; AccessError where a broker does not let us in,
    BrokerOutageError where none answers; KafkaError or OSError where it goes away meanwhile.
    """
    async with looking(access) as admin:
        known = set(await admin.list_topics())
        missing = [plan for plan in plans if plan.name not in known]
        made = await _make_missing(admin, missing) if ours and make and missing else set()
        standing = [plan for plan in plans if plan.name in known]
        return TopicsFound(
            missing=[plan.name for plan in missing if plan.name not in made],
            made=sorted(made),
            wrong=await _differences(admin, standing) if ours else [],
            brokers=len((await admin.describe_cluster())["brokers"]),
        )


async def group_members(access: KafkaAccess, group: str) -> int:
    """Count the members of a consumer group; 0 while it rebalances. Raises as `look_at_topics` does."""
    async with looking(access) as admin:
        (answer,) = await admin.describe_consumer_groups([group])
    (found,) = answer.to_object()["groups"]
    return len(found["members"]) if found["state"] == "Stable" else 0


async def _differences(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> list[str]:
    """Say what is not as the settings ask."""
    if not plans:
        return []
    looks = (_of_layout(admin, plans), _of_configs(admin, plans))
    return [text for look in looks async for text in look]


async def _of_layout(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> AsyncIterator[str]:
    """Copies beyond those asked for harm nobody; while partitions are moved there are some."""
    described = await _described(admin, plans)
    counts = {
        len(topic["partitions"]) for plan, topic in zip(plans, described, strict=True) if not plan.or_more
    }
    for plan, topic in zip(plans, described, strict=True):
        found = len(topic["partitions"])
        if found < plan.partitions or (found > plan.partitions and not plan.or_more):
            # Where the topics differ among themselves no setting fits them all.
            fitting = f"set FLIGHTAGENTS_TOPIC_PARTITIONS={found}, or " if len(counts) == 1 else ""
            yield (
                f"the topic {plan.name} has {found} partitions, the settings ask for {plan.partitions}: "
                f"{fitting}stop all workers and make the topics anew: flightagents topics renew"
            )
        copies = min((len(each["replicas"]) for each in topic["partitions"]), default=plan.replication)
        if copies < plan.replication:
            yield (
                f"the topic {plan.name} has {copies} copies of a partition, the settings ask for "
                f"{plan.replication}: give it more (kafka-reassign-partitions.sh --execute), or set "
                f"FLIGHTAGENTS_TOPIC_REPLICATION={copies} if that is enough"
            )


async def _described(
    admin: AIOKafkaAdminClient, plans: list[TopicPlan]
) -> list[dict[str, list[dict[str, list[int]]]]]:
    topics = await admin.describe_topics([plan.name for plan in plans])
    by_name = {topic["topic"]: topic for topic in topics}
    return [by_name[plan.name] for plan in plans]


async def _of_configs(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> AsyncIterator[str]:
    """A topic that keeps less than it should loses what a worker has not read yet."""
    for plan in plans:
        resource = ConfigResource(ConfigResourceType.TOPIC, plan.name)
        answers = await admin.describe_configs([resource])
        found = {
            entry[0]: entry[1] for answer in answers for *_, entries in answer.resources for entry in entries
        }
        for key, value in plan.config.items():
            if found.get(key, value) != value:
                yield (
                    f"the topic {plan.name} has {key}={found[key]}, the settings ask for {value}: change the "
                    f"topic (kafka-configs.sh --alter --topic {plan.name} --add-config {key}={value}) or the "
                    "setting"
                )
