"""How the pages of travellers put things: in words, and in the class of a badge."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from flightagents.domain.bookings import Match, Segment, SegmentStatus
from flightagents.domain.flight import FlightId
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.notifications import Notification, State
from flightagents.domain.travellers import Leg
from flightagents.domain.trouble import Trouble
from flightagents.web.staff import words
from flightagents.web.staff.ledger_words import SAID

STATES = {
    State.PENDING: ("info", "waits to be sent"),
    State.SENDING: ("info", "is being sent"),
    State.UNCERTAIN: ("late", "may have arrived"),
    State.ACCEPTED: ("good", "sent"),
    State.DELIVERED: ("good", "delivered"),
    State.FAILED: ("bad", "did not arrive"),
    State.DEAD: ("bad", "given up"),
    State.SUPPRESSED: ("late", "not sent"),
    State.SUPERSEDED: ("", "newer news took its place"),
    State.EXPIRED: ("late", "not sent in time"),
}


class Badge(NamedTuple):
    """A word, and how it looks."""

    look: str
    word: str


class Outgoing(NamedTuple):
    """Messages alike that would be sent at once."""

    number: int
    flight: str
    said: str
    channel: str


def standing(leg: Leg) -> Badge:
    """Say how a segment stands: the worst of its flights, where a through ticket means several."""
    match leg.segment.status:
        case SegmentStatus.CANCELLED:
            return Badge("", "cancelled in the booking")
        case SegmentStatus.REBOOKED:
            return Badge("", "rebooked")
        case SegmentStatus.CONFIRMED:
            pass
    if not leg.flights:
        return Badge("late" if leg.match is Match.AMBIGUOUS else "", leg.match.value)
    gravest = list(Trouble)
    return of_flight(min(leg.flights, key=lambda row: gravest.index(row.trouble)))


def of_flight(row: FlightRow) -> Badge:
    """Say how a flight stands."""
    if row.trouble is Trouble.NONE and not row.departed:
        return Badge("good", "on time")
    return Badge(words.tone(row), words.trouble(row))


def flight_address(flight: str) -> str:
    """Give the address of a flight's page."""
    return f"/flights/{quote(flight, safe='')}"


def flight_name(flight: str) -> str:
    """Write BA117 22 Nov LHR-JFK."""
    name = FlightId.parse(flight)
    return f"{name.designator} {name.date.day} {name.date:%b} {name.departure}\u2013{name.arrival}"


def segment_name(segment: Segment) -> str:
    """Write BA117 22 Nov LHR-JFK, as far as the ticket says it."""
    route = f" {segment.departure}\u2013{segment.arrival}" if segment.departure else ""
    return f"{segment.designator} {segment.flight_date.day} {segment.flight_date:%b}{route}"


def outgoing(messages: Iterable[Notification]) -> list[Outgoing]:
    """Count messages that are alike, the most first."""
    counts = Counter((row.flight, row.said, row.channel) for row in messages if row.state is State.PENDING)
    return [
        Outgoing(count, flight_name(flight), SAID[said], channel.value)
        for (flight, said, channel), count in counts.most_common()
    ]


WORDS = {
    "SAID": SAID,
    "STATES": STATES,
    "standing": standing,
    "flight_address": flight_address,
    "flight_name": flight_name,
    "segment_name": segment_name,
}
"""For every template."""
