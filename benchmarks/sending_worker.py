"""What a worker does between a change and the mail server: a program of its own, to be measured alone.

It fills an empty database with flights on time and people on them, says that it begins, and takes the changes
as the alert agent does, while its senders do as the timer `deliver` does. Its last line is what it measured.
"""

import argparse
import asyncio
import cProfile
import json
import logging.config
import pstats
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import uvloop

from flightagents import logs
from flightagents.clock import clock_from
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.changes import Change
from flightagents.domain.tracking import advance
from flightagents.records import CHANGE_TOPIC, encode
from flightagents.settings import load
from flightagents.store.flights import MongoFlights
from flightagents.wiring import Desk, open_world, wire
from tests.support.fakes import FakePublisher, FakeTable, messages
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking, segment

LANGUAGES = ("en", "en", "en", "de", "fr", "es")
DELAY = 45
"""Minutes: an email each, and no SMS."""
LOOK_EVERY = timedelta(seconds=1)

PARTS = {
    "decide": ("decide.py", "for_flights"),
    "judge anew": ("recheck.py", "__call__"),
    "render": ("render.py", "render"),
    "write the letter": ("letter.py", "write"),
    "speak SMTP": ("email.py", "_offered"),
    "hand the letter over": ("email.py", "_hand_over"),
    "mark and record": ("group_commit.py", "_write_all"),
    "claim": ("outbox.py", "claim"),
}
"""Functions, whose share of the processor is told with that of all they call."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Whom to tell of what."""

    people: list[Booking]
    changes: list[Change]


async def measure(departures: int, travellers: int, profile: cProfile.Profile | None) -> dict[str, object]:
    """Make the load, and let it go through."""
    settings = load()
    world = await open_world(settings, clock_from(settings.clock))
    used = wire(world, FakePublisher(), FakeTable())
    prepared = await prepare(MongoFlights(world.database), used.desk, departures, travellers)
    wanted = len(prepared.people)
    received = messages(*map(encode, prepared.changes), topic=CHANGE_TOPIC)
    print("begins", flush=True)
    began, cpu = time.time(), time.process_time()
    if profile is not None:
        profile.enable()
    sending = asyncio.create_task(send(used.desk, wanted))
    await used.alert(received)
    decided = time.time()
    await sending
    if profile is not None:
        profile.disable()
    figures: dict[str, object] = {
        "began_at": began,
        "decided_seconds": decided - began,
        "seconds": time.time() - began,
        "cpu_seconds": time.process_time() - cpu,
    }
    used.desk.close()
    await world.close()
    return figures


async def prepare(flights: MongoFlights, desk: Desk, departures: int, travellers: int) -> Prepared:
    """Store flights on time and who is on them; give the people, and the changes that are to come."""
    numbers = [f"BA{1000 + number}" for number in range(departures)]
    before = run_of([row(number) for number in numbers])
    states = {record.flight: advance(None, record)[0] for record in before}
    await flights.move_on(states.values())
    after = run_of([row(number, delay=DELAY) for number in numbers], 2, NOON + MINUTE)
    changes = [change for record in after for change in advance(states[record.flight], record)[1]]
    people = [
        booking(
            segment(number),
            reference=f"R{number}{seat:04d}",
            email=f"traveller{seat}@{number.lower()}.example",
            name=f"Traveller {seat}",
            language=LANGUAGES[seat % len(LANGUAGES)],
        )
        for number in numbers
        for seat in range(travellers)
    ]
    for start in range(0, len(people), 1000):
        some = people[start : start + 1000]
        await desk.bookings.save(some)
        await desk.bookings.mark_decided([each.id for each in some])
    return Prepared(people, changes)


async def send(desk: Desk, wanted: int) -> None:
    """Send until so many rows were claimed; woken by a decision, else each second."""
    wake, done = asyncio.Event(), 0
    desk.decide.wake(wake)
    while done < wanted:
        wake.clear()
        if rows := await desk.deliver(Channel.EMAIL):
            done += rows
            await desk.settle()
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY.total_seconds())


def split(profile: cProfile.Profile) -> dict[str, float]:
    """Give the processor seconds of each part, of the thread that does the work."""
    found = _functions(profile)
    parts = {
        part: sum(cumulative for _, _, cumulative in _ours(found, file, function))
        for part, (file, function) in PARTS.items()
    }
    return {**parts, "all of it": sum(own for _, own, _ in found.values())}


def rendered(profile: cProfile.Profile) -> int:
    """Count the emails that were rendered: the others were filled in."""
    return sum(calls for calls, _, _ in _ours(_functions(profile), "render.py", "_write_email"))


Functions = dict[tuple[str, str], tuple[int, float, float]]
"""Of each function, by path and name: its calls, and its seconds without and with all that it calls."""


def _functions(profile: cProfile.Profile) -> Functions:
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    found: Functions = {}
    for (path, _, name), (_, calls, own, cumulative, _) in stats.items():
        before = found.get((path, name), (0, 0.0, 0.0))
        found[path, name] = (before[0] + calls, before[1] + own, before[2] + cumulative)
    return found


def _ours(found: Functions, file: str, function: str) -> list[tuple[int, float, float]]:
    return [
        figures
        for (path, name), figures in found.items()
        if name == function and path.endswith(f"/{file}") and "/flightagents/" in path
    ]


def main() -> None:
    """Measure; the last line says what."""
    options = argparse.ArgumentParser()
    options.add_argument("departures", type=int)
    options.add_argument("travellers", type=int)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    logging.config.dictConfig(logs.configure(load().log_format))
    profile = cProfile.Profile() if given.profile else None
    figures = uvloop.run(measure(given.departures, given.travellers, profile))
    if profile is not None:
        figures |= {"split": split(profile), "rendered": rendered(profile)}
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
