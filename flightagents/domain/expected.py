"""When a flight will leave and arrive, as far as the feed lets one know."""

from datetime import datetime, timedelta

from flightagents.domain.flight import FlightState, SightedEnd


def expected_departure(base: datetime, scheduled: datetime, delay: int | None) -> datetime:
    """Give the earliest reading of the feed's delay (minutes) that is not before the schedule in force.

    After a retime `departure.delay` may still count from the first schedule or already from the new one:
    17:30 retimed to 22:15 with delay 285 stays 22:15, with delay 20 is 22:35.
    """
    if delay is None:
        return scheduled
    return min((when for when in readings(base, scheduled, delay) if when >= scheduled), default=scheduled)


def readings(base: datetime, scheduled: datetime, delay: int | None) -> tuple[datetime, ...]:
    """Give what the feed's delay may mean; where the two differ, staff see both."""
    if delay is None:
        return (scheduled,)
    late = timedelta(minutes=delay)
    return tuple(sorted({base + late, scheduled + late}))


def expected_arrival(state: FlightState, arrival: SightedEnd, *, departed: bool, late: timedelta) -> datetime:
    """Give the landing time, a true estimate in the air, or the schedule moved by the departure's delay.

    `arrival.estimated` that repeats the schedule is no estimate (the feed's habit until 2024), and a missing
    delay in the air means unknown: then what we knew stands.
    """
    if arrival.actual is not None:
        return arrival.actual
    if not departed:
        return arrival.scheduled + late
    if arrival.estimated is not None and arrival.estimated != arrival.scheduled:
        return arrival.estimated
    if arrival.delay is not None:
        return arrival.scheduled + timedelta(minutes=arrival.delay)
    return state.arrival.expected
