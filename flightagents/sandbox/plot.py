"""How much of a flight's day the feed knew, and when: status, delays, retimes, take-off and landing.

Comes after `day` (what happened) and before `feed_story` (rows in the vendor's shape). What happened is real;
when the feed learnt of it is invented by `departing` and `flying`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.sandbox.steps import Steps

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

# The feed lists what departs within about six hours (fact 3), so nothing that it learns earlier is seen.
AHEAD = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Plot:
    """The parts of a row that tell the story, each as it was known over time. Delays are whole minutes."""

    status: Steps[str]
    delay: Steps[int | None]
    departure: Steps[datetime]
    arrival: Steps[datetime]
    off: Steps[datetime | None]
    on: Steps[datetime | None]
    estimated_on: Steps[datetime | None]
    arrival_delay: Steps[int | None]


def on_the_ground(
    status: Steps[str], delay: Steps[int | None], departure: Steps[datetime], arrival: Steps[datetime]
) -> Plot:
    """Make the plot of a flight that has not taken off."""
    return Plot(
        status=status,
        delay=delay,
        departure=departure,
        arrival=arrival,
        off=Steps(None),
        on=Steps(None),
        estimated_on=Steps(None),
        arrival_delay=Steps(None),
    )


def minutes(duration: timedelta) -> int:
    """Round to whole minutes, which is all that the feed has."""
    return round(duration / MINUTE)


def delay_or_null(duration: timedelta) -> int | None:
    """Write a delay as the feed does: 1 or more; on time and early are null (fact 1)."""
    return minutes(duration) if minutes(duration) >= 1 else None


def part(duration: timedelta, share: float) -> timedelta:
    """Take a share of a duration, in whole seconds."""
    return timedelta(seconds=round(duration.total_seconds() * share))
