"""Lets everybody else have a turn while much is reckoned: the web page, the consumers, the senders."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def in_turns(items: Iterable[T], at_once: int) -> AsyncIterator[T]:
    """Give one after the other, and the event loop its turn after so many."""
    for place, item in enumerate(items, start=1):
        yield item
        if place % at_once == 0:
            await asyncio.sleep(0)
