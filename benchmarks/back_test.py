"""What a back-test of a staff rule costs: `python -m benchmarks.back_test`.

It fills an embedded MongoDB with a week of made-up changes at 312 airports and tries rules on it. Beside the
time it tells how much processor time this program spent at most between two turns of others in its loop.
"""

import argparse
import asyncio
import random
import string
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from benchmarks import machine
from flightagents.clock import SystemClock
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind, severity
from flightagents.domain.rules import Recipient, StaffRule
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.staff_rows import Office
from flightagents.sandbox.mongodb import embedded_mongodb
from flightagents.store.connection import Database, connect
from flightagents.store.flights import MongoFlights
from flightagents.store.history import MongoChangeHistory
from flightagents.store.setup import prepare
from tests.support.rows import row
from tests.support.staff import rule, story

WEEK = timedelta(days=7)
AIRPORTS = [
    "".join(letters) + "A" for letters in product(string.ascii_uppercase, string.ascii_uppercase[:12])
]
AIRLINES = [
    "BA",
    "AA",
    "IB",
    "LH",
    "DL",
    "UA",
    "AF",
    "KL",
    *(f"{letter}X" for letter in string.ascii_uppercase),
]
KINDS = {
    Kind.FIRST_SEEN: 25,
    Kind.DEPARTED: 18,
    Kind.LANDED: 18,
    Kind.DELAYED: 14,
    Kind.GATE_CHANGED: 8,
    Kind.BELT_ASSIGNED: 6,
    Kind.MARKETED_AS_GROWN: 5,
    Kind.MOVED_EARLIER: 2,
    Kind.ON_TIME_AGAIN: 2,
    Kind.CANCELLED_UNCONFIRMED: 1,
    Kind.CANCELLED: 1,
}
"""Of a hundred changes. An airport's share falls with its place in the list, as it does in the world."""
EVERYTHING = rule("everything")
TWENTY = replace(
    EVERYTHING, to=tuple(Recipient(Channel.EMAIL, f"ops{number}@agency.example") for number in range(20))
)
RULES: dict[str, StaffRule] = {
    "everything from minor on": EVERYTHING,
    "the same to 20 addresses": TWENTY,
    "two airports": rule(airports=("AAA", "CCA")),
    "an airline": rule(airlines=("BA",)),
    "cancellations at an airport": rule(airports=("AAA",), kinds=(Kind.CANCELLED,)),
}


async def main(changes: int) -> None:
    """Fill, try and print."""
    print(machine.description())
    async with embedded_mongodb() as url:
        database = connect(url, "back_test")
        await prepare(database, keep=timedelta(days=90))
        now = datetime.now(UTC)
        batch: list[Change] = []
        for change in made_up(changes, now):
            batch.append(change)
            if len(batch) == 5_000:  # noqa: PLR2004 - one write
                await MongoFlights(database).add_to_history(batch)
                batch = []
        await MongoFlights(database).add_to_history(batch)
        print(f"{changes:,} changes within 7 days, {machine.load()}")
        for name, asked in RULES.items():
            await _try(database, name, asked)
        database.client.close()


def made_up(count: int, now: datetime) -> Iterator[Change]:
    """Give so many changes, evenly over the week before now."""
    rng = random.Random(1)
    (pattern,) = story(row())
    shares = [1 / (place + 3) for place in range(len(AIRPORTS))]
    kinds = rng.choices(list(KINDS), list(KINDS.values()), k=count)
    for number, kind in enumerate(kinds):
        at = now - WEEK * ((count - number) / count)
        late = timedelta(minutes=rng.choice((20, 35, 65, 200)) if kind is Kind.DELAYED else 0)
        base = at.replace(second=0, microsecond=0) + timedelta(minutes=90)
        origin, goal = rng.choices(AIRPORTS, shares, k=2)
        airline = rng.choice(AIRLINES)
        sold_by = rng.choices(AIRLINES, k=rng.choice((0, 0, 1, 3)))
        flight = f"{airline}{number % 4000 + 1}|{at:%Y-%m-%d}|{origin}|{goal}"
        yield replace(
            pattern,
            id=f"{flight}/{number}",
            flight=flight,
            kind=kind,
            at=at.replace(second=0, microsecond=0),
            severity=severity(kind, late),
            departure=replace(pattern.departure, airport=origin, base=base, expected=base + late),
            arrival=replace(pattern.arrival, airport=goal),
            carrier=airline,
            marketed_as=tuple(f"{each}{rng.randint(1, 6000)}" for each in sold_by),
        )


async def _try(database: Database, name: str, asked: StaffRule) -> None:
    back_test = BackTestRule(
        MongoChangeHistory(database),
        address_key=lambda address: address,
        clock=SystemClock(),
        office=Office(),
    )
    waits: list[float] = []
    watching = asyncio.create_task(_watch(waits))
    began, processor = time.perf_counter(), time.process_time()
    found = await back_test(asked)
    took, used = time.perf_counter() - began, time.process_time() - processor
    watching.cancel()
    print(
        f"  {name}: {took:.2f} s ({used:.2f} s of processor time), {found.changes_looked_at:,} looked at, "
        f"{found.would_send:,} messages, {'cut' if found.cut else 'whole'}; "
        f"others waited {max(waits) * 1000:.0f} ms at most"
    )


async def _watch(waits: list[float]) -> None:
    """Take every turn of the loop, and note the processor time between two of them."""
    while True:
        last = time.process_time()
        await asyncio.sleep(0)
        waits.append(time.process_time() - last)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=300_000)
    asyncio.run(main(parser.parse_args().changes))
