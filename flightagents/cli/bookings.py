"""`flightagents bookings import | list | cancel | forget`: people and their flights."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import by, with_world
from flightagents.domain.booking_intake import MANY
from flightagents.domain.bookings import Segment
from flightagents.domain.notifications import Notification
from flightagents.handlers.book import Booked
from flightagents.handlers.booking_file import BookingFile
from flightagents.handlers.import_bookings import Imported
from flightagents.handlers.traveller_acts import TravellerActs
from flightagents.wiring import World, traveller_acts_of, wire_desk

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@cli.group()
def bookings() -> None:
    """Travellers, and the flights that they are on."""


@bookings.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json_option
@click.option("--yes", is_flag=True, help=f"Also if it sends more than {MANY} messages at once.")
@by
def import_(path: Path, as_json: bool, yes: bool, who: str) -> None:
    """Import bookings from a CSV file; people who are missing from it stay.

    A later line of the same reference and contact replaces the earlier one. Lines that are no booking are
    reported and the others imported; then the exit code is 1. An import that would send many messages at
    once, since flights are late already, shows them first and does nothing: exit code 2.
    """
    content = path.read_bytes()

    async def work(world: World) -> Imported:
        return await wire_desk(world).import_bookings(content, path.name, who, anyway=yes)

    imported = with_world(work)
    if imported.held:
        _show(imported.would_send, as_json)
        raise SystemExit(2)
    file, booked = imported.file, imported.booked
    if as_json:
        click.echo(msgspec.json.encode(_report(file, booked)))
    else:
        for line in _lines(file, booked):
            click.echo(line)
    if file.refused:
        raise SystemExit(1)


@bookings.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """List all bookings."""
    found = with_world(lambda world: wire_desk(world).bookings.everyone())
    for booking in sorted(found, key=lambda each: each.id):
        if as_json:
            click.echo(msgspec.json.encode(booking))
        else:
            flights = " | ".join(f"{_words(each)} {each.status}" for each in booking.segments)
            click.echo(f"{booking.reference}  {booking.name}  {', '.join(booking.channels)}  {flights}")


@bookings.command()
@click.argument("reference")
@by
def cancel(reference: str, who: str) -> None:
    """Cancel all flights of a booking that are not over: nobody is told of them any more."""
    count = _act(lambda acts: acts.cancel_reference(reference.upper(), who))
    _require_found(count, reference, " with flights to cancel")
    click.echo(f"{reference.upper()}: the flights of {_travellers(count)} are cancelled")


@bookings.command()
@click.argument("reference")
@by
def forget(reference: str, who: str) -> None:
    """Erase the people of a booking everywhere but in counts."""
    count = _act(lambda acts: acts.forget_reference(reference.upper(), who))
    _require_found(count, reference)
    click.echo(f"{reference.upper()}: {_travellers(count)} forgotten")


def _act(work: Callable[[TravellerActs], Awaitable[int]]) -> int:
    return with_world(lambda world: work(traveller_acts_of(world, wire_desk(world))))


def _show(rows: list[Notification], as_json: bool) -> None:
    counts = Counter((row.flight, row.said.value, row.channel.value) for row in rows)
    if as_json:
        would = [
            {"flight": flight, "said": said, "channel": channel, "messages": count}
            for (flight, said, channel), count in counts.most_common()
        ]
        click.echo(msgspec.json.encode({"imported": 0, "would_send": would}))
        return
    click.echo(f"nothing is imported yet: it would send {len(rows)} messages at once")
    for (flight, said, channel), count in counts.most_common():
        click.echo(f"  {flight:<32} {said:<12} {channel:<6} {count}")
    click.echo("add --yes to import and send them")


def _travellers(count: int) -> str:
    return "1 traveller" if count == 1 else f"{count} travellers"


def _require_found(count: int, reference: str, more: str = "") -> None:
    if count == 0:
        raise click.ClickException(f"there is no booking {reference.upper()}{more}")


def _report(file: BookingFile, booked: list[Booked]) -> dict[str, Any]:
    return {
        "imported": len(file.bookings),
        "refused": [asdict(each) for each in file.refused],
        "ignored_columns": file.ignored_columns,
        "segments": [
            {"reference": each.reference, "segment": _words(each.segment), "feed": each.match}
            for each in booked
        ],
    }


def _lines(file: BookingFile, booked: list[Booked]) -> list[str]:
    ignored = [f"column ignored: {column}" for column in file.ignored_columns]
    segments = [f"{each.reference}  {_words(each.segment)}: {each.match}" for each in booked]
    refused = [f"line {each.line} refused: {each.reason}" for each in file.refused]
    return [
        *ignored,
        *segments,
        *refused,
        f"{len(file.bookings)} lines imported, {len(file.refused)} refused",
    ]


def _words(segment: Segment) -> str:
    route = f" {segment.departure}-{segment.arrival}" if segment.departure else ""
    time = f" {segment.ticketed:%H:%M}" if segment.ticketed else ""
    return f"{segment.designator} {segment.flight_date}{route}{time}"
