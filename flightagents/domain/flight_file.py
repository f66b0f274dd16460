"""One flight's file: how it stands, and all that happened to it and was said about it, on one line of time.

Staff read it, and it is the evidence for a claim. The file of whoever may not see people has no `Person` and
no words to or about one.
"""

from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.acts import Act
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState, SightedEnd
from flightagents.domain.notifications import State
from flightagents.domain.passenger_rights import Rights
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState

STAFF = "staff"
"""Stands for the name of each of them in the file of one traveller, which is handed out."""
MOST = 2000
"""Entries of a file. A flight with 400 travellers and a long day has some 1,200."""


@dataclass(frozen=True, slots=True)
class Person:
    """A traveller; `address` is where a message went, empty where it is not theirs any more."""

    booking: str
    reference: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a message or a task."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A record: one row of the feed, as a run of ours saw it. `vendor`: the feed's own strings, by field."""

    record: str
    run: int
    polled_at: datetime
    designator: str
    vendor: dict[str, str | None]
    departure: SightedEnd
    arrival: SightedEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The airline published something new. `look` is None where the record is not kept any more."""

    at: datetime
    change: Change
    look: Look | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WasBefore:
    """The flight was another one, which was retimed over midnight."""

    at: datetime
    flight: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A message was decided on. Without `person`: to staff (`rule`), to one forgotten, or not to be seen."""

    at: datetime
    row: str
    ordinal: int
    """Of the state of the flight that it was decided on."""
    channel: Channel
    said: Said
    state: State
    reason: Reason
    why: str
    not_before: datetime | None
    held: bool
    maybe_twice: bool
    forgotten: bool
    rule: str | None
    person: Person | None
    subject: str
    text: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A provider said what became of a message (`state`), or did not in time (None)."""

    at: datetime
    row: str
    channel: Channel
    state: State | None
    detail: str
    person: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """People were not told, all at once and for one reason; `persons` are those of them who have a name."""

    at: datetime
    ordinal: int
    reason: Reason
    why: str
    people: int
    persons: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasked:
    """Something needed a person at the agency."""

    at: datetime
    task: str
    kind: TaskKind
    state: TaskState
    summary: str
    quote: str
    resolve_by: datetime | None
    claimed_by: str | None
    person: Person | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One of the staff did something: to the flight, to a message about it, or to a task."""

    at: datetime
    act: Act
    note: str
    """What they wrote, of a note on the flight."""
    channel: Channel | None
    """Of the message."""
    task: TaskKind | None
    person: Person | None
    """Whose message or task it is."""


Entry = Changed | WasBefore | Decided | Reported | Silent | Tasked | Handled


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightFile:
    """The file. `story` is oldest first."""

    flight: str
    state: FlightState | None
    """None where only its history is left."""
    seen_at: datetime | None
    """The last look at it."""
    rights: Rights
    story: tuple[Entry, ...]
    left_out: int
    """Entries, the oldest of those about people, that a file has no place for."""
    read: int
    """Records that it was made of."""
    made_at: datetime
    sees_people: bool
    booking: Person | None = None
    """Whose messages alone stand in it; None: everybody's."""
    only_one: bool = False
    """Whether only one person's messages stand in it, also of one whom nobody knows."""


def in_order(changes: list[Entry], others: list[Entry], most: int = MOST) -> tuple[tuple[Entry, ...], int]:
    """Lay the newest `most` entries on one line of time; what the airline published stays longest."""
    kept = changes[-most:]
    newest = sorted(others, key=lambda each: each.at)
    room = max(0, most - len(kept))
    shown = newest[len(newest) - room :] if len(newest) > room else newest
    left_out = len(changes) + len(others) - len(kept) - len(shown)
    # A change is stored before anybody decides on it: of one instant it comes first.
    return tuple(sorted([*kept, *shown], key=lambda each: each.at)), left_out
