"""`flightagents notifications list`: who was told what, when, and why not."""

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import with_world
from flightagents.domain.notifications import Notification
from flightagents.wiring import wire_desk


@cli.group()
def notifications() -> None:
    """The ledger: every notification, sent or not."""


@notifications.command("list")
@click.option("--flight", help="Only those of one flight, such as 'BA117|2026-11-22|LHR|JFK'.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(flight: str | None, limit: int, as_json: bool) -> None:
    """List notifications, newest first. Addresses and words are not shown."""
    for row in with_world(lambda world: wire_desk(world).ledger.newest(limit, flight)):
        click.echo(msgspec.json.encode(_fields(row)) if as_json else _line(row))


def _fields(row: Notification) -> dict[str, object]:
    return {
        "id": row.id,
        "flight": row.flight,
        "ordinal": row.ordinal,
        "reference": row.notice.reference if row.notice else None,
        "channel": row.channel,
        "said": row.said,
        "state": row.state,
        "reason": row.reason,
        "created_at": row.created_at,
        "not_before": row.not_before,
        "expires_at": row.expires_at,
        "maybe_twice": row.maybe_twice,
        "trace": row.trace,
    }


def _line(row: Notification) -> str:
    reference = row.notice.reference if row.notice else "(forgotten)"
    what = f"{row.said:<11} {row.channel:<6} {row.state:<10} {row.reason}"
    return f"{row.created_at:%Y-%m-%d %H:%M} {row.flight:<32} {reference:<12} {what}"
