"""The flights of one person in their order: which of them is changed to from which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flightagents.domain.flight import FlightState
from flightagents.domain.times import to_utc

LONGEST_STAY = timedelta(hours=24)
"""Whoever stays longer does not connect: the industry's own line between a connection and a stopover."""
LONGEST_OVERLAP = timedelta(hours=6)
"""Of two flights that were retimed before anybody saw them. Beyond it a date in the booking is wrong."""


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

    `planned` is the time between the two as it was sold; None where one was retimed before it was first seen,
    so that they overlap and nobody knows how it was sold.
    """

    inbound: FlightState
    from_: Leg
    to: Leg
    zone: str | None
    """Of the airport where they change."""
    arrives: datetime
    leaves: datetime
    planned: timedelta | None

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

    Of one booking two flights that overlap are one too: nobody books what cannot be flown.
    """
    return [found for leg in legs if (found := first_onward(leg, legs, may_overlap=True))]


def first_onward(leg: Leg, others: Sequence[Leg], *, may_overlap: bool) -> Connection | None:
    """Give the connection to the first flight that was planned to leave where this one arrives, within a day.

    A flight that goes on under the same number takes them along, so there is nothing to change to.
    """
    found = (each for other in others if (each := _connect(leg, other, may_overlap=may_overlap)))
    onward = min(found, key=_planned, default=None)
    return onward if onward is not None and onward.to.designator != leg.designator else None


def _planned(connection: Connection) -> timedelta:
    return timedelta(-1) if connection.planned is None else connection.planned


def _connect(leg: Leg, onward: Leg, *, may_overlap: bool) -> Connection | None:
    """Join two flights if people can have planned to change from one to the other.

    Only the airport's own clock may be known, if no zone is: both ends are on it.
    """
    if leg.state is None or leg.arrives is None or leg.arrival != onward.departure:
        return None
    zone = leg.state.arrival.zone or (onward.state.departure.zone if onward.state else None)
    planned = _at(onward.leaves, zone) - _at(leg.arrives, zone)
    overlaps = planned < timedelta()
    if planned > LONGEST_STAY or (overlaps and not (may_overlap and _overlap(leg, onward, zone))):
        return None
    return Connection(
        inbound=leg.state,
        from_=leg,
        to=onward,
        zone=zone,
        arrives=_at(leg.state.arrival.expected, zone),
        leaves=_at(_leaves(onward), zone),
        planned=None if overlaps else planned,
    )


def _overlap(leg: Leg, onward: Leg, zone: str | None) -> bool:
    """Tell whether the second was to leave shortly before the first arrived, and to arrive after it left.

    Without zones the clocks of several airports cannot be compared.
    """
    if leg.arrives is None:
        return False
    leaves = _at(onward.leaves, zone)
    until = onward.arrives if onward.arrives is not None and onward.arrives.tzinfo is not None else leaves
    known = leg.leaves.tzinfo is not None and until.tzinfo is not None
    return known and until > leg.leaves and _at(leg.arrives, zone) - leaves <= LONGEST_OVERLAP


def _leaves(leg: Leg) -> datetime:
    """Give the expected departure; one that has taken off earlier than that is gone."""
    if leg.state is None:
        return leg.leaves
    departure = leg.state.departure
    took_off = departure.actual if leg.state.departed else None
    return min(took_off, departure.expected) if took_off else departure.expected


def _at(moment: datetime, zone: str | None) -> datetime:
    return moment if moment.tzinfo is not None else to_utc(moment, zone)
