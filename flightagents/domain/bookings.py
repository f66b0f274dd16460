"""Who is on a flight: bookings, their segments, and which flights a segment means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flightagents.domain.flight import FlightId
from flightagents.domain.times import FARTHEST_ZONE

_NO_LETTERS = re.compile(r"[\W\d_]+")
_LOCAL_DIGITS = 7
"""The end of a phone number, which stays the same however the rest is written."""
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof"})


class Channel(StrEnum):
    """How a person can be reached."""

    EMAIL = "email"
    SMS = "sms"


class SegmentStatus(StrEnum):
    """Whether the person still flies it."""

    CONFIRMED = "confirmed"
    REBOOKED = "rebooked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One flight of a ticket: number and local date, and perhaps route and ticketed local departure."""

    designator: str
    flight_date: date
    departure: str | None = None
    arrival: str | None = None
    ticketed: datetime | None = None
    """Naive: the wall clock of the airport of departure."""
    status: SegmentStatus = SegmentStatus.CONFIRMED

    @property
    def key(self) -> tuple[str, date, str | None, str | None]:
        """What makes it the same segment in a later import."""
        return self.designator, self.flight_date, self.departure, self.arrival

    def is_past(self, now: datetime) -> bool:
        """Tell whether its date is over everywhere on earth."""
        return self.flight_date < (now - FARTHEST_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Leave to write to an address: from where, and since when; perhaps taken back, when and how."""

    source: str
    at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One person of one booking. `id` is its reference and contact."""

    id: str
    reference: str
    name: str
    email: str | None
    phone: str | None
    language: str
    channels: tuple[Channel, ...]
    consents: dict[Channel, Consent]
    protected: bool | None
    """All flights on one ticket; None where the agency does not say."""
    segments: tuple[Segment, ...]
    client: str = ""
    """Whose account pays: policies go by it. Lower case."""
    vip: bool = False

    def allows(self, channel: Channel) -> bool:
        """Tell whether there is leave to write on a channel, and nobody has taken it back."""
        consent = self.consents.get(channel)
        return consent is not None and consent.revoked_at is None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Give where the person can be reached."""
        return tuple(address for address in (self.email, self.phone) if address)

    def address(self, channel: Channel) -> str | None:
        """Give where a channel reaches the person, if it does."""
        return self.email if channel is Channel.EMAIL else self.phone


@dataclass(frozen=True, slots=True)
class Ticket:
    """A confirmed segment, and whose it is: by the id and the reference of the booking."""

    booking: str
    reference: str
    segment: Segment


def is_same_person(one: Booking, other: Booking) -> bool:
    """Tell whether two bookings with an address in common are of one person, as far as their names tell.

    The address of an office, or of a parent, stands in the bookings of many. Names are written in many ways
    (MUELLER/ANNA MRS): one word in common is enough, and a missing name is no objection.
    """
    words, others = _words(one.name), _words(other.name)
    return not words or not others or not words.isdisjoint(others)


def is_named(booking: Booking, text: str) -> bool:
    """Tell whether a text that somebody typed may be about this person: a word of their name is enough."""
    folded, digits = text.casefold(), re.sub(r"\D", "", text)
    known = [booking.reference.casefold(), *([booking.email.casefold()] if booking.email else [])]
    number = re.sub(r"\D", "", booking.phone or "")[-_LOCAL_DIGITS:]
    written = any(each in folded for each in known) or bool(number and number in digits)
    return written or not _words(booking.name).isdisjoint(_words(text))


def _words(text: str) -> set[str]:
    return {word for word in _NO_LETTERS.split(text.casefold()) if len(word) > 1} - _TITLES


class Match(StrEnum):
    """What the feed knows of a segment."""

    SEEN = "seen"
    NOT_YET = "not yet in the feed"
    PAST = "its date is past"
    """It is not in the feed, and will not come any more: nobody is told of it."""
    AMBIGUOUS = "ambiguous (needs a route)"


def match(segment: Segment, flights: Iterable[str]) -> tuple[Match, tuple[str, ...]]:
    """Tell which of the flights of its number and date a segment means.

    Without a route it must be the only one: 18 % of number and date pairs are several flights. A through
    ticket (A-C over B) means each leg of the chain from A to C.
    """
    found = {flight: FlightId.parse(flight) for flight in flights}
    if segment.departure is None or segment.arrival is None:
        if len(found) > 1:
            return Match.AMBIGUOUS, ()
        return (Match.SEEN, tuple(found)) if found else (Match.NOT_YET, ())
    chain = _chain(segment.departure, segment.arrival, found)
    return (Match.SEEN, chain) if chain else (Match.NOT_YET, ())


def _chain(start: str, end: str, flights: dict[str, FlightId]) -> tuple[str, ...]:
    """Find the shortest way over the legs, each used once."""
    ways: list[tuple[str, tuple[str, ...]]] = [(start, ())]
    while ways:
        place, way = ways.pop(0)
        if place == end and way:
            return way
        for flight, name in flights.items():
            if name.departure == place and flight not in way:
                ways.append((name.arrival, (*way, flight)))
    return ()
