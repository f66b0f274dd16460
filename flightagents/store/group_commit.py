"""Writes what becomes ready at the same time together: one journal flush for many rows instead of one each.

While one write is under way the next items queue up, and then they all go in one. Nobody waits for company:
what comes alone is written alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST = 500
"""Items of one write: what queues up while MongoDB is away does not become a command of 48 MB."""


class GroupCommit(Generic[Item, Answer]):
    """Turns single calls into writes of many.

    `write` gives an answer, or an exception, for each item, in their order.
    """

    def __init__(
        self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Answer | BaseException]]]
    ) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        """Write an item with whatever else is ready; returns, or raises, once its write has ended."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        try:
            while self._waiting:
                await asyncio.sleep(0)  # others that this turn of the loop makes ready come along
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                # Whoever was cancelled does not want it written any more.
                batch = [(item, answer) for item, answer in batch if not answer.done()]
                if batch:
                    await self._write_batch(batch)
        finally:
            # Only where the loop ends meanwhile: nobody is left waiting for ever.
            for _, answer in (*batch, *self._waiting):
                answer.cancel()
            self._waiting = []
            self._writer = None

    async def _write_batch(self, batch: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        (written,) = await asyncio.gather(self._write([item for item, _ in batch]), return_exceptions=True)
        answers = [written] * len(batch) if isinstance(written, BaseException) else written
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if waiting.done():
                continue
            if isinstance(answer, BaseException):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
