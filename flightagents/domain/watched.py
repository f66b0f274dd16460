"""A flight that somebody is booked on, as the poller sees it: when it leaves, and how long nobody has looked.

Bookings and flights are joined to these (handlers/watch_list.py); the planner (aviationstack/budget.py)
decides which of them are worth a call, and freshness.py how much we know of each.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outlook(StrEnum):
    """What may still become of it."""

    EXPECTED = "expected"
    """The feed has not shown it yet."""
    WAITING = "waiting"
    """It stands on the ground, and anything may change."""
    CANCELLED = "cancelled"
    """It may be reinstated."""
    AIRBORNE = "airborne"
    """It may be diverted."""
    OVER = "over"
    """It has landed, or nobody expects anything of it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A flight with travellers of ours. Times are UTC; `seen_at` is business time."""

    designator: str
    """The number to ask for: the operating one as soon as the feed has shown it, else as on the ticket."""
    flight_date: date
    departure: str | None
    arrival: str | None
    travellers: int
    leaves_at: datetime
    """The best-known departure; of a ticket without a time, the earliest that its local date allows."""
    arrives_at: datetime | None
    outlook: Outlook
    leaves_by: datetime | None = None
    """The latest departure that a ticket without a time allows; None where the time is known."""
    flight: str | None = None
    """Its identity; None until the feed has shown it."""
    shown_as: tuple[str, ...] = ()
    """Numbers under which others sell it, where the feed shows it by these alone."""
    told: bool = False
    """Somebody was told something of it, so that it is polled unfiltered until it has left."""
    seen_at: datetime | None = None
    """The poll time of the last row of it, whatever the row said."""
    unconfirmed_since: datetime | None = None
    """The first look at a cancellation, a diversion or the end of one, which waits for its second look."""

    @property
    def key(self) -> str:
        """Name it: by its identity, else by number and date as on the ticket."""
        return self.flight or f"{self.designator}|{self.flight_date.isoformat()}"
