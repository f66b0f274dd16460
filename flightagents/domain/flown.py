"""Whether a flight of a booking can still be rebooked or cancelled. What was flown was flown.

A booking that is wrong is mended by editing it, at any time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.bookings import Segment
from flightagents.domain.flight import FlightState
from flightagents.domain.times import at_latest

SILENT_FOR = timedelta(hours=6)
"""After the expected arrival: a feed that has not said of a landing by then says no more."""
STRANDED_FOR = timedelta(days=3)
"""Whoever stands somewhere after a cancellation or a diversion is rebooked within days."""


class Over(StrEnum):
    """Why a flight can be neither rebooked nor cancelled any more."""

    LANDED = "landed"
    LONG_GONE = "long_gone"
    """It should have landed long ago, as far as anybody knows."""


_WHY = {Over.LANDED: "has landed", Over.LONG_GONE: "is long over"}


def over(segment: Segment, flights: Sequence[FlightState], now: datetime) -> Over | None:
    """Tell why it is over for a segment, or None where it is not.

    `flights`: what it means, in the order in which they are flown; empty where the feed knows of none.
    """
    stranded = any(each.disruption is not None for each in flights)
    if flights and flights[-1].landed and not stranded:
        return Over.LANDED
    if not flights:
        return Over.LONG_GONE if segment.is_past(now) else None
    until = at_latest(flights[-1].arrival.expected) + (STRANDED_FOR if stranded else SILENT_FOR)
    return Over.LONG_GONE if now > until else None


def too_late(segment: Segment, why: Over) -> str:
    """Say why a flight can be neither rebooked nor cancelled, and what one can do."""
    name = f"{segment.designator} of {segment.flight_date.day} {segment.flight_date:%b}"
    return f"{name} {_WHY[why]}: it can be neither rebooked nor cancelled; if the booking is wrong, edit it"
