"""Flights whose story is made up as it goes, by a seed: run after run of rows, as poll would publish them.

What the records bring is not written down here: the domain alone tells it, from the records.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flightagents.records import FlightRecord
from tests.support.rows import NOON, row, run_of

LOOK_EVERY = timedelta(minutes=2)
"""Business time between two looks at one flight, so that the second confirms the first."""
SHARE = 10
"""A run brings one flight in so many."""
NEWS = 0.2
"""The part of the looks at which a row changes; not every change of a row is news."""
PADDING = "x" * 400
"""What brings a record above 1 KB."""
ROUTES = ("LHR-JFK", "LHR-MAD", "JFK-AKL", "HNL-JFK")


@dataclass
class Flight:
    """One flight, and the row that it shows now."""

    number: int
    chance: random.Random
    row: dict[str, Any] = field(default_factory=dict)
    codeshares: list[str] = field(default_factory=list)
    looks: int = 0

    def look(self) -> list[dict[str, Any]]:
        """Give the rows of its next look."""
        self.looks += 1
        if self.chance.random() < NEWS:
            self._turn()
        designator, route = f"BA{self.number % 9999 + 1}", ROUTES[self.number // 9999 % len(ROUTES)]
        words = {"route": route, "arrives": "2026-11-24T06:00", **self.row}
        live = {"number": self.number, "look": self.looks, "padding": PADDING}
        rows = [row(each, operated_by=designator, live=live, **words) for each in self.codeshares]
        # Now and then the feed forgets the operating row, for one look.
        forgotten = rows and self.chance.random() < 0.1
        return rows if forgotten else [row(designator, live=live, **words), *rows]

    def _turn(self) -> None:
        """Let something happen."""
        gone = "took_off" in self.row
        turns = ["belt", "codeshare"]
        turns += ["landed", "active"] if gone else ["delay"] * 6 + ["gate", "gate", "cancelled", "took_off"]
        match self.chance.choice(turns):
            case "delay":
                self.row["delay"] = self.chance.choice((None, 5, 20, 35, 60, 90, 200))
            case "gate":
                self.row["departure"] = {"gate": f"A{self.chance.randrange(1, 30)}"}
            case "cancelled":
                was = self.row.get("status")
                self.row["status"] = "scheduled" if was == "cancelled" else "cancelled"
            case "took_off":
                self.row |= {"took_off": "15:40", "status": "active"}
            case "active":
                self.row["status"] = self.chance.choice(("active", "scheduled"))
            case "landed":
                self.row |= {"landed": "2026-11-24T05:50", "status": "landed"}
            case "belt":
                self.row["arrival"] = {"baggage": str(self.chance.randrange(1, 9))}
            case "codeshare" if len(self.codeshares) < 3:
                self.codeshares.append(f"AA{self.number % 9000 + 1000 * len(self.codeshares) + 1}")
            case _:
                pass


def runs(flights: int, seed: int) -> Iterator[list[FlightRecord]]:
    """Give run after run, without end."""
    chance = random.Random(seed)
    world = [Flight(number, random.Random(chance.random())) for number in range(flights)]
    run = 0
    while True:
        run += 1
        polled_at = NOON + run * LOOK_EVERY / SHARE
        shown = world[run % SHARE :: SHARE]
        yield run_of([each for flight in shown for each in flight.look()], run, polled_at)
