"""A worker ends in time although Kafka does not close a connection that it encrypts."""

import asyncio
from datetime import timedelta

import pytest

from flightagents.batches import thread
from flightagents.batches.thread import ConsumerThread


class Kafka:
    """A consumer whose connection closes, or never does."""

    def __init__(self, *, closes: bool) -> None:
        self.left_the_group = False
        self._closes = closes

    async def stop(self) -> None:
        self.left_the_group = True
        if not self._closes:
            await asyncio.Event().wait()


@pytest.mark.parametrize("closes", [True, False])
async def test_a_connection_that_does_not_close_is_left(
    monkeypatch: pytest.MonkeyPatch, *, closes: bool
) -> None:
    monkeypatch.setattr(thread, "CLOSE_PATIENCE", timedelta(milliseconds=1))
    kafka = Kafka(closes=closes)
    ending = ConsumerThread.__new__(ConsumerThread)  # without a worker around it
    ending._method_queue = None
    ending._consumer = kafka
    await asyncio.wait_for(ending.on_thread_stop(), 5)
    assert kafka.left_the_group
