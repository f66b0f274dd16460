"""Make our topics anew: for another key or number of partitions, or beside a restored database.

Records that nobody has read would go with them, and a worker that runs would write on by the old key: either
is a reason to do nothing.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from flightagents.ports import OwnTopics


class Renewal(StrEnum):
    """What came of it."""

    RENEWED = "renewed"
    WORKERS_RUN = "workers_run"
    """Workers are in the group, or were until a moment ago."""
    UNREAD = "unread"
    """Records wait that no worker has read."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What came of it, and how many workers or records are in the way, or records went unread."""

    renewal: Renewal
    count: int = 0


class RenewTopics:
    """Deletes and makes them; then the key of the settings is the one in force."""

    def __init__(
        self, topics: OwnTopics, read: Collection[str], enforce: Callable[[], Awaitable[None]]
    ) -> None:
        """`read` are the topics whose records must have been read; `enforce` notes the key in force."""
        self._topics = topics
        self._read = read
        self._enforce = enforce

    async def __call__(self, *, drop_unread: bool) -> Renewed:
        """Do it, unless something is in the way."""
        if members := await self._topics.members():
            return Renewed(Renewal.WORKERS_RUN, members)
        unread = await self._topics.unread(self._read)
        if unread and not drop_unread:
            return Renewed(Renewal.UNREAD, unread)
        await self._topics.renew()
        # Last: whoever starts before, or after we died half-way, is refused for the old key.
        await self._enforce()
        return Renewed(Renewal.RENEWED, unread)
