"""Lists that follow the database: who gets what, how often, and that nothing is missed."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from flightagents.domain.touch import Touch
from flightagents.web.staff.live import (
    ANYWAY_EVERY,
    AT_MOST_EVERY,
    Listing,
    Live,
    Row,
    Snapshot,
    Update,
)

SECOND = AT_MOST_EVERY.total_seconds()


class Table:
    """A list in memory."""

    def __init__(
        self, name: str = "now", *, topics: Sequence[str] = ("flights",), key: object = None
    ) -> None:
        self.rows: list[Row] = []
        self.made = 0
        self.fails = False
        self.listing = Listing(name, key or name, frozenset(topics), self.make)

    async def make(self) -> Sequence[Row]:
        self.made += 1
        if self.fails:
            raise ConnectionError("the database is away")
        return list(self.rows)

    def put(self, **rows: str) -> None:
        known = dict(self.rows) | rows
        self.rows = [Row(key, html) for key, html in known.items()]


class Watched:
    """The lists as a worker keeps them, by a clock that a test moves; nothing runs by itself."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.counted: list[int] = []
        self.looked_anew = 0
        self.heard: list[Touch | None] = []
        self.live = Live(
            None,
            count=self.counted.append,
            heard=self.heard.append,
            anew=self.anew,
            seconds=lambda: self.seconds,
        )

    def anew(self) -> None:
        self.looked_anew += 1

    async def touch(self, *names: str, after: float = SECOND) -> None:
        self.live.note(Touch(frozenset(names), None))
        self.seconds += after
        await self.live.catch_up()


