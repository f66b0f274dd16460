"""Runs an aiohttp application on a port of localhost that nobody else has."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from flightagents.sandbox.processes import LOCALHOST

Hook = Callable[[], Awaitable[None]]
"""Awaited before each answer: a demo slows down here, a test holds an answer back."""


async def at_once() -> None:
    """Answer without delay: the hook that does nothing."""


@contextlib.asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends and yield the base URL, without a slash at its end.

    `port` 0 lets the system choose. Answers that are still being held back when it ends are cut off.
    """
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOCALHOST, port)
        await site.start()
        yield f"http://{LOCALHOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
