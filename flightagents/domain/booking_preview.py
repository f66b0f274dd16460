"""What a file of bookings says, and what it would do, before anybody takes it in."""

from dataclasses import dataclass
from enum import StrEnum

from flightagents.domain.bookings import Booking, Match, Segment
from flightagents.domain.notifications import Notification


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no booking."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody has uploaded."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many lines of a file were taken in, and how many were no booking."""

    lines: int
    refused: int
    past: int
    """Flights whose date is past."""


class Standing(StrEnum):
    """How a booking of a file compares with what is stored."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class SegmentPreview:
    """A confirmed flight of a booking, and which flights the feed has for it."""

    segment: Segment
    match: Match
    flights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewedBooking:
    """A booking as it would stand."""

    standing: Standing
    booking: Booking
    segments: tuple[SegmentPreview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPreview:
    """What a file says, and would do."""

    name: str
    digest: str
    """SHA-256 of the file: whoever confirms a preview confirms this content."""
    bookings: tuple[PreviewedBooking, ...]
    refused: tuple[Refused, ...]
    ignored_columns: tuple[str, ...]
    would_send: tuple[Notification, ...]
    """Messages that would be sent at once."""

    @property
    def past(self) -> int:
        """Count the flights whose date is past: nobody is told of them."""
        return sum(each.match is Match.PAST for booking in self.bookings for each in booking.segments)

    def of(self, standing: Standing) -> tuple[PreviewedBooking, ...]:
        """Give the bookings that are new, changed or unchanged."""
        return tuple(each for each in self.bookings if each.standing is standing)
