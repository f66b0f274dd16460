"""A booking -> which of its flights are over, so that nobody rebooks or cancels them."""

from collections.abc import Sequence
from datetime import datetime

from flightagents.domain.bookings import Booking, Segment
from flightagents.domain.flight import FlightState
from flightagents.domain.flown import Over, over
from flightagents.domain.times import at_latest
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case


async def what_is_over(audience: Audience, booking: Booking, now: datetime) -> tuple[Over | None, ...]:
    """Tell of each flight of a booking, by its place. A flight that has become another one is that one."""
    cases = await audience.of_bookings([booking])
    return tuple(over(segment, _flown(segment, cases), now) for segment in booking.segments)


def _flown(segment: Segment, cases: Sequence[Case]) -> list[FlightState]:
    theirs = [case.state for case in cases if case.segment == segment and case.aside is None]
    return sorted(theirs, key=lambda state: at_latest(state.departure.expected))
