"""`flightagents tasks list | claim | done`: what needs a person at the agency."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import by, with_world
from flightagents.domain.bookings import Booking
from flightagents.domain.tasks import UNFINISHED, Task, TaskKind, TaskState
from flightagents.handlers.task_acts import TaskActed, TaskActs
from flightagents.wiring import World, wire_desk, wire_floor

Bookings = Mapping[str, Booking]

_MOST_NAMED = 5
"""Other bookings of a person that a line names."""


@cli.group()
def tasks() -> None:
    """What no message can settle: flights to rebook, people to call, bookings to correct."""


@tasks.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are done.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(everything: bool, limit: int, as_json: bool) -> None:
    """List tasks, newest first, with the number to call where somebody is to be called."""
    states = set(TaskState) if everything else UNFINISHED

    async def work(world: World) -> tuple[list[Task], Bookings]:
        desk = wire_desk(world)
        found = await desk.tasks.newest(states, limit)
        ids = {each for task in found for each in (task.booking, *task.also) if each}
        return found, await desk.bookings.get(sorted(ids))

    found, bookings = with_world(work)
    for task in found:
        click.echo(msgspec.json.encode(_fields(task, bookings)) if as_json else _line(task, bookings))


@tasks.command()
@click.argument("task")
@by
def claim(task: str, who: str) -> None:
    """Take a task in hand, so that no one else does."""
    _act(lambda acts: acts.assign([task.lower()], who))
    click.echo(f"{task.lower()}: claimed by {who}")


@tasks.command()
@click.argument("task")
@by
@click.option("--note", default="", help="What was done. Erased when its traveller is forgotten.")
def done(task: str, who: str, note: str) -> None:
    """Note that a task is done."""
    _act(lambda acts: acts.finish([task.lower()], who, note))
    click.echo(f"{task.lower()}: done by {who}")


def _act(work: Callable[[TaskActs], Awaitable[list[TaskActed]]]) -> None:
    """Act on one task, as its page does. Raises click.ClickException where nothing came of it."""
    (acted,) = with_world(lambda world: work(wire_floor(world, wire_desk(world)).task_acts))
    if acted.task is None:
        raise click.ClickException(f"there is no task {acted.id}")
    if not acted.done:
        raise click.ClickException(f"{acted.id} is {_standing(acted.task)} already")


def _standing(task: Task) -> str:
    return f"claimed by {task.claimed_by}" if task.state is TaskState.CLAIMED else str(task.state)


def _fields(task: Task, bookings: Bookings) -> dict[str, Any]:
    booking = bookings.get(task.booking or "")
    return {
        "id": task.id,
        "kind": task.kind,
        "state": task.state,
        "claimed_by": task.claimed_by,
        "flight": task.flight,
        "reference": booking.reference if booking else None,
        "also": _also(task, bookings),
        "phone": booking.phone if booking and task.kind is TaskKind.CALL else None,
        "summary": task.summary,
        "quote": task.quote,
        "created_at": task.created_at,
        "resolve_by": task.resolve_by,
        "trace": task.trace,
    }


def _line(task: Task, bookings: Bookings) -> str:
    due = f"by {task.resolve_by:%Y-%m-%d %H:%MZ}" if task.resolve_by else ""
    booking = bookings.get(task.booking or "")
    whose = [booking.reference] if booking else []
    if booking and task.kind is TaskKind.CALL:
        whose.append(f"call {booking.phone or 'a number that the booking does not have'}")
    if others := _also(task, bookings):
        named = [*others[:_MOST_NAMED], *(["..."] if len(others) > _MOST_NAMED else [])]
        whose.append(f"(also {', '.join(named)})")
    said = [f'"{task.quote}"'] if task.quote else []
    words = "  ".join([*whose, task.summary, *said])
    return f"{task.id}  {task.kind:<17} {_standing(task):<20} {due:<20}  {words}"


def _also(task: Task, bookings: Bookings) -> list[str]:
    """Give the references of the person's other bookings."""
    others = {bookings[each].reference for each in task.also if each in bookings}
    booking = bookings.get(task.booking or "")
    return sorted(others - {booking.reference if booking else ""})
