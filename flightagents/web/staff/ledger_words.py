"""The words of the staff page for messages and tasks: what is said, how it stands, what is to be done."""

from collections.abc import Callable

from flightagents.domain.bookings import Channel
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import State
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind

SAID = {
    Said.LATER: "leaves later",
    Said.EARLIER: "leaves earlier",
    Said.ALL_CLEAR: "on time again",
    Said.CANCELLED: "cancelled",
    Said.REINSTATED: "on again",
    Said.DIVERTED: "diverted",
    Said.GATE: "new gate",
    Said.TERMINAL: "new terminal",
    Said.CONNECTION_AT_RISK: "connection at risk",
    Said.CONNECTION_MISSED: "connection missed",
    Said.CONNECTION_SAFE: "connection safe again",
    Said.STAFF_ALERT: "alert for staff",
    Said.STAFF_DIGEST: "digest for staff",
    Said.ON_CALL: "alarm for staff",
}
STATES = {
    State.PENDING: ("info", "waits to be sent"),
    State.SENDING: ("info", "is being sent"),
    State.UNCERTAIN: ("late", "may have arrived"),
    State.ACCEPTED: ("good", "sent"),
    State.DELIVERED: ("good", "delivered"),
    State.FAILED: ("bad", "refused"),
    State.DEAD: ("bad", "given up"),
    State.SUPPRESSED: ("", "not sent"),
    State.SUPERSEDED: ("", "newer news instead"),
    State.EXPIRED: ("late", "too late"),
}
"""The class of a badge, and its words."""
CHANNELS = {Channel.EMAIL: "email", Channel.SMS: "SMS"}
TASKS = {
    TaskKind.CALL: "call",
    TaskKind.REPLY: "reply",
    TaskKind.REBOOK: "rebook",
    TaskKind.CONNECTION: "lost connection",
    TaskKind.AMBIGUOUS_BOOKING: "ambiguous booking",
    TaskKind.NOT_IN_FEED: "not in the feed",
    TaskKind.MOVED_FLIGHT: "retimed over midnight",
    TaskKind.CONFLICTING_TIMES: "two departure times",
    TaskKind.CONSENT_WITHDRAWN: "wants no messages",
    TaskKind.HELD_MESSAGES: "held messages",
    TaskKind.IMPORT_HELD: "held import",
}
"""In the order in which staff look at them."""


def state(stands: State) -> str:
    """Say how a message stands."""
    return STATES[stands][1]


def state_tone(stands: State) -> str:
    """Give the colour of how a message stands."""
    return STATES[stands][0]


def flight_name(flight: str) -> str:
    """Write BA117 LHR-JFK, 22 Nov."""
    name = FlightId.parse(flight)
    return f"{name.designator} {name.departure}\u2013{name.arrival}, {name.date.day} {name.date:%b}"


def is_flight(text: str) -> bool:
    """Tell whether a text is the identity of a flight; alarms for staff may be about none."""
    try:
        FlightId.parse(text)
    except ValueError:
        return False
    return True


FILTERS: dict[str, Callable[..., object]] = {
    "said": SAID.__getitem__,
    "state": state,
    "state_tone": state_tone,
    "channel": CHANNELS.__getitem__,
    "task": TASKS.__getitem__,
    "flight_name": flight_name,
    "is_flight": is_flight,
}
