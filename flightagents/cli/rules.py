"""`flightagents rules add | list | test | remove`: which staff hear of what."""

from datetime import timedelta
from enum import StrEnum

import click
import msgspec
from faust.cli.base import cli

from flightagents.app import app
from flightagents.cli.running import by, with_world
from flightagents.domain.back_test import BackTest
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.rules import StaffRule
from flightagents.errors import RuleRefusedError
from flightagents.handlers.back_test import DEFAULT_SPAN, LONGEST_SPAN
from flightagents.handlers.keep_rules import NEW
from flightagents.handlers.staff_rules import RuleDraft, rule_name, staff_rule
from flightagents.wiring import World, back_test_of, keep_rules_of

_OPTIONS = {
    "name": "NAME",
    "to": "--to",
    "channel": "--channel",
    "airports": "--airport",
    "airlines": "--airline",
    "kinds": "--kind",
    "min_severity": "--min-severity",
    "hours": "--hours",
    "days": "--days",
}
"""How a field of a draft is typed here."""
_DAY = timedelta(days=1)


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
@by
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
    who: str,
) -> None:
    """Add a rule, or put another in the place of the one of this NAME.

    An option that is given several times means any of its values; one that is not given means all.

    A kind includes its first look: "cancelled" is told when it is seen once, and not again when it is
    confirmed. Delays are told when they reach 15, 30, 60, 120, 180 minutes, then each 60 more.

    The hours bind every kind, however grave. Only who was told of a cancellation or diversion hears at any
    time that it was taken back.
    """
    draft = RuleDraft(
        name=name,
        to="\n".join(to),
        channel=channel or "",
        airports=",".join(airport),
        airlines=",".join(airline),
        kinds=",".join(kind),
        min_severity=min_severity or "",
        hours=hours,
        days=days,
    )
    try:
        staff_rule(draft)  # before anything is asked of MongoDB
    except RuleRefusedError as exc:
        lines = (f"{_OPTIONS[field]}, {wrong}" for field, wrong in exc.fields.items())
        raise click.UsageError("\n".join(lines)) from exc

    async def work(world: World) -> KeptRule:
        keep = keep_rules_of(world)
        known = await keep.get(name)
        return await keep.save(draft, by=who, seen=known.version if known else NEW)

    kept = with_world(work)
    click.echo(f"{'added' if kept.version == NEW + 1 else 'replaced'}: {_line(kept.rule)}")


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(as_json: bool) -> None:
    """List all rules."""
    for kept in with_world(lambda world: keep_rules_of(world).all()):
        click.echo(_fields(kept) if as_json else _line(kept.rule))


@rules.command()
@click.argument("name")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_SPAN // _DAY),
    default=DEFAULT_SPAN // _DAY,
    show_default=True,
    help="How many of the last days.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def test(name: str, days: int, as_json: bool) -> None:
    """Tell what a rule would have sent in the last days, had it been in force by itself.

    Nothing is sent. How many travellers were on a flight then nobody knows any more.
    """

    async def work(world: World) -> BackTest:
        rule = (await _known(world, name)).rule
        return await back_test_of(world)(rule, days * _DAY)

    found, zone = with_world(work), app.settings.agency_timezone
    if as_json:
        click.echo(msgspec.json.encode({"summary": found.summary(zone), **msgspec.to_builtins(found)}))
        return
    click.echo(found.summary(zone))
    click.echo(f"changes looked at: {found.changes_looked_at:,}")
    for title, counts in (
        ("by kind", found.by_kind),
        ("by channel", found.by_channel),
        ("by day", dict(sorted(found.by_day.items()))),
        ("by hour", dict(sorted(found.by_hour.items()))),
        ("silent", found.silent),
    ):
        if counts:
            click.echo(f"{title}: {', '.join(f'{what} {count:,}' for what, count in counts.items())}")
    for each in found.examples:
        digest = "  in a digest" if each.gathered else ""
        click.echo(f"  {each.at:%Y-%m-%d %H:%M}Z  {each.flight}  {each.fact}  {each.severity}{digest}")


@rules.command()
@click.argument("name")
@by
def remove(name: str, who: str) -> None:
    """Remove a rule: what it has not sent yet is not sent any more."""
    _checked(name)

    async def work(world: World) -> str:
        known = await _known(world, name)
        await keep_rules_of(world).remove(known.rule.name, by=who, seen=known.version)
        return known.rule.name

    click.echo(f"removed: {with_world(work)}")


async def _known(world: World, name: str) -> KeptRule:
    known = await keep_rules_of(world).get(_checked(name))
    if known is None:
        raise click.ClickException(f"there is no rule {_checked(name)}")
    return known


def _checked(name: str) -> str:
    try:
        return rule_name(name)
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc


def _fields(kept: KeptRule) -> bytes:
    fields = msgspec.to_builtins(kept)
    return msgspec.json.encode({**fields.pop("rule"), **fields})


def _line(rule: StaffRule) -> str:
    filters = (
        f"airports {', '.join(rule.airports)}" if rule.airports else "",
        f"airlines {', '.join(rule.airlines)}" if rule.airlines else "",
        f"kinds {', '.join(rule.kinds)}" if rule.kinds else "",
        f"from {rule.min_severity}",
        str(rule.hours),
    )
    return f"{rule.name}  {', '.join(to.address for to in rule.to)}  {'; '.join(filter(None, filters))}"
