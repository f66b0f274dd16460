"""`flightagents notifications`: who was told what, when, and why not; and a sample to oneself."""

from collections.abc import Awaitable, Callable

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import by, with_world
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Outcome, Uncertain
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import Notification
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, Said
from flightagents.handlers.contacts import email_address, language_tag, phone_number
from flightagents.handlers.desk_acts import Acted, DeskActs, WhyNot
from flightagents.handlers.explain import Explanation, counted
from flightagents.wiring import World, wire_desk, wire_floor

_EXAMPLE = "'BA117|2026-11-22|LHR|JFK'"
_SAMPLES = [said.value for said in Said if said not in CONNECTIONS | FOR_STAFF]


@cli.group()
def notifications() -> None:
    """The ledger: every notification, sent or not."""


@notifications.command("list")
@click.option("--flight", help=f"Only those of one flight, such as {_EXAMPLE}.")
@click.option("--why", is_flag=True, help="Explain each message and each silence of the flight.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(flight: str | None, why: bool, limit: int, as_json: bool) -> None:
    """List notifications, newest first. Addresses and words are not shown.

    With --why: the decisions on a flight, oldest first, also those to say nothing, each with its reason.
    """
    if flight is not None:
        try:
            FlightId.parse(flight)
        except ValueError as exc:
            raise click.BadParameter(f"{flight!r} is no flight: write one such as {_EXAMPLE}") from exc
    if why:
        if flight is None:
            raise click.UsageError("--why explains one flight: name it with --flight")
        name = flight
        found = with_world(lambda world: wire_desk(world).explain(name, max(limit, 1000)))
        for each in found:
            click.echo(msgspec.json.encode(_explained(each)) if as_json else _sentence(each))
        if not as_json:
            silent = ", ".join(f"{reason} {count}" for reason, count in counted(found).items())
            click.echo(f"{len(found)} decisions; silent: {silent or 'none'}")
        return
    for row in with_world(lambda world: wire_desk(world).ledger.newest(limit, flight)):
        click.echo(msgspec.json.encode(_fields(row)) if as_json else _line(row))


@notifications.command()
@click.argument("row")
@by
def hold(row: str, who: str) -> None:
    """Hold a message that waits, by its id: it is not sent until it is released."""
    _act(lambda acts: acts.hold_messages([row], who))
    click.echo(f"{row} is held")


@notifications.command()
@click.argument("row")
@by
def release(row: str, who: str) -> None:
    """Release a held message: it is decided anew, and sent if it is still true."""
    _act(lambda acts: acts.release_messages([row], who))
    click.echo(f"{row} is released")


def _act(work: Callable[[DeskActs], Awaitable[list[Acted]]]) -> None:
    """Act on one message, as its page does. Raises click.ClickException where nothing came of it."""
    (acted,) = with_world(lambda world: work(wire_floor(world, wire_desk(world)).acts))
    if acted.why_not is WhyNot.NOT_GIVEN_UP:
        raise click.ClickException(f"no message {acted.id} is dead or failed")
    if not acted.done:
        raise click.ClickException(f"no message {acted.id} waits to be sent")


@notifications.command()
@click.argument("row")
@by
def replay(row: str, who: str) -> None:
    """Try a message again that we gave up or a provider refused; decided anew, it goes only if still true."""
    _act(lambda acts: acts.replay_messages([row], who))
    click.echo(f"{row} is tried again")


@notifications.command("test")
@click.option("--to", required=True, help="An email address or a phone number with +: your own.")
@click.option(
    "--said",
    type=click.Choice(_SAMPLES),
    default=Said.LATER.value,
    show_default=True,
    help="What it tells.",
)
@click.option("--language", default="en", show_default=True, help="In which language, such as de.")
def test_(to: str, said: str, language: str) -> None:
    """Send a sample to oneself, whatever the delivery mode: to see it arrive, and how it reads."""
    try:
        address = email_address(to) if "@" in to else phone_number(to)
        tag = language_tag(language)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc
    if address is None:
        raise click.BadParameter("to is empty")
    channel = Channel.EMAIL if "@" in to else Channel.SMS

    async def work(world: World) -> Outcome:
        desk = wire_desk(world)
        try:
            return await desk.send_sample(channel, address, Said(said), tag)
        finally:
            desk.close()

    outcome = with_world(work)
    if isinstance(outcome, Accepted):
        click.echo(f"the {channel} provider took it")
    elif isinstance(outcome, Uncertain):
        raise click.ClickException(f"nobody knows whether it was sent: {outcome.reason}")
    else:
        raise click.ClickException(f"it was not sent: {outcome.reason}")


def _fields(row: Notification) -> dict[str, object]:
    return {
        "id": row.id,
        "flight": row.flight,
        "ordinal": row.ordinal,
        "record": row.record,
        "reference": row.notice.reference if row.notice else None,
        "rule": row.rule,
        "channel": row.channel,
        "said": row.said,
        "state": row.state,
        "reason": row.reason,
        "created_at": row.created_at,
        "not_before": row.not_before,
        "expires_at": row.expires_at,
        "hold": row.hold,
        "fallback_of": row.fallback_of,
        "maybe_twice": row.maybe_twice,
        "trace": row.trace,
    }


def _line(row: Notification) -> str:
    return f"{row.created_at:%Y-%m-%d %H:%MZ} {row.flight:<32} {_whose(row):<12} {_what(row)}  {row.id}"


def _whose(row: Notification) -> str:
    if row.staff is not None:
        return f"staff:{row.rule}"
    return row.notice.reference if row.notice else "(forgotten)"


def _what(row: Notification) -> str:
    held = " held" if row.hold else ""
    return f"{row.said:<11} {row.channel:<6} {row.state:<10} {row.reason}{held}"


def _explained(each: Explanation) -> dict[str, object]:
    decision = {
        "at": each.at,
        "ordinal": each.ordinal,
        "reference": each.reference,
        "told": each.row is not None,
        "reason": each.reason,
        "why": each.words,
    }
    return decision | (_fields(each.row) if each.row else {})


def _sentence(each: Explanation) -> str:
    start = f"{each.at:%Y-%m-%d %H:%MZ} #{each.ordinal:<3} {each.reference:<12}"
    if each.row is None:
        return f"{start} silent: {each.reason} - {each.words}"
    until = f", not before {each.row.not_before:%H:%M}Z" if each.row.not_before else ""
    last = f"; {each.row.trace[-1]}" if each.row.trace else ""
    return f"{start} {_what(each.row)} - {each.words}{until}{last}  {each.row.id}"
