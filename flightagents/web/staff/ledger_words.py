"""The words of the staff page for messages and tasks: what is said, how it stands, what is to be done."""

from collections.abc import Callable

from flightagents.domain.bookings import Channel
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import State
from flightagents.domain.reasons import MEANING
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState

SAID = {
    Said.LATER: "leaves later",
    Said.EARLIER: "leaves earlier",
    Said.ALL_CLEAR: "on time again",
    Said.CANCELLED: "cancelled",
    Said.REINSTATED: "on again",
    Said.DIVERTED: "diverted",
    Said.GATE: "new gate",
    Said.TERMINAL: "new terminal",
    Said.NO_NEWS: "no fresh news",
    Said.CONNECTION_AT_RISK: "connection at risk",
    Said.CONNECTION_MISSED: "connection missed",
    Said.CONNECTION_SAFE: "connection safe again",
    Said.STAFF_ALERT: "alert for staff",
    Said.STAFF_DIGEST: "digest for staff",
    Said.FEED_ALERT: "alert about the feed",
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
    TaskKind.OVERDUE_SILENT: "overdue and silent",
    TaskKind.MOVED_FLIGHT: "retimed over midnight",
    TaskKind.CONFLICTING_TIMES: "two departure times",
    TaskKind.CONSENT_WITHDRAWN: "wants no messages",
    TaskKind.HELD_MESSAGES: "held messages",
    TaskKind.IMPORT_HELD: "held import",
}
"""In the order in which staff look at them."""
TASK_STATES = {
    TaskState.OPEN: ("late", "open"),
    TaskState.CLAIMED: ("", "taken"),
    TaskState.DONE: ("good", "done"),
}
"""The class of a badge, and its words."""
_EVENTS = {state.value: words for state, (_, words) in STATES.items()} | {"relayed": "passed on"}
_MEANING = {reason.value: words for reason, words in MEANING.items()}


def state(stands: State) -> str:
    """Say how a message stands."""
    return STATES[stands][1]


def state_tone(stands: State) -> str:
    """Give the colour of how a message stands."""
    return STATES[stands][0]


def task_state(stands: TaskState) -> str:
    """Say how a task stands."""
    return TASK_STATES[stands][1]


def task_tone(stands: TaskState) -> str:
    """Give the colour of how a task stands."""
    return TASK_STATES[stands][0]


def event(text: str) -> str:
    """Say what happened to a message: "suppressed: no_consent" is how its trace has it."""
    what, colon, rest = text.partition(": ")
    if what == "receipt":
        return f"receipt: {event(rest)}"
    if rest == what:  # a provider's own word for it: "delivered: delivered"
        return _EVENTS.get(what, what)
    return f"{_EVENTS.get(what, what)}{colon}{_MEANING.get(rest, rest)}"


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
    "event": event,
    "task": TASKS.__getitem__,
    "task_state": task_state,
    "task_tone": task_tone,
    "flight_name": flight_name,
    "is_flight": is_flight,
}
