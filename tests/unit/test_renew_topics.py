"""Making the topics anew: what keeps it from being done, and in what order it is done."""

from collections.abc import Iterable

from flightagents.handlers.renew_topics import Renewal, Renewed, RenewTopics

READ = ("flight-topic",)


class FakeTopics:
    """Our topics; what was done is written down in order."""

    def __init__(self, members: int = 0, unread: int = 0) -> None:
        self._members = members
        self._unread = unread
        self.done: list[str] = []

    async def members(self) -> int:
        return self._members

    async def unread(self, topics: Iterable[str]) -> int:
        assert tuple(topics) == READ
        return self._unread

    async def renew(self) -> None:
        self.done.append("renewed")

    async def enforce(self) -> None:
        self.done.append("enforced")


async def renew(topics: FakeTopics, *, drop_unread: bool = False) -> Renewed:
    return await RenewTopics(topics, READ, topics.enforce)(drop_unread=drop_unread)


async def test_the_key_is_enforced_once_the_topics_stand_anew() -> None:
    topics = FakeTopics()
    assert await renew(topics) == Renewed(Renewal.RENEWED)
    assert topics.done == ["renewed", "enforced"]


async def test_nothing_is_done_while_a_worker_runs() -> None:
    topics = FakeTopics(members=2, unread=5)
    assert await renew(topics, drop_unread=True) == Renewed(Renewal.WORKERS_RUN, 2)
    assert topics.done == []


async def test_nothing_is_done_while_records_wait_that_nobody_has_read() -> None:
    topics = FakeTopics(unread=5)
    assert await renew(topics) == Renewed(Renewal.UNREAD, 5)
    assert topics.done == []


async def test_records_are_given_up_where_somebody_says_so() -> None:
    topics = FakeTopics(unread=5)
    assert await renew(topics, drop_unread=True) == Renewed(Renewal.RENEWED, 5)
    assert topics.done == ["renewed", "enforced"]
