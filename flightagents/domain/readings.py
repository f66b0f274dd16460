"""The two times that a retimed flight's delay may mean: travellers are told the earlier, staff see both."""

from dataclasses import dataclass
from datetime import datetime

from flightagents.domain import expected
from flightagents.domain.changes import STEP
from flightagents.domain.flight import FlightState


@dataclass(frozen=True, slots=True)
class Readings:
    """When a flight may leave: as travellers were told, or as late as the feed's delay may mean."""

    told: datetime
    other: datetime


def readings(state: FlightState) -> Readings | None:
    """Give both readings of a flight that has not left, where they are 10 minutes apart or more.

    A reading before the schedule in force is none: no flight leaves before it.
    """
    if not state.open:
        return None
    departure = state.departure
    latest = expected.readings(departure.base, departure.scheduled, state.delay)[-1]
    if latest - departure.expected < STEP:
        return None
    return Readings(told=departure.expected, other=latest)
