"""The feed's story of a flight until take-off: delays that grow, retimes, cancellations. Next: `flying`."""

from datetime import datetime, timedelta
from random import Random

from flightagents.sandbox.day import Flight
from flightagents.sandbox.plot import MINUTE, SECOND, Plot, minutes, on_the_ground, part
from flightagents.sandbox.steps import Steps
from flightagents.sandbox.twists import Before, draw

Delays = list[tuple[datetime, int | None]]

# A delay of so many minutes comes in one step more.
_RUNGS = (25, 45, 90, 180)

# Half of the delays below a quarter of an hour are never announced: the aircraft just leaves a little late.
_SMALL = 15
_TINY = 5
_SMALL_AND_SILENT = 0.5

_LATE_BEFORE_CANCELLED = 0.3
_RETIMED_WITHOUT_DELAY = 0.3

# When the feed learns of a cancellation, measured from the scheduled departure: shares and seconds.
_CANCELLED_AT = (
    (0.25, (-12 * 3600, -12 * 3600)),  # it was never seen otherwise
    (0.15, (0, 45 * 60)),  # it should have gone
)
_CANCELLED_AT_ELSE = (-300 * 60, -30 * 60)


def cancelled(flight: Flight, rng: Random) -> Plot:
    """Cancel it: from first sight, some time before departure or, for a few, when it should have gone."""
    scheduled = flight.scheduled_departure
    at = scheduled + rng.randint(*draw(_CANCELLED_AT, _CANCELLED_AT_ELSE, rng)) * SECOND
    delays: Delays = []
    if rng.random() < _LATE_BEFORE_CANCELLED:
        # Late first, then cancelled: the delay stays in the row.
        delays = [(at - rng.randint(20, 90) * MINUTE, 5 * rng.randint(5, 24))]
    return on_the_ground(
        Steps("scheduled", [(at, "cancelled")]),
        Steps(None, delays),
        Steps(scheduled),
        Steps(flight.scheduled_arrival),
    )


def departing(flight: Flight, before: Before, rng: Random, look: timedelta) -> Plot:
    """Tell a flight that went, until it goes. What lasts for one look lasts for `look`."""
    late = minutes(flight.delay or timedelta())
    delays = _growing(flight.scheduled_departure, late, rng)
    # When something happens to it: while its delay grows, or between four hours and half an hour ahead.
    first, last = (delays[0][0], delays[-1][0]) if delays else (flight.scheduled_departure,) * 2
    turn = first + part(last - first, 0.6)
    if first == last:
        turn = flight.scheduled_departure - rng.randint(30 * 60, 240 * 60) * SECOND
    retimes = _retimes(flight, before, turn)
    return on_the_ground(
        Steps("scheduled", _statuses(flight, before, turn, rng, look=look)),
        Steps(None, _twisted(delays, before, turn, rng, late=late, look=look)),
        Steps(flight.scheduled_departure, [(at, flight.scheduled_departure + by) for at, by in retimes]),
        Steps(flight.scheduled_arrival, [(at, flight.scheduled_arrival + by) for at, by in retimes]),
    )


def _growing(scheduled: datetime, late: int, rng: Random) -> Delays:
    """Let the real delay appear some time before departure and grow in steps of five minutes."""
    if late < _TINY or (late < _SMALL and rng.random() < _SMALL_AND_SILENT):
        return []
    count = 1 + sum(late >= rung for rung in _RUNGS)
    lead = min(rng.uniform(15, 60) + late * rng.uniform(0.2, 0.8), 330)
    first = scheduled - part(MINUTE, lead)
    last = max(scheduled + part(MINUTE, late - rng.uniform(5, 25)), first + count * MINUTE)
    share = rng.uniform(0.3, 0.6)
    steps: Delays = []
    for index in range(count - 1):
        done = index / (count - 1)
        known = late * (share + (1 - share) * done)
        steps.append((first + part(last - first, done), max(5, 5 * round(known / 5))))
    return [*steps, (last if steps else first, late)]


def _twisted(
    delays: Delays, before: Before, turn: datetime, rng: Random, *, late: int, look: timedelta
) -> Delays:
    so_far = [step for step in delays if step[0] < turn]
    match before:
        case Before.FALSE_ALARM:
            return [(turn, 5 * rng.randint(4, 12)), (turn + rng.randint(10, 25) * MINUTE, None)]
        case Before.SHRINKS:
            return [*so_far, (turn, late + 5 * rng.randint(4, 12)), (delays[-1][0], late)]
        case Before.FLICKERS:
            rest = [step for step in delays if step[0] >= turn + look]
            return [*so_far, (turn, None), (turn + look, Steps(None, delays).at(turn + look)), *rest]
        case Before.RETIMED:
            # The feed knows the whole delay a little before the retime, and leaves it beside the new time.
            gone: Delays = [(turn, None)] if rng.random() < _RETIMED_WITHOUT_DELAY else []
            return [*so_far, (turn - 5 * MINUTE, late), *gone]
        case _:
            return delays


def _retimes(flight: Flight, before: Before, turn: datetime) -> list[tuple[datetime, timedelta]]:
    if before in (Before.RETIMED, Before.RETIMED_EARLIER) and flight.delay is not None:
        return [(turn, flight.delay)]
    return []


def _statuses(
    flight: Flight, before: Before, turn: datetime, rng: Random, *, look: timedelta
) -> list[tuple[datetime, str]]:
    match before:
        case Before.REINSTATED:
            return [(turn, "cancelled"), (turn + rng.randint(30, 60) * MINUTE, "scheduled")]
        case Before.CANCELLED_FOR_ONE_LOOK:
            return [(turn, "cancelled"), (turn + look, "scheduled")]
        case Before.INCIDENT:
            return [(flight.scheduled_departure - 20 * MINUTE, "incident")]
        case _:
            return []
