"""`flightagents dead-letters list`: what could not be read."""

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import with_world
from flightagents.store.dead_letters import MongoDeadLetters


@cli.group("dead-letters")
def dead_letters() -> None:
    """Rows of the feed, and messages on our topics, that could not be read."""


@dead_letters.command("list")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the raw text.")
def list_(limit: int, as_json: bool) -> None:
    """List dead letters, newest first."""
    for letter in with_world(lambda world: MongoDeadLetters(world.database).newest(limit)):
        if as_json:
            click.echo(msgspec.json.encode(letter))
        else:
            place = " ".join(f"{key}={value}" for key, value in letter["place"].items())
            click.echo(f"{letter['at']:%Y-%m-%d %H:%M} {letter['reason']:<24} {place}: {letter['detail']}")
