"""How the pages of travellers put things: in words, and in the class of a badge."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from flightagents.domain.bookings import Match, Segment, SegmentStatus
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.notifications import Notification, State
from flightagents.domain.travellers import Leg
from flightagents.domain.trouble import Trouble
from flightagents.web.staff import words
from flightagents.web.staff.ledger_words import CHANNELS, SAID, flight_name

_CONSENTS = {
    "service": "as part of the service",
    "link": "by the link in an email",
    "one-click": "by the unsubscribe button of a mail program",
}
_CONSENTS_OF = {
    "import": "from the file",
    "staff": "noted by",
    "phone": "by phone, told to",
    "sms": "by the SMS",
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


def standing(leg: Leg, now: datetime, zone: str) -> Badge:
    """Say how a segment stands: the worst of its flights, where a through ticket means several.

    `zone` is the agency's.
    """
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
    worst = min(leg.flights, key=lambda row: (gravest.index(row.trouble), row.flight not in leg.unseen))
    return of_flight(worst, now, zone, unseen=worst.flight in leg.unseen)


def of_flight(row: FlightRow, now: datetime, zone: str, *, unseen: bool = False) -> Badge:
    """Say how a flight stands; `unseen`: the last look at it is too old to call it on time."""
    if words.silent(row, now):
        return Badge("", words.unheard(row, now, zone))
    if row.trouble is Trouble.NONE and not row.departed:
        return Badge("late", "no fresh news") if unseen else Badge("good", "on time")
    return Badge(words.tone(row, now), words.trouble(row, now, zone))


def flight_address(flight: str) -> str:
    """Give the address of a flight's page."""
    return f"/flights/{quote(flight, safe='')}"


def segment_name(segment: Segment) -> str:
    """Write BA117 LHR-JFK, 22 Nov, as far as the ticket says it."""
    route = f" {segment.departure}\u2013{segment.arrival}" if segment.departure else ""
    return f"{segment.designator}{route}, {segment.flight_date.day} {segment.flight_date:%b}"


def outgoing(messages: Iterable[Notification]) -> list[Outgoing]:
    """Count messages that are alike, the most first."""
    counts = Counter((row.flight, row.said, row.channel) for row in messages if row.state is State.PENDING)
    return [
        Outgoing(count, flight_name(flight), SAID[said], CHANNELS[channel])
        for (flight, said, channel), count in counts.most_common()
    ]


def consent_source(source: str) -> str:
    """Say how we know whether somebody wants messages: "import:export.csv" is how a consent has it."""
    kind, colon, rest = source.partition(":")
    if colon and kind in _CONSENTS_OF:
        return f"{_CONSENTS_OF[kind]} {rest}"
    return _CONSENTS.get(source, source)


FILTERS: dict[str, Callable[..., object]] = {"consent_source": consent_source}
WORDS = {
    "standing": standing,
    "flight_address": flight_address,
    "segment_name": segment_name,
}
"""For every template."""