class Page:
    """An open page: what it was sent, as a browser would apply it."""

    def __init__(self, live: Live, *tables: Table, versions: Sequence[str] = ()) -> None:
        listings = [table.listing for table in tables]
        self._updates = live.follow(listings, versions or [""] * len(listings))
        self._next: asyncio.Task[Update] | None = None
        self.rows: dict[str, str] = {}
        self.received: list[dict[str, Any]] = []
        self.version = ""

    async def read(self) -> int:
        """Take what has arrived; give how many updates that were."""
        count = 0
        while True:
            self._next = self._next or asyncio.ensure_future(anext(self._updates))
            for _ in range(5):
                await asyncio.sleep(0)
            if not self._next.done():
                return count
            update = self._next.result()
            self._next = None
            self.version = update.version
            sent = json.loads(update.text)
            self.received.append(sent)
            known = self.rows | sent["rows"]
            self.rows = {key: known[key] for key in sent["order"]}
            count += 1

    async def leave(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
            self._next = None
        await self._updates.aclose()  # type: ignore[attr-defined]


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    found = Watched()
    yield found
    found.live.close()


async def opened(watched: Watched, *tables: Table, versions: Sequence[str] = ()) -> Page:
    page = Page(watched.live, *tables, versions=versions)
    await page.read()
    await watched.live.catch_up()
    await page.read()
    return page


async def test_a_page_gets_the_list_when_it_comes(watched: Watched) -> None:
    table = Table()
    table.put(a="<p>a</p>", b="<p>b</p>")
    page = await opened(watched, table)
    assert page.rows == {"a": "<p>a</p>", "b": "<p>b</p>"}


async def test_a_page_that_has_the_newest_list_gets_nothing(watched: Watched) -> None:
    table = Table()
    table.put(a="1")
    page = await opened(watched, table, versions=[Snapshot([Row("a", "1")]).version])
    assert page.received == []
    page.rows = {"a": "1"}
    table.put(b="2")
    await watched.touch("flights")
    await page.read()
    assert page.received == [{"order": ["a", "b"], "rows": {"b": "2"}}]


async def test_only_rows_that_changed_are_sent(watched: Watched) -> None:
    table = Table()
    table.put(a="1", b="1", c="1")
    page = await opened(watched, table)
    table.put(b="2")
    del table.rows[2]
    await watched.touch("flights")
    await page.read()
    assert page.received[-1] == {"order": ["a", "b"], "rows": {"b": "2"}}


async def test_what_touches_another_list_makes_nothing_anew(watched: Watched) -> None:
    table = Table()
    await opened(watched, table)
    made = table.made
    await watched.touch("tasks")
    assert table.made == made


async def test_a_list_changes_once_a_second_at_most(watched: Watched) -> None:
    table = Table()
    page = await opened(watched, table)
    for number in range(8):
        table.put(a=str(number))
        await watched.touch("flights", after=SECOND / 8)
    assert await page.read() == 1
    assert page.rows == {"a": "7"}


async def test_time_alone_makes_a_list_anew(watched: Watched) -> None:
    table = Table()
    page = await opened(watched, table)
    table.put(a="later")
    await watched.touch(after=ANYWAY_EVERY.total_seconds())
    await page.read()
    assert page.rows == {"a": "later"}


async def test_a_slow_page_misses_steps_but_no_row(watched: Watched) -> None:
    table = Table()
    table.put(a="0", b="0")
    slow, quick = await opened(watched, table), await opened(watched, table)
    for row in ("a", "b"):
        table.put(**{row: "1"})
        await watched.touch("flights")
        await quick.read()
    await slow.read()
    assert slow.rows == quick.rows == {"a": "1", "b": "1"}


async def test_those_who_look_at_the_same_list_cost_one_making(watched: Watched) -> None:
    table = Table()
    for _ in range(50):
        await opened(watched, table)
    made = table.made
    await watched.touch("flights")
    assert table.made == made + 1


async def test_lists_of_different_keys_are_made_apart(watched: Watched) -> None:
    mine, all_of_them = Table(key="mine"), Table(key="all")
    mine.put(a="1")
    all_of_them.put(b="2")
    assert (await opened(watched, mine)).rows == {"a": "1"}
    assert (await opened(watched, all_of_them)).rows == {"b": "2"}


async def test_a_list_that_fails_stays_as_it_was_and_is_tried_again(watched: Watched) -> None:
    table = Table()
    table.put(a="1")
    page = await opened(watched, table)
    table.put(a="2")
    table.fails = True
    await watched.touch("flights")
    await page.read()
    assert page.rows == {"a": "1"}
    table.fails = False
    await watched.touch()
    await page.read()
    assert page.rows == {"a": "2"}


async def test_a_page_follows_its_list_and_the_counts(watched: Watched) -> None:
    table, counts = Table(), Table("counts", topics=["tasks"])
    table.put(a="1")
    counts.put(**{"/tasks": "3"})
    page = await opened(watched, table, counts)
    assert [each["order"] for each in page.received] == [["a"], ["/tasks"]]
    counts.put(**{"/tasks": "4"})
    await watched.touch("tasks")
    await page.read()
    assert page.received[-1] == {"order": ["/tasks"], "rows": {"/tasks": "4"}}


async def test_nothing_is_made_for_nobody(watched: Watched) -> None:
    table = Table()
    page = await opened(watched, table)
    await page.leave()
    made = table.made
    await watched.touch("flights")
    assert (table.made, watched.live.viewers, watched.counted[-1]) == (made, 0, 0)


async def test_viewers_are_counted_once_each(watched: Watched) -> None:
    table, counts = Table(), Table("counts")
    await opened(watched, table, counts)
    await opened(watched, table, counts)
    assert watched.live.viewers == 2


async def test_the_end_of_the_server_ends_every_stream(watched: Watched) -> None:
    table = Table()
    updates = watched.live.follow([table.listing], [""])
    waiting = asyncio.ensure_future(anext(updates, None))
    await asyncio.sleep(0)
    watched.live.close()
    assert await waiting is None


async def test_lists_are_made_of_what_is_looked_at_after_the_change_once_for_all_of_them() -> None:
    watched, now, counts = Watched(), Table("now"), Table("counts")
    page = Page(watched.live, now, counts)
    await page.read()
    await watched.touch("flights")
    assert (watched.looked_anew, now.made, counts.made) == (1, 1, 1)
    await watched.touch("workers")
    assert (watched.looked_anew, now.made, counts.made) == (1, 1, 1)
    await page.leave()


async def test_what_is_touched_while_lists_are_made_makes_each_of_them_due_again() -> None:
    watched, first, second = Watched(), Table("first"), Table("second")

    async def make_and_be_touched() -> Sequence[Row]:
        watched.live.note(Touch(frozenset({"flights"}), None))
        return []

    touched = Listing("touched", "touched", frozenset({"flights"}), make_and_be_touched)
    first.listing = touched
    page = Page(watched.live, first, second)
    await page.read()
    await watched.touch("flights")
    assert second.made == 1
    await watched.touch("nothing")
    assert second.made == 2
    await page.leave()


async def test_a_list_about_one_flight_follows_what_is_touched_of_that_one() -> None:
    watched, table = Watched(), Table()
    table.listing = replace(table.listing, flight="BA117")
    page = Page(watched.live, table)
    await page.read()
    await watched.touch("flights")
    made = table.made
    watched.live.note(Touch(frozenset({"flights"}), frozenset({"BA1"})))
    watched.seconds += SECOND
    await watched.live.catch_up()
    assert table.made == made
    watched.live.note(Touch(frozenset({"flights"}), frozenset({"BA1", "BA117"})))
    await watched.live.catch_up()
    assert table.made == made + 1
    watched.seconds += SECOND
    await watched.touch("flights")  # nobody knows of which
    assert table.made == made + 2


async def test_a_page_that_was_just_made_is_sent_nothing_that_was_made_before_it(watched: Watched) -> None:
    table = Table()
    await opened(watched, table)
    watched.seconds += SECOND
    table.put(BA117="held")  # which the page that is opened now shows already
    page = Page(watched.live, table)
    assert await page.read() == 0
    await watched.live.catch_up()
    assert await page.read() == 1
    assert page.rows == {"BA117": "held"}


async def test_a_page_that_comes_back_gets_at_once_what_it_missed(watched: Watched) -> None:
    table = Table()
    await opened(watched, table)
    table.put(BA117="late")
    await watched.touch("flights")
    page = Page(watched.live, table, versions=["of before"])
    assert await page.read() == 1


async def test_while_nobody_tells_what_changes_that_is_heard(watched: Watched) -> None:
    watched.live.note(None)
    watched.live.note(Touch(frozenset({"flights"}), None))
    assert watched.heard[-2:] == [None, Touch(frozenset({"flights"}), None)]


async def test_a_stream_of_touches_that_fails_is_heard_and_does_not_end_the_lists() -> None:
    heard: list[Touch | None] = []

    async def touched() -> AsyncIterator[Touch | None]:
        yield Touch(frozenset({"flights"}), None)
        raise ValueError("an event that nobody expected")

    live, table = Live(touched, count=lambda _: None, heard=heard.append), Table()
    page = Page(live, table)
    while len(heard) < 2:
        await page.read()
    assert heard == [Touch(frozenset({"flights"}), None), None]
    await page.leave()
    live.close()


async def test_what_a_page_lacks_when_it_comes_it_gets_at_once(watched: Watched) -> None:
    counts = Table("counts")
    counts.listing = replace(counts.listing, on_page=False)
    counts.put(tasks="3")
    await opened(watched, counts)
    page = Page(watched.live, counts)
    assert await page.read() == 1
    assert page.rows == {"tasks": "3"}
