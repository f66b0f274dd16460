"""Runs a command's coroutine against MongoDB, and turns our errors into a line and an exit code."""

import asyncio
import logging.config
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import click

from flightagents import logs
from flightagents.app import app
from flightagents.errors import ConfigurationError, FlightagentsError
from flightagents.wiring import World, open_world

T = TypeVar("T")

PATIENCE = timedelta(seconds=30)
"""A worker waits for MongoDB for ever; whoever typed a command wants to know."""


def with_world(work: Callable[[World], Awaitable[T]]) -> T:
    """Open the connections, work, close them. Raises click.ClickException with what was wrong."""

    async def run() -> T:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                world = await open_world(app.settings, app.clock)
        except TimeoutError:
            raise ConfigurationError(
                f"MongoDB did not answer for {PATIENCE.total_seconds():.0f} s: is it running, and is "
                "FLIGHTAGENTS_MONGODB_URL right?"
            ) from None
        try:
            return await work(world)
        finally:
            await world.close()

    logging.config.dictConfig(logs.configure(app.settings.log_format))
    try:
        return asyncio.run(run())
    except FlightagentsError as exc:
        raise click.ClickException(str(exc)) from exc
