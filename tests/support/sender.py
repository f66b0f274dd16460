"""A sender as a program of its own: what the timer `deliver` does, with short waits, until it is killed.

`python -m tests.support.sender` reads a worker's settings; it says READY when it begins. Without the address
of a mailbox's page nobody can be asked about an email, as it is with plain SMTP.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from os import environ

from flightagents.clock import clock_from
from flightagents.domain.bookings import Channel
from flightagents.handlers.pace import Pace
from flightagents.handlers.receipts import ReadBounces
from flightagents.notify.email import nobody_can_tell
from flightagents.sandbox.mailbox_lookup import MAILBOX_URL, MailboxPageLookup
from flightagents.settings import load
from flightagents.wiring import Desk, Sending, open_world, wire_desk

LEASE = timedelta(seconds=3)
LEASE_SECONDS, GRACE_SECONDS = "SENDER_LEASE_SECONDS", "SENDER_GRACE_SECONDS"
"""Environment variables: another lease; how long an email's evidence may take."""
FIRST, LONGEST, GRACE = timedelta(milliseconds=200), timedelta(seconds=1), timedelta(seconds=1)
LOOK_EVERY = timedelta(milliseconds=100)
READY = "ready to send"


async def main() -> None:
    """Send what is due, and decide again on what ended untold."""
    settings = load()
    world = await open_world(settings, clock_from(settings.clock))
    page = environ.get(MAILBOX_URL)
    lookup = MailboxPageLookup(page) if page else nobody_can_tell
    paces = {
        Channel.EMAIL: Pace(FIRST, LONGEST, grace=_seconds(GRACE_SECONDS, GRACE)),
        Channel.SMS: Pace(FIRST, LONGEST, grace=GRACE),
    }
    desk = wire_desk(world, Sending(paces, _seconds(LEASE_SECONDS, LEASE), lookup))
    print(READY, flush=True)  # noqa: T201 - whoever started it waits for this line
    async with asyncio.TaskGroup() as tasks:
        for channel in desk.deliver.channels:
            tasks.create_task(send(desk, channel))
        if desk.read_bounces is not None:
            tasks.create_task(read(desk.read_bounces))


async def send(desk: Desk, channel: Channel) -> None:
    """Send on one channel for ever."""
    wake = asyncio.Event()
    desk.decide.wake(wake)
    while True:
        wake.clear()
        if not await desk.deliver(channel):
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY.total_seconds())
        await desk.settle()


async def read(read_bounces: ReadBounces) -> None:
    """Read what comes back for ever; of two that read at once each takes what it sees first."""
    while True:
        await read_bounces()
        await asyncio.sleep(LOOK_EVERY.total_seconds())


def _seconds(variable: str, usual: timedelta) -> timedelta:
    return timedelta(seconds=float(environ[variable])) if variable in environ else usual


if __name__ == "__main__":
    asyncio.run(main())
