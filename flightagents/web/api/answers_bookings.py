"""What the API takes and answers about bookings: one shape, that is read, changed and sent back.

A booking's `key` names it; its own id holds an address.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, field

from flightagents.domain.bookings import Channel, Match, SegmentStatus
from flightagents.domain.said import Said
from flightagents.web.api.answers import Moment, Utc

MOST_BOOKINGS = 2000
"""Of one request."""


class ConsentAnswer(Struct, frozen=True, kw_only=True):
    """Leave to write to an address, and whether it was taken back."""

    source: str
    at: Utc
    revoked_at: Utc | None
    revoked_by: str


Given = Annotated[str, Meta(description="As it was read; empty in a booking that is new")]
Consents = Annotated[
    dict[Channel, ConsentAnswer],
    Meta(description="Read only: `consent_email` and `consent_sms` are what is changed"),
]


class SegmentTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A flight of a ticket: BA117, 2026-11-22, LHR, JFK, 14:35 (local, also with its date), confirmed."""

    designator: str = ""
    flight_date: str = ""
    departure: str | None = ""
    arrival: str | None = ""
    ticketed: str | None = ""
    status: str = ""


class BookingTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A booking as it is answered, or as a form has it: texts, of which an empty one, or null, says nothing.

    Yes may be true, no false; channels a list, or words. A consent says whether there is leave to write to
    the address beside it, and for another address is given anew.
    """

    key: Given = ""
    version: Given = ""
    reference: str = ""
    name: str = ""
    email: str | None = ""
    phone: str | None = ""
    language: str = ""
    channels: str | tuple[str, ...] = ""
    consent_email: bool | str | None = ""
    consent_sms: bool | str | None = ""
    consents: Consents = field(default_factory=dict)
    protected: bool | str | None = ""
    client: str = ""
    vip: bool | str = ""
    segments: tuple[SegmentTyped, ...] = ()


BookingsTyped = Annotated[list[BookingTyped], Meta(min_length=1, max_length=MOST_BOOKINGS)] | BookingTyped


class VersionSeen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cancels a flight of a booking by its place in it, from 0, or all of them."""

    version: str
    segment: int | None = None


class Rebooking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Marks a flight of a booking, by its place, as rebooked, and adds the one they fly instead."""

    version: str
    segment: int
    new: SegmentTyped


class ConsentNoted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a traveller told the agency about one of their addresses: to write to it, or not any more."""

    channel: Channel
    given: bool


class Consented(Struct, frozen=True, kw_only=True):
    """What was noted."""

    key: str
    channel: Channel
    given: bool


class Forgetting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reference of the booking, to say that all people of it are meant."""

    reference: str


class Forgotten(Struct, frozen=True, kw_only=True):
    """How many people were erased."""

    forgotten: int


class SegmentAnswer(Struct, frozen=True, kw_only=True):
    """A flight of a ticket; `ticketed` is the wall clock of the airport of departure."""

    designator: str
    flight_date: date
    departure: str | None
    arrival: str | None
    ticketed: Moment | None
    status: SegmentStatus


class BookingAnswer(Struct, frozen=True, kw_only=True):
    """One person of one booking: change a field, and PUT it back with the `version` that was seen."""

    key: str
    version: str
    reference: str
    name: str
    email: str | None
    phone: str | None
    language: str
    channels: tuple[Channel, ...]
    consent_email: bool | None
    consent_sms: bool | None
    consents: Consents
    protected: bool | None
    client: str
    vip: bool
    segments: tuple[SegmentAnswer, ...]


class MatchAnswer(Struct, frozen=True, kw_only=True):
    """What the feed knows of a confirmed flight of a ticket, and which of its flights that is."""

    segment: SegmentAnswer
    match: Match
    flights: tuple[str, ...]


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """A message that is or would be sent at once."""

    booking: str | None
    flight: str
    channel: Channel
    said: Said


class TakenAnswer(Struct, frozen=True, kw_only=True):
    """What came of one item: `new`, `changed`, `unchanged`, or `refused` with what is wrong by field."""

    outcome: str
    key: str | None
    errors: dict[str, str]
    segments: tuple[MatchAnswer, ...]


class TakingAnswer(Struct, frozen=True, kw_only=True):
    """What came of each item, in their order. With `dry_run` nothing was stored or sent."""

    items: tuple[TakenAnswer, ...]
    dry_run: bool
    messages: tuple[MessageAnswer, ...]


class FileTyped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of bookings: CSV, as the page takes it, with its name for what is said of it."""

    content: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1, max_length=100)] = "bookings.csv"


class RefusedLine(Struct, frozen=True, kw_only=True):
    """A line of a file that is no booking."""

    line: int
    reason: str


class FileAnswer(Struct, frozen=True, kw_only=True):
    """What came of a file: its bookings, and its lines that are none. With `dry_run` nothing was stored."""

    items: tuple[TakenAnswer, ...]
    refused: tuple[RefusedLine, ...]
    ignored_columns: tuple[str, ...]
    dry_run: bool
    messages: tuple[MessageAnswer, ...]


class EditAnswer(Struct, frozen=True, kw_only=True):
    """A booking as it stands since, what the feed knows of its flights, and what is or would be sent."""

    edit: str
    booking: BookingAnswer
    segments: tuple[MatchAnswer, ...]
    messages: tuple[MessageAnswer, ...]
