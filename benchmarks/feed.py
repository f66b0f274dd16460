"""A large feed as poll publishes it, look by look, and the changes that it has to bring.

Each look shows every flight once, as its operating carrier's row in the vendor's shape. A few rows differ
from the look before: a delay has grown, or the gate has moved. All flights are still waiting to leave.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.flight import FlightState
from flightagents.domain.runs import RunStamp
from flightagents.domain.tracking import advance
from flightagents.handlers.reading import Run
from flightagents.records import FlightRecord
from tests.support.rows import row

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
"""The first look; all flights leave at least an hour after the last one of a default run."""
LOOK_EVERY = timedelta(minutes=1)

AIRLINES = ("AA", "BA", "IB")
NUMBERS = 9_000
"""Flight numbers of an airline; they have four digits."""
ROUTES = ("LHR-JFK", "JFK-LHR", "MAD-LHR", "LHR-MAD", "MAD-JFK", "JFK-MAD")
TYPES = ("B772", "A320", "A333", None, None, None)
DELAY_STEP = 20
"""Minutes: enough beyond the last delay to be news."""


@dataclass(slots=True)
class Plane:
    """One flight as the feed shows it now."""

    designator: str
    route: str
    hour: int
    aircraft: str | None
    delay: int | None = None
    gate: int = 1

    def row(self) -> dict[str, Any]:
        """Give the row in the vendor's shape, all of its fields filled that a waiting flight has."""
        return row(
            self.designator,
            route=self.route,
            departs=f"{self.hour}:35",
            arrives="2026-11-23T06:05",
            delay=self.delay,
            departure={"terminal": "5", "gate": f"B{self.gate}"},
            arrival={"terminal": "4", "delay": self.delay},
            flight={"icao": f"X{self.designator}"},
            aircraft=self.aircraft and {"registration": None, "iata": None, "icao": self.aircraft},
        )

    def change(self, dice: random.Random) -> None:
        """Grow the delay, or move the gate."""
        if dice.random() < 0.5:  # noqa: PLR2004 - a coin
            self.delay = (self.delay or 0) + DELAY_STEP
        else:
            self.gate += 1


@dataclass(slots=True)
class Feed:
    """Gives the looks in turn; `expected` collects the ids of their changes, by the domain alone."""

    flights: int
    share_changed: float
    expected: set[str] = field(default_factory=set)
    _states: dict[str, FlightState] = field(default_factory=dict)

    def looks(self, seed: int = 1) -> Iterator[list[FlightRecord]]:
        """Give the records of each look, in the order in which poll publishes them; without end."""
        dice = random.Random(seed)
        planes = [_plane(number, dice) for number in range(self.flights)]
        parser = RowParser()
        for number in count(1):
            run = Run(RunStamp(number, START + number * LOOK_EVERY), parser)
            for position, plane in enumerate(planes):
                if number > 1 and dice.random() < self.share_changed:
                    plane.change(dice)
                run.add(plane.row(), {"row": position})
            records = run.records()
            for record in records:
                self._expect(record)
            yield records

    def _expect(self, record: FlightRecord) -> None:
        self._states[record.flight], changes = advance(self._states.get(record.flight), record)
        self.expected.update(change.id for change in changes)


def _plane(number: int, dice: random.Random) -> Plane:
    airline = AIRLINES[number // NUMBERS % len(AIRLINES)]
    designator = f"{airline}{1000 + number % NUMBERS}"
    return Plane(designator, dice.choice(ROUTES), dice.randrange(14, 23), dice.choice(TYPES))
