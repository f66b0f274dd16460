"""Another flight under the identity of one that has left.

A flight that is retimed over midnight takes the identity of the next day's, and has mostly flown when the
feed begins to show that one.
"""

from datetime import datetime, timedelta

from flightagents.domain.flight import FlightState, Sighting

SUCCESSOR_AFTER = timedelta(hours=6)
"""From a take-off to the schedule of another flight.

The feed shows a flight about 6 h before it leaves. It never clears a runway time, so a flight that came back
to the gate and is retimed by hours keeps the one it has.
"""


def succeeds(state: FlightState, sighting: Sighting) -> bool:
    """Tell whether a sighting is of another flight than the one that we know, which has left."""
    left = state.departure.actual if state.departed else None
    unflown = sighting.departure.actual is None and sighting.arrival.actual is None
    return left is not None and unflown and _is_after(sighting, left)


def is_of_predecessor(state: FlightState, sighting: Sighting) -> bool:
    """Tell whether a sighting is of the flight that had the identity before the one that we know."""
    left, took_off = state.predecessor_left, sighting.departure.actual
    return left is not None and took_off is not None and took_off - left < SUCCESSOR_AFTER


def is_later_flight(sighting: Sighting, other: Sighting) -> bool:
    """Tell whether, of two rows of one run under one designator, this is a flight after the other's."""
    left = other.departure.actual
    same_clock = (sighting.departure.zone is None) is (other.departure.zone is None)
    return left is not None and same_clock and _is_after(sighting, left)


def _is_after(sighting: Sighting, left: datetime) -> bool:
    return (sighting.departure.actual or sighting.departure.scheduled) - left >= SUCCESSOR_AFTER
