"""Flights between New York and abroad, all invented: the real day beside them (`day`) is domestic.

The airlines and routes exist, the numbers and what happens do not. They are there so that hints of every
rule of passenger rights can be seen: some come hours late, some never leave, and a few are as they should be.
Next: `plot` invents what the feed knew of them, as of the real ones.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flightagents.sandbox.day import Flight, airport

MINUTE = timedelta(minutes=1)
TAXI_OUT = 15 * MINUTE
TAXI_IN = 6 * MINUTE


@dataclass(frozen=True, slots=True)
class _Invented:
    """`leaves` is local time; `way`, from gate to gate, and `late` are minutes, or it is cancelled."""

    carrier: str
    number: int
    route: str
    leaves: str
    way: int
    late: int | None


CANCELLED = None
# All but one are late by more or less than a threshold by over 15 minutes: nearer nobody can tell.
_FLIGHTS = (
    # To the United Kingdom: its rules hold with airlines of its own and of the Union.
    _Invented("BA", 4178, "JFK-LHR", "12:40", 415, 265),
    _Invented("BA", 4114, "JFK-LHR", "15:50", 415, CANCELLED),
    _Invented("UA", 4940, "EWR-LHR", "16:40", 420, 250),
    _Invented("VS", 4004, "JFK-LHR", "18:30", 415, 0),
    # To the Union, likewise.
    _Invented("LH", 4401, "JFK-FRA", "11:50", 465, 400),
    _Invented("AF", 4007, "JFK-CDG", "15:45", 440, CANCELLED),
    _Invented("IB", 4252, "JFK-MAD", "16:55", 430, 0),
    _Invented("EI", 4104, "JFK-DUB", "17:30", 395, 35),
    _Invented("DL", 4046, "JFK-AMS", "19:20", 435, 75),
    # To Canada: with any airline.
    _Invented("AC", 4709, "LGA-YYZ", "12:40", 95, 250),
    _Invented("AC", 4541, "EWR-YUL", "15:40", 85, CANCELLED),
    # From Europe, the Union's and the Kingdom's rules with any airline.
    _Invented("VS", 4003, "LHR-JFK", "11:30", 480, 205),
    _Invented("BA", 4177, "LHR-JFK", "13:05", 485, 245),  # too close to the four hours
    _Invented("VS", 4025, "LHR-JFK", "20:45", 480, CANCELLED),
    _Invented("DL", 4265, "CDG-JFK", "15:10", 510, 265),
    _Invented("AF", 4022, "CDG-JFK", "21:30", 505, CANCELLED),
    _Invented("LH", 4404, "FRA-JFK", "16:30", 530, 0),
)


def flights_abroad(day: date) -> list[Flight]:
    """Invent the flights that leave on a local date, to New York and from there."""
    return [_flight(each, day) for each in _FLIGHTS]


def _flight(told: _Invented, day: date) -> Flight:
    origin, destination = map(airport, told.route.split("-"))
    departure = datetime.combine(day, time.fromisoformat(told.leaves), origin.zone).astimezone(UTC)
    way = told.way * MINUTE
    delay = None if told.late is None else told.late * MINUTE
    leaves = None if delay is None else departure + delay
    return Flight(
        carrier=told.carrier,
        number=str(told.number),
        tail=None,
        origin=origin,
        destination=destination,
        scheduled_departure=departure,
        scheduled_arrival=departure + way,
        cancelled=leaves is None,
        delay=delay,
        off=leaves and leaves + TAXI_OUT,
        on=leaves and leaves + way - TAXI_IN,
        invented=True,
    )
