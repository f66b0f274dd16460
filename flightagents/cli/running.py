"""Runs a command's coroutine against MongoDB, in the name of whoever typed it; errors become an exit code."""

import asyncio
import getpass
import logging.config
import os
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


def operator() -> str:
    """Name who types, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the user of a container need not have a name
        return f"uid {os.getuid()}"


def _named(_context: click.Context, _option: click.Parameter, who: str) -> str:
    if not who.strip():
        raise click.BadParameter("a name is not empty")
    return who.strip()


by = click.option(
    "--by",
    "who",
    default=operator,
    show_default="your name on this machine",
    callback=_named,
    help="Who does it, for the log.",
)


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
