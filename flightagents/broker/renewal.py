"""Kafka for the command that makes our topics anew (handlers/renew_topics.py)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import timedelta

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from flightagents.broker.publisher import PATIENCE
from flightagents.errors import BrokerOutageError, TopicMismatchError

LOOK_AGAIN = timedelta(seconds=0.2)

Place = tuple[str, int]
Ends = Callable[[Iterable[Place]], Awaitable[Mapping[Place, int]]]
"""Tells where the logs end; nothing where the broker does not answer."""


class TopicAdmin:
    """Looks at the group and its topics, deletes them, and has them made."""

    def __init__(
        self,
        admin: AIOKafkaAdminClient,
        ends: Ends,
        group: str,
        ours: Collection[str],
        make: Callable[[], Awaitable[None]],
    ) -> None:
        """`admin` is started and ended by the caller; `make` makes all of `ours` that do not stand."""
        self._admin = admin
        self._ends = ends
        self._group = group
        self._ours = frozenset(ours)
        self._make = make

    async def members(self) -> int:
        """Count the workers in the group; one that was killed stays until its session ends."""
        (answer,) = await self._admin.describe_consumer_groups([self._group])
        (group,) = answer.to_object()["groups"]
        return len(group["members"])

    async def unread(self, topics: Iterable[str]) -> int:
        """Count the records that the group has not committed. Raises BrokerOutageError."""
        standing = sorted(set(topics) & await self._standing())
        described = await self._admin.describe_topics(standing) if standing else []
        places = [(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]]
        committed = await self._admin.list_consumer_group_offsets(self._group)
        done = {(place.topic, place.partition): found.offset for place, found in committed.items()}
        ends = await self._ends(places)
        if len(ends) < len(places):
            raise BrokerOutageError("Kafka does not tell where the topics end: is it well?")
        return sum(max(ends[place] - done.get(place, 0), 0) for place in places)

    async def renew(self) -> None:
        """Delete our topics, and make them as the settings ask.

        Raises TopicMismatchError, and BrokerOutageError where Kafka is not done with it in time.
        """
        if standing := sorted(self._ours & await self._standing()):
            for name, code, *_ in (await self._admin.delete_topics(standing)).topic_error_codes:
                if code != 0:
                    raise TopicMismatchError(f"Kafka refused to delete {name}: {for_code(code).__name__}")
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while await self._remains():  # noqa: ASYNC110 - Kafka tells nobody when it is done
                    await asyncio.sleep(LOOK_AGAIN.total_seconds())
        except TimeoutError:
            raise BrokerOutageError("Kafka has not deleted the topics yet: try again in a minute") from None
        await self._make()

    async def _remains(self) -> bool:
        """Tell whether a topic stands, or an offset of it, which would be beyond all that comes."""
        offsets = await self._admin.list_consumer_group_offsets(self._group)
        return bool(self._ours & {*await self._standing(), *(place.topic for place in offsets)})

    async def _standing(self) -> set[str]:
        return set(await self._admin.list_topics())
