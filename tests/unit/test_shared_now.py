"""What is wrong now is put together once for all who watch, and anew after a second or an act."""

import asyncio
from datetime import timedelta

import pytest

from flightagents.domain.touch import Touch
from flightagents.handlers.now import Now
from flightagents.handlers.shared_now import FRESH, TIMES, UNTOUCHED, SharedNow
from tests.support.judges import Ticks
from tests.support.rows import NOON

TOUCH = Touch(frozenset({"flights"}), frozenset({"BA117|2026-11-22|LHR|JFK"}))


class Looks:
    """Counts how often somebody looked; `first` lets a look take as long as a test wants."""

    def __init__(self) -> None:
        self.times = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> Now:
        self.times += 1
        seen = Now(NOON + timedelta(seconds=self.times), [], cut=False)
        await self.may_end.wait()
        return seen


def shared() -> tuple[SharedNow, Looks, Ticks]:
    looks, ticks = Looks(), Ticks()
    return SharedNow(looks, ticks=ticks), looks, ticks


async def test_whoever_asks_within_a_second_gets_the_same() -> None:
    show, looks, ticks = shared()
    first = await show()
    ticks.move(FRESH / 2)
    assert await show() is first
    ticks.move(FRESH / 2)
    assert await show() is not first
    assert looks.times == 2


async def test_many_who_ask_at_once_cost_one_look() -> None:
    show, looks, _ = shared()
    looks.may_end.clear()
    asking = [asyncio.create_task(show()) for _ in range(50)]
    await asyncio.sleep(0)
    looks.may_end.set()
    assert len({id(each) for each in await asyncio.gather(*asking)}) == 1
    assert looks.times == 1


async def test_while_nothing_is_touched_it_holds_for_longer() -> None:
    show, looks, ticks = shared()
    show.hear(TOUCH)
    first = await show()
    ticks.move(UNTOUCHED - FRESH / 2)
    assert await show() is first
    ticks.move(FRESH / 2)
    assert await show() is not first
    assert looks.times == 2


@pytest.mark.parametrize("what", [TOUCH, None])
async def test_once_something_is_touched_or_nobody_tells_any_more_it_holds_for_a_second(
    what: Touch | None,
) -> None:
    show, _, ticks = shared()
    show.hear(TOUCH)
    first = await show()
    show.hear(what)
    assert await show() is first
    ticks.move(FRESH)
    assert await show() is not first


async def test_where_a_look_takes_long_it_holds_for_longer() -> None:
    show, looks, ticks = shared()
    looks.may_end.clear()
    looking = asyncio.create_task(show())
    await asyncio.sleep(0)
    ticks.move(FRESH / 2)
    looks.may_end.set()
    first = await looking
    ticks.move(TIMES * FRESH / 2 - FRESH)
    assert await show() is first
    ticks.move(FRESH / 2)
    assert await show() is not first


async def test_what_is_touched_while_somebody_looks_may_not_be_in_it() -> None:
    show, looks, ticks = shared()
    show.hear(TOUCH)
    looks.may_end.clear()
    looking = asyncio.create_task(show())
    await asyncio.sleep(0)
    show.hear(TOUCH)
    looks.may_end.set()
    first = await looking
    ticks.move(FRESH)
    assert await show() is not first


async def test_an_act_shows_at_once() -> None:
    show, looks, _ = shared()
    first = await show()
    show.acted()
    assert await show() is not first
    assert looks.times == 2


async def test_what_was_looked_at_before_an_act_is_not_given_after_it() -> None:
    show, looks, _ = shared()
    looks.may_end.clear()
    early = asyncio.create_task(show())
    await asyncio.sleep(0)
    show.acted()
    late = asyncio.create_task(show())
    looks.may_end.set()
    assert await early is not await late
    assert looks.times == 2


async def test_a_list_that_follows_a_change_is_made_of_a_look_after_it() -> None:
    show, looks, _ = shared()
    show.hear(TOUCH)
    first = await show()
    show.follow()
    assert await show() is first
    show.hear(TOUCH)
    show.follow()
    assert await show() is not first
    looks.may_end.clear()
    show.hear(TOUCH)
    show.follow()
    early = asyncio.create_task(show())
    await asyncio.sleep(0)
    show.hear(TOUCH)
    show.follow()
    late = asyncio.create_task(show())
    looks.may_end.set()
    assert await early is not await late
