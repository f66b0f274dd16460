"""The flights of one booking in their order: which of them is changed to from which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flightagents.domain.flight import FlightState
from flightagents.domain.times import to_utc

LONGEST_STAY = timedelta(hours=24)
"""Whoever stays longer does not connect: the industry's own line between a connection and a stopover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One flight that a person is booked on, with the number and date of their ticket.

    `state` is None while the feed does not have it: then `leaves` is the ticketed time, on the wall clock of
    the airport of departure. `leaves` and `arrives` are as it was sold, and not as it is expected now.
    """

    designator: str
    flight_date: date
    departure: str
    arrival: str
    leaves: datetime
    arrives: datetime | None = None
    state: FlightState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A change from one flight to the next. Times are those of now, in UTC where the zone is known.

    `planned` is the time between the two as it was sold.
    """

    inbound: FlightState
    from_: Leg
    to: Leg
    zone: str | None
    """Of the airport where they change."""
    arrives: datetime
    leaves: datetime
    planned: timedelta

    @property
    def onward(self) -> FlightState | None:
        """What the feed knows of the flight that they change to."""
        return self.to.state

    @property
    def airport(self) -> str:
        """Where they change."""
        return self.to.departure

    @property
    def margin(self) -> timedelta:
        """Time that is left to change; negative where the flight arrives after the next one has left."""
        return self.leaves - self.arrives


def connections(legs: Sequence[Leg]) -> list[Connection]:
    """Give the connections of one booking.

    From each flight people change to the first one that was planned to leave where it arrives, within a day.
    A flight that goes on under the same number takes them along, so there is nothing to change to.
    """
    found = []
    for leg in legs:
        onward = min((each for other in legs if (each := _connect(leg, other))), key=_planned, default=None)
        if onward is not None and onward.to.designator != leg.designator:
            found.append(onward)
    return found


def _planned(connection: Connection) -> timedelta:
    return connection.planned


def _connect(leg: Leg, onward: Leg) -> Connection | None:
    """Join two flights if people can have planned to change from one to the other.

    Only the airport's own clock may be known, if no zone is: both ends are on it.
    """
    if leg.state is None or leg.arrives is None or leg.arrival != onward.departure:
        return None
    zone = leg.state.arrival.zone or (onward.state.departure.zone if onward.state else None)
    planned = _at(onward.leaves, zone) - _at(leg.arrives, zone)
    if not timedelta() <= planned <= LONGEST_STAY:
        return None
    return Connection(
        inbound=leg.state,
        from_=leg,
        to=onward,
        zone=zone,
        arrives=_at(leg.state.arrival.expected, zone),
        leaves=_at(_leaves(onward), zone),
        planned=planned,
    )


def _leaves(leg: Leg) -> datetime:
    """Give the expected departure; one that has taken off earlier than that is gone."""
    if leg.state is None:
        return leg.leaves
    departure = leg.state.departure
    took_off = departure.actual if leg.state.departed else None
    return min(took_off, departure.expected) if took_off else departure.expected


def _at(moment: datetime, zone: str | None) -> datetime:
    return moment if moment.tzinfo is not None else to_utc(moment, zone)
