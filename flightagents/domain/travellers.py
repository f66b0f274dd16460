"""What staff see of travellers: a list of them, and one with all that is kept of them.

A `key` is a keyed hash of a booking's id, which holds an address: it alone stands in addresses of pages, in
the log of acts and beside decisions not to tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flightagents.domain.acts import Act
from flightagents.domain.booking_edits import BookingDraft
from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus
from flightagents.domain.flight_file import Decided, Silent
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.flown import Over
from flightagents.domain.pages import Count
from flightagents.domain.tasks import Task


class Leg(NamedTuple):
    """A segment of a booking, and the flights of the feed that it means; a through ticket means several."""

    segment: Segment
    match: Match
    flights: tuple[FlightRow, ...]
    unseen: frozenset[str] = frozenset()
    """Those of them whose last look is too old to call them on time."""

    def is_ahead(self, now: datetime) -> bool:
        """Tell whether the person still has it before them, or is on it."""
        if self.segment.status is not SegmentStatus.CONFIRMED:
            return False
        if self.flights:
            return not self.flights[-1].landed
        return not self.segment.is_past(now)


class ListedTraveller(NamedTuple):
    """One person of one booking."""

    key: str
    booking: Booking
    next: Leg | None
    """The first flight that is still before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTravellers:
    """A page of a list of them."""

    travellers: tuple[ListedTraveller, ...]
    count: Count
    after: str | None
    before: str | None


class Word(NamedTuple):
    """A message about a flight, or a decision not to tell of it."""

    flight: str
    said: Decided | Silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """One person of one booking, and all that is kept of them."""

    key: str
    booking: Booking
    version: str
    """Names the booking as it stands: whoever changes it says which one they saw."""
    draft: BookingDraft
    """The booking as a form shows it."""
    legs: tuple[Leg, ...]
    over: tuple[Over | None, ...]
    """Of each leg, why it can be neither rebooked nor cancelled any more."""
    words: tuple[Word, ...]
    """Newest first."""
    tasks: tuple[Task, ...]
    """Newest first."""
    acts: tuple[Act, ...]
    """What staff have done to the booking, newest first."""
    companions: tuple[ListedTraveller, ...]
    """The other people of the reference."""

    @property
    def changeable(self) -> tuple[bool, ...]:
        """Tell of each leg whether it can still be rebooked or cancelled."""
        legs = zip(self.legs, self.over, strict=True)
        return tuple(leg.segment.status is SegmentStatus.CONFIRMED and why is None for leg, why in legs)


def next_leg(legs: Sequence[Leg], now: datetime) -> Leg | None:
    """Give the first flight that is still before somebody."""
    ahead = [leg for leg in legs if leg.is_ahead(now)]
    return min(ahead, key=_leaves, default=None)


def _leaves(leg: Leg) -> tuple[str, str]:
    """In order of the local date; on one day by the ticketed time, where the ticket shows one."""
    at = leg.segment.ticketed
    return leg.segment.flight_date.isoformat(), f"{at:%H:%M}" if at else ""
