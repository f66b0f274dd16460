"""`flightagents dead-letters list | show | replay | replay-all | dismiss`: what could not be read."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import by, with_world
from flightagents.handlers.mend_letters import Effect, Mended, MendLetters, Outcome, ShownLetter
from flightagents.ports import KeptLetter, LetterFilter, LetterState
from flightagents.store.letters import MongoLetters
from flightagents.wiring import World, wire_letters

_WORDS = {
    Effect.SPEAKS: "it is compared with what is known of its flight",
    Effect.OLDER: "a newer run has brought its flight: it is archived and changes nothing",
    Effect.BESIDE: "another row of its run speaks for its flight: it is archived and changes nothing",
    Effect.KNOWN: "it is archived already and changes nothing",
    Effect.DECIDES: "it is decided on, unless it is known",
}

_key = click.argument("letter")


@cli.group("dead-letters")
def dead_letters() -> None:
    """Rows of the feed, and messages on our topics, that could not be read."""


@dead_letters.command("list")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--reason", help="Only those of this reason, such as bad_time.")
@click.option("--all", "everything", is_flag=True, help="Also those that were replayed or dismissed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the raw text.")
def list_(limit: int, reason: str | None, everything: bool, as_json: bool) -> None:
    """List dead letters, newest first."""
    states = frozenset(LetterState) if everything else frozenset({LetterState.NEW})
    wanted = LetterFilter(reason=reason, states=states)

    async def work(world: World) -> list[KeptLetter]:
        letters, cursor = MongoLetters(world.database), None
        found: list[KeptLetter] = []
        while len(found) < limit:
            page = await letters.page(wanted, limit=limit - len(found), after=cursor)
            found += page.rows
            cursor = page.after
            if cursor is None:
                break
        return found

    for kept in with_world(work):
        click.echo(msgspec.json.encode(_fields(kept)) if as_json else _line(kept))


@dead_letters.command()
@_key
def show(letter: str) -> None:
    """Show a LETTER (its id, as `list --json` gives it): where it comes from, what is wrong, its text."""
    shown = with_world(lambda world: wire_letters(world).show(letter))
    if shown is None:
        raise click.ClickException(f"there is no dead letter {letter}")
    for line in _lines(shown):
        click.echo(line)


@dead_letters.command()
@_key
@click.option(
    "--with",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file: the row as it should have been.",
)
@by
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
def replay(letter: str, path: Path | None, who: str, dry_run: bool) -> None:
    """Publish a LETTER after all: as it is, if it can be read by now, or corrected.

    It is as old as the run that it came in, and changes nothing that is newer.
    """
    try:
        correction = path.read_text(encoding="utf-8") if path else None
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} is not UTF-8 text") from None

    def work(mend: MendLetters) -> Coroutine[Any, Any, Mended]:
        return mend.preview(letter, correction) if dry_run else mend.replay(letter, who, correction)

    click.echo(_said(_mended(work)))


@dead_letters.command("replay-all")
@click.argument("reason")
@by
def replay_all(reason: str, who: str) -> None:
    """Read all new letters of a REASON again, oldest first, and publish those that can be read by now."""

    async def work(world: World) -> list[Mended]:
        mend, cursor = wire_letters(world), None
        done: list[Mended] = []
        while True:
            some, cursor = await mend.replay_all(reason, who, cursor=cursor)
            done += some
            if cursor is None:
                return done

    done = with_world(work)
    for mended in done:
        click.echo(f"{mended.key}: {_said(mended)}")
    replayed = sum(mended.outcome is Outcome.REPLAYED for mended in done)
    click.echo(f"{replayed} of {len(done)} replayed")


@dead_letters.command()
@_key
@by
@click.option("--note", default="", help="Why it is not worth it.")
def dismiss(letter: str, who: str, note: str) -> None:
    """Set a LETTER aside for good."""
    click.echo(_said(_mended(lambda mend: mend.dismiss(letter, who, note))))


def _mended(work: Callable[[MendLetters], Coroutine[Any, Any, Mended]]) -> Mended:
    """Do it to one letter. Raises click.ClickException where nothing came of it."""
    mended = with_world(lambda world: work(wire_letters(world)))
    if mended.outcome in (Outcome.UNKNOWN, Outcome.ENDED, Outcome.UNREADABLE):
        raise click.ClickException(_said(mended))
    return mended


def _said(mended: Mended) -> str:
    match mended.outcome:
        case Outcome.UNKNOWN:
            return f"there is no dead letter {mended.key}"
        case Outcome.ENDED:
            return f"it is {_standing(mended.letter)} already" if mended.letter else "it has ended"
        case Outcome.UNREADABLE:
            problem = mended.problem
            return f"{problem.reason}: {problem.detail}" if problem else "it cannot be read"
        case Outcome.DISMISSED:
            return "dismissed"
        case Outcome.REPLAYED | None:
            news = f"; news: {', '.join(mended.changes)}" if mended.changes else ""
            record = f"{mended.record.id}: " if mended.record else ""
            effect = _WORDS[mended.effect] if mended.effect else ""
            return f"{'would replay' if mended.outcome is None else 'replayed'} {record}{effect}{news}"


def _standing(kept: KeptLetter) -> str:
    note = f" ({kept.note})" if kept.note else ""
    when = f" at {kept.moved_at:%Y-%m-%d %H:%M}Z" if kept.moved_at else ""
    return f"{kept.state} by {kept.by}{when}{note}" if kept.by else str(kept.state)


def _fields(kept: KeptLetter) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(kept)
    letter = fields.pop("letter")
    return {"_id": letter.pop("id"), **letter, **fields}


def _line(kept: KeptLetter) -> str:
    letter = kept.letter
    place = " ".join(f"{key}={value}" for key, value in letter.place.items())
    ended = "" if kept.state is LetterState.NEW else f" [{_standing(kept)}]"
    return f"{letter.at:%Y-%m-%d %H:%M} {letter.reason:<24} {place}: {letter.detail}{ended}"


def _lines(shown: ShownLetter) -> list[str]:
    letter, problem = shown.kept.letter, shown.problem
    now = f"{problem.reason}: {problem.detail}" if problem else "it can be read by now"
    return [
        f"{letter.id}  {_standing(shown.kept)}",
        f"from:  {shown.place}, at {letter.at:%Y-%m-%d %H:%M}Z",
        f"was:   {letter.reason}: {letter.detail}",
        f"today: {now}",
        *(["only the beginning is kept:"] if shown.cut else []),
        shown.text,
    ]
