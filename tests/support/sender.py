"""A sender as a program of its own: what the timer `deliver` does, with short waits, until it is killed.

`python -m tests.support.sender` reads a worker's settings; it says READY when it begins.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from os import environ

from flightagents.clock import clock_from
from flightagents.domain.bookings import Channel
from flightagents.handlers.pace import Pace
from flightagents.sandbox.worker import MAILBOX_URL, MailboxPageLookup
from flightagents.settings import load
from flightagents.wiring import Desk, Sending, open_world, wire_desk

LEASE = timedelta(seconds=3)
PACE = Pace(timedelta(milliseconds=200), timedelta(seconds=1), grace=timedelta(seconds=1))
LOOK_EVERY = timedelta(milliseconds=100)
READY = "ready to send"


async def main() -> None:
    """Send what is due, and decide again on what ended untold."""
    settings = load()
    world = await open_world(settings, clock_from(settings.clock))
    lookup = MailboxPageLookup(environ[MAILBOX_URL])
    desk = wire_desk(world, Sending(dict.fromkeys(Channel, PACE), LEASE, lookup))
    print(READY, flush=True)  # noqa: T201 - whoever started it waits for this line
    await asyncio.gather(*(send(desk, channel) for channel in desk.deliver.channels))


async def send(desk: Desk, channel: Channel) -> None:
    """Send on one channel for ever."""
    wake = asyncio.Event()
    desk.decide.wake(wake)
    while True:
        wake.clear()
        if await desk.deliver(channel):
            await desk.settle()
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY.total_seconds())


if __name__ == "__main__":
    asyncio.run(main())
