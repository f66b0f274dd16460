"""A task: something that needs a person at the agency, because no message can settle it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What is to be done."""

    REBOOK = "rebook"
    """A flight with travellers is cancelled or diverted: help them."""
    CALL = "call"
    """No channel reached a traveller: call them."""
    AMBIGUOUS_BOOKING = "ambiguous_booking"
    """A number means several flights that day: add the route to the booking."""
    NOT_IN_FEED = "not_in_feed"
    """The feed should show a booked flight and does not: is the number right?"""
    OVERDUE_SILENT = "overdue_silent"
    """A flight should have left, nobody announces a delay, and the feed is well: ask the airline."""
    MOVED_FLIGHT = "moved_flight"
    """A flight was retimed over midnight and is another flight now: are they booked on it?"""
    CONFLICTING_TIMES = "conflicting_times"
    """Two readings of the feed differ; travellers were told the earlier time."""
    CONNECTION = "connection"
    """A connection is missed."""
    REPLY = "reply"
    """A traveller has answered an SMS, or an email."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """A traveller wants no more messages on a channel: reach them another way."""
    IMPORT_HELD = "import_held"
    """A file of bookings in the watched folder would send many messages at once: should it?"""
    HELD_MESSAGES = "held_messages"
    """Staff hold the messages of a flight for long, or until it leaves: release them, or call."""


class TaskState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"


UNFINISHED = frozenset({TaskState.OPEN, TaskState.CLAIMED})
FORGOTTEN = "(forgotten)"
"""The words of a task about a person who was forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. The id says what it is about, so that opening it again opens no second one.

    No address stands in it: `booking` tells whose it is, and the phone number is looked up when it is shown.
    """

    id: str
    kind: TaskKind
    flight: str | None
    booking: str | None
    summary: str
    """One line for a person: what happened and what to do. Without names and addresses."""
    created_at: datetime
    resolve_by: datetime | None = None
    """When it is too late: mostly the departure."""
    state: TaskState = TaskState.OPEN
    claimed_by: str | None = None
    also: tuple[str, ...] = ()
    """Other bookings of the same person, by their ids: whoever is forgotten there takes their words along."""
    quote: str = ""
    """A traveller's own words, of a reply. Erased with the person."""
    trace: tuple[str, ...] = field(default=())


def task_id(kind: TaskKind, *about: object) -> str:
    """Give the id of a task about these things: short enough to type, and the same each time.

    It outlives whoever is forgotten, and what is hashed can be guessed: a person, and the reference of a
    booking, are given as a keyed hash.
    """
    text = "\n".join(map(str, (kind, *about)))
    return hashlib.sha256(text.encode()).hexdigest()[:10]
