"""`flightagents rules add | list | remove`: which staff hear of what."""

from enum import StrEnum

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import with_world
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.rules import StaffRule
from flightagents.handlers.staff_rules import rule_name, staff_rule
from flightagents.store.rules import MongoStaffRules


def _words(choices: type[StrEnum]) -> list[str]:
    return [choice.value for choice in choices]


@cli.group()
def rules() -> None:
    """Staff rules: whom of the agency's own to tell of what."""


@rules.command()
@click.argument("name")
@click.option("--to", multiple=True, required=True, help="Email address, or phone number with + and country.")
@click.option(
    "--channel",
    type=click.Choice(_words(Channel)),
    help="What every --to is; else an @ makes it an email address.",
)
@click.option("--airport", multiple=True, help="At either end, such as JFK.")
@click.option("--airline", multiple=True, help="That flies it or sells it, such as BA.")
@click.option("--kind", multiple=True, type=click.Choice(_words(Kind)), help="What has changed.")
@click.option(
    "--min-severity",
    type=click.Choice(_words(Severity)),
    help="The least grave that is told; minor, unless kinds are named: then each of these.",
)
@click.option(
    "--hours", default="", help="Such as 06:00-22:00 in FLIGHTAGENTS_AGENCY_TIMEZONE; else all day."
)
@click.option(
    "--days", default="", help="Such as mon-fri or sat,sun; a night belongs to the day it begins on."
)
def add(
    *,
    name: str,
    to: tuple[str, ...],
    channel: str | None,
    airport: tuple[str, ...],
    airline: tuple[str, ...],
    kind: tuple[str, ...],
    min_severity: str | None,
    hours: str,
    days: str,
) -> None:
    """Add a rule, or put another in the place of the one of this NAME.

    An option that is given several times means any of its values; one that is not given means all.

    A kind includes its first look: "cancelled" is told when it is seen once, and not again when it is
    confirmed. Delays are told when they reach 15, 30, 60, 120, 180 minutes, then each 60 more.

    The hours bind every kind, however grave. Only who was told of a cancellation or diversion hears at any
    time that it was taken back.
    """
    try:
        rule = staff_rule(
            name,
            to,
            channel=Channel(channel) if channel else None,
            airports=airport,
            airlines=airline,
            kinds=map(Kind, kind),
            min_severity=Severity(min_severity or (Severity.INFO if kind else Severity.MINOR)),
            hours=hours,
            days=days,
        )
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    replaced = with_world(lambda world: MongoStaffRules(world.database).save(rule))
    click.echo(f"{'replaced' if replaced else 'added'}: {_line(rule)}")


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(as_json: bool) -> None:
    """List all rules."""
    for rule in with_world(lambda world: MongoStaffRules(world.database).all()):
        click.echo(msgspec.json.encode(rule) if as_json else _line(rule))


@rules.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a rule: what it has not sent yet is not sent any more."""
    try:
        known_as = rule_name(name)
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    if not with_world(lambda world: MongoStaffRules(world.database).remove(known_as)):
        raise click.ClickException(f"there is no rule {known_as}")
    click.echo(f"removed: {known_as}")


def _line(rule: StaffRule) -> str:
    filters = (
        f"airports {', '.join(rule.airports)}" if rule.airports else "",
        f"airlines {', '.join(rule.airlines)}" if rule.airlines else "",
        f"kinds {', '.join(rule.kinds)}" if rule.kinds else "",
        f"from {rule.min_severity}",
        str(rule.hours),
    )
    return f"{rule.name}  {', '.join(to.address for to in rule.to)}  {'; '.join(filter(None, filters))}"
