"""A booking as somebody types it into a form, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flightagents.domain.bookings import Booking, Match, Segment
from flightagents.domain.notifications import Notification

Errors = Mapping[str, str]
"""What is wrong, by field: `email`, `segments.0.flight_date`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDraft:
    """A flight of a ticket as it was typed: BA117, 2026-11-22, LHR, JFK, 14:35, confirmed."""

    designator: str = ""
    flight_date: str = ""
    departure: str = ""
    arrival: str = ""
    ticketed: str = ""
    status: str = ""
    """Empty means confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDraft:
    """A booking as it was typed. An empty consent leaves what stands."""

    key: str = ""
    """Of the booking that it was read from; empty where it is whatever its reference and contact name."""
    reference: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    channels: str = ""
    """Such as "email sms"; empty means every address."""
    consent_email: str = ""
    consent_sms: str = ""
    protected: str = ""
    client: str = ""
    vip: str = ""
    segments: tuple[SegmentDraft, ...] = ()


class Edit(StrEnum):
    """What came of a change."""

    PREVIEWED = "previewed"
    """Nothing is stored yet."""
    SAVED = "saved"
    WRONG = "wrong"
    """`errors` says which fields."""
    CONFLICT = "conflict"
    """Somebody else has changed it: `booking` is how it stands now."""
    EXISTS = "exists"
    """There is a booking of this reference and contact, which `booking` is: change that."""
    UNKNOWN = "unknown"
    """There is no such booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What came of it, and what is or would be sent."""

    edit: Edit
    booking: Booking | None = None
    version: str = ""
    """Of `booking`, as it stands in the database."""
    errors: Errors = field(default_factory=dict)
    matches: tuple[tuple[Segment, Match, tuple[str, ...]], ...] = ()
    """What the feed knows of each segment."""
    messages: tuple[Notification, ...] = ()
