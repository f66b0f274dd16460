"""`flightagents users add | list | password | role | remove | token`: who may log in to the staff page."""

import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import by, with_world
from flightagents.domain.users import ApiToken, Role, User
from flightagents.handlers.keep_users import KeepUsers
from flightagents.wiring import users_of

T = TypeVar("T")

_role = click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.AGENT.value,
    show_default=True,
    help="What they may do.",
)


@cli.group()
def users() -> None:
    """Who may log in to the staff page, and the programs that act for them."""


@users.command()
@click.argument("name")
@_role
@click.option("--no-password", is_flag=True, help="They come in through a trusted proxy alone.")
@by
def add(name: str, role: str, who: str, *, no_password: bool) -> None:
    """Add a user. The password is asked for, or read from standard input where that is no terminal."""
    password = None if no_password else _password()
    user = _kept(lambda keep: keep.add(name, Role(role), password, by=who))
    click.echo(f"added: {user.name}, {user.role}")


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(as_json: bool) -> None:
    """List all users, with the tokens of their programs."""

    async def work(keep: KeepUsers) -> list[tuple[User, list[ApiToken]]]:
        return [(user, await keep.tokens_of(user.name)) for user in await keep.all()]

    for user, tokens in _kept(work):
        if as_json:
            shown = {"name": user.name, "role": user.role, "logs_in": user.password_hash is not None}
            programs = [{"id": each.id, "label": each.label, "role": each.role} for each in tokens]
            click.echo(msgspec.json.encode({**shown, "tokens": programs}))
            continue
        how = "" if user.password_hash else "  through a proxy alone"
        click.echo(f"{user.name}  {user.role}{how}")
        for each in tokens:
            click.echo(f"  token {each.id}  {each.role}  {each.label}")


@users.command()
@click.argument("name")
@by
def password(name: str, who: str) -> None:
    """Set another password; whoever is logged in under that name is logged out."""
    given = _password()
    _kept(lambda keep: keep.set_password(name, given, by=who))
    click.echo(f"{name}: the password is changed")


@users.command()
@click.argument("name")
@_role
@by
def role(name: str, role: str, who: str) -> None:
    """Set another role; they have to log in again."""
    _kept(lambda keep: keep.set_role(name, Role(role), by=who))
    click.echo(f"{name}: {role}")


@users.command()
@click.argument("name")
@by
def remove(name: str, who: str) -> None:
    """Remove a user, with the tokens of their programs; they are out within seconds."""
    _kept(lambda keep: keep.remove(name, by=who))
    click.echo(f"removed: {name}")


@users.command()
@click.argument("name")
@_role
@click.option("--label", help="Which program it is for.")
@click.option("--remove", "gone", help="Remove the token of this id instead.")
@by
def token(name: str, role: str, who: str, label: str | None, gone: str | None) -> None:
    """Make a token for a program that acts for a user. It is shown this once."""
    if gone:
        _kept(lambda keep: keep.remove_token(gone, by=who))
        click.echo(f"removed: token {gone}")
        return
    if not label:
        raise click.UsageError("say with --label which program it is for")
    click.echo(_kept(lambda keep: keep.give_token(name, label, Role(role), by=who)))


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _kept(work: Callable[[KeepUsers], Awaitable[T]]) -> T:
    try:
        return with_world(lambda world: work(users_of(world)))
    except ValueError as exc:
        raise click.ClickException(str(exc)) from exc
