"""What becomes ready at the same time is written together, and each caller hears of its own item."""

import asyncio
from collections.abc import Sequence

import pytest

from flightagents.store.group_commit import MOST, GroupCommit


class Disk:
    """Keeps what is written; a write ends when a test says so."""

    def __init__(self, *, slow: bool = False) -> None:
        self.writes: list[list[int]] = []
        self.fails = False
        self._go_on = asyncio.Event()
        if not slow:
            self._go_on.set()

    def go_on(self) -> None:
        self._go_on.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[str | Exception]:
        self.writes.append(list(items))
        await self._go_on.wait()
        if self.fails:
            raise ConnectionError
        return [ValueError(str(item)) if item < 0 else f"wrote {item}" for item in items]


async def until(disk: Disk, writes: int) -> None:
    while len(disk.writes) < writes:  # noqa: ASYNC110 - all in one loop
        await asyncio.sleep(0)


async def test_one_that_comes_alone_is_written_alone() -> None:
    disk = Disk()
    assert await GroupCommit(disk)(1) == "wrote 1"
    assert disk.writes == [[1]]


async def test_those_that_are_ready_together_go_together() -> None:
    disk = Disk()
    commit = GroupCommit(disk)
    assert await asyncio.gather(*map(commit, range(5))) == [f"wrote {number}" for number in range(5)]
    assert disk.writes == [[0, 1, 2, 3, 4]]


async def test_those_that_come_during_a_write_go_in_the_next() -> None:
    disk = Disk(slow=True)
    commit = GroupCommit(disk)
    first = asyncio.create_task(commit(1))
    await until(disk, 1)
    later = [asyncio.create_task(commit(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    assert disk.writes == [[1]]
    disk.go_on()
    assert await asyncio.gather(first, *later) == ["wrote 1", "wrote 2", "wrote 3", "wrote 4"]
    assert disk.writes == [[1], [2, 3, 4]]


async def test_nobody_is_answered_before_the_write_has_ended() -> None:
    disk = Disk(slow=True)
    calls = [asyncio.create_task(each) for each in map(GroupCommit(disk), (1, 2))]
    await until(disk, 1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not any(call.done() for call in calls)
    disk.go_on()
    await asyncio.gather(*calls)


async def test_an_item_that_is_refused_stops_no_neighbour() -> None:
    commit = GroupCommit(Disk())
    ends = await asyncio.gather(commit(1), commit(-2), commit(3), return_exceptions=True)
    assert [str(end) for end in ends] == ["wrote 1", "-2", "wrote 3"]
    assert isinstance(ends[1], ValueError)


async def test_a_write_that_fails_fails_for_all_in_it_and_the_next_is_tried() -> None:
    disk = Disk()
    disk.fails = True
    commit = GroupCommit(disk)
    ends = await asyncio.gather(commit(1), commit(2), return_exceptions=True)
    assert [type(end) for end in ends] == [ConnectionError, ConnectionError]
    disk.fails = False
    assert await commit(3) == "wrote 3"


async def test_whoever_is_cancelled_before_its_turn_is_not_written() -> None:
    disk = Disk(slow=True)
    commit = GroupCommit(disk)
    first = asyncio.create_task(commit(1))
    await until(disk, 1)
    waiting, other = asyncio.create_task(commit(2)), asyncio.create_task(commit(3))
    await asyncio.sleep(0)
    waiting.cancel()
    disk.go_on()
    assert list(await asyncio.gather(first, other)) == ["wrote 1", "wrote 3"]
    assert disk.writes == [[1], [3]]


async def test_whoever_is_cancelled_during_the_write_takes_nobody_along() -> None:
    disk = Disk(slow=True)
    commit = GroupCommit(disk)
    leaving, staying = asyncio.create_task(commit(1)), asyncio.create_task(commit(2))
    await until(disk, 1)
    leaving.cancel()
    disk.go_on()
    assert await staying == "wrote 2"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_one_write_does_not_grow_without_end() -> None:
    disk = Disk()
    await asyncio.gather(*map(GroupCommit(disk), range(MOST + 1)))
    assert [len(written) for written in disk.writes] == [MOST, 1]
