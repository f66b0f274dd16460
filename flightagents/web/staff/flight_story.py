"""A flight's file -> the lines of its story, newest first, each as its page shows it."""

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import NamedTuple, assert_never

from markupsafe import Markup, escape

from flightagents.domain.acts import Did, Thing
from flightagents.domain.changes import DELAY, Change, Kind, Reason, Value
from flightagents.domain.flight_file import (
    Changed,
    Decided,
    Entry,
    FlightFile,
    Handled,
    Reported,
    Silent,
    Tasked,
    WasBefore,
)
from flightagents.domain.notifications import State
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskState
from flightagents.web.staff.times import capital, local, minutes
from flightagents.web.staff.words import TONES

SAID = {
    Said.LATER: "it leaves later",
    Said.EARLIER: "it leaves earlier",
    Said.ALL_CLEAR: "it is on time again",
    Said.CANCELLED: "it is cancelled",
    Said.REINSTATED: "it is on again",
    Said.DIVERTED: "it is diverted",
    Said.GATE: "another gate",
    Said.TERMINAL: "another terminal",
    Said.CONNECTION_AT_RISK: "a connection is at risk",
    Said.CONNECTION_MISSED: "a connection is missed",
    Said.CONNECTION_SAFE: "a connection is safe again",
    Said.STAFF_ALERT: "an alert",
    Said.STAFF_DIGEST: "a digest",
    Said.ON_CALL: "a task that nobody has taken",
}
REASONS = {
    Reason.FIRST_LOOK: "this was the first look at it",
    Reason.SECOND_LOOK: "a second look showed it too",
    Reason.DELAY_CHANGED: "the feed gave another delay",
    Reason.DELAY_WITHDRAWN: "the feed gave no delay any more",
    Reason.RETIMED: "the feed gave another schedule",
    Reason.STATUS: "the feed gave another status",
    Reason.RUNWAY_TIME: "the feed gave a runway time",
    Reason.ROW_CHANGED: "the feed's row changed",
    Reason.CODESHARE_SEEN: "the feed listed it under one more number",
    Reason.OLD_FLIGHT_LEFT: "the flight that had this name before has left",
    Reason.OLD_FLIGHT_SILENT: "the feed shows the other flight, and this one no more",
}
_FIELDS = {
    "expected": "Departure",
    "latest_reading": "Or even",
    "actual": "Runway time",
    "marketed_as": "Sold as",
}
"""What a value of a change is called, where that is not its own name."""
_STATE_TONES = {
    State.PENDING: "info",
    State.SENDING: "info",
    State.UNCERTAIN: "late",
    State.ACCEPTED: "good",
    State.DELIVERED: "good",
    State.FAILED: "bad",
    State.DEAD: "bad",
}
_GOOD = frozenset({Kind.ON_TIME_AGAIN, Kind.REINSTATED, Kind.DEPARTED, Kind.LANDED})
_OF_TIME = frozenset({Kind.FIRST_SEEN, Kind.DELAYED, Kind.MOVED_EARLIER, Kind.ON_TIME_AGAIN})
_TIMES = frozenset({"expected", "latest_reading", "actual"})


MANY = 3
"""So many messages, or acts on messages, alike are one line."""


class Moved(NamedTuple):
    """A value of a change: what it is called, what it was, None where it was nothing, and what it is."""

    name: str
    before: Markup | None
    after: Markup
    more: str = ""


class Line(NamedTuple):
    """One entry. `kind` names its part of the template, `key` tells it apart, `tone` is a class of styles."""

    key: str
    kind: str
    tone: str
    entry: Entry
    moved: tuple[Moved, ...] = ()
    alike: tuple[Entry, ...] = ()
    """Of many in one line: all of them, `entry` is the first."""


def lines(file: FlightFile) -> list[Line]:
    """Give the lines, newest first; many messages that were decided at once, and stand alike, are one.

    So is what one of the staff did to many of them within a minute.
    """
    alike: dict[tuple[Hashable, ...], list[Entry]] = {}
    for entry in reversed(file.story):
        alike.setdefault(_likeness(entry), []).append(entry)
    found: list[Line] = []
    for likeness, entries in alike.items():
        found += map(_line, entries) if len(entries) < MANY else [_many(likeness, entries)]
    return found


def _likeness(entry: Entry) -> tuple[Hashable, ...]:
    match entry:
        case Decided(rule=None):
            waits = entry.held, entry.not_before, entry.maybe_twice
            return (entry.at, entry.ordinal, entry.said, entry.channel, entry.state, entry.reason, *waits)
        case Handled(act=act) if act.about.thing is not Thing.FLIGHT:
            minute = entry.at.replace(second=0, microsecond=0)
            return (minute, act.by, act.did, act.detail, entry.channel, entry.task)
        case _:
            return (id(entry),)


def _many(likeness: tuple[Hashable, ...], entries: list[Entry]) -> Line:
    line, key = _line(entries[0]), "/".join(map(str, ("many", *likeness)))
    kind = "many" if line.kind == "decided" else line.kind
    return Line(key, kind, line.tone, line.entry, alike=tuple(entries))


def _line(entry: Entry) -> Line:
    match entry:
        case Changed(change=change):
            tone = "good" if change.kind in _GOOD else TONES[change.severity]
            line = Line(f"changed/{change.id}", "changed", tone, entry, tuple(_moved(change)))
        case WasBefore():
            line = Line(f"was/{entry.flight}", "was_before", "info", entry)
        case Decided():
            line = Line(f"message/{entry.row}", "decided", _STATE_TONES.get(entry.state, ""), entry)
        case Reported():
            tone = _STATE_TONES.get(entry.state, "") if entry.state else "late"
            key = f"reported/{entry.row}/{entry.at.isoformat()}/{entry.state}"
            line = Line(key, "reported", tone, entry)
        case Silent():
            key = f"silent/{entry.ordinal}/{entry.reason}/{entry.at.isoformat()}"
            line = Line(key, "silent", "", entry)
        case Tasked():
            tone = "good" if entry.state is TaskState.DONE else "late"
            line = Line(f"task/{entry.task}", "tasked", tone, entry)
        case Handled(act=act):
            key = f"act/{entry.at.isoformat()}/{act.by}/{act.did}/{act.about.id}"
            line = Line(key, "handled", "late" if act.did is Did.HELD else "", entry)
        case _:
            assert_never(entry)
    return line


def _moved(change: Change) -> Iterator[Moved]:
    departure, arrival = change.departure, change.arrival
    for name, value in change.after.items():
        before = _shown(change, name, change.before[name]) if change.before.get(name) else None
        late = departure.expected - departure.base
        more = f"{minutes(late)} behind the first schedule" if name == "expected" and late >= DELAY else ""
        yield Moved(_FIELDS.get(name, capital(name)), before, _shown(change, name, value), more)
    if change.kind in _OF_TIME and arrival.expected != arrival.base:
        was, now = (local(each, arrival.zone, arrival.base) for each in (arrival.base, arrival.expected))
        yield Moved("Arrival", was, now)


def _shown(change: Change, name: str, value: Value) -> Markup:
    if value is None:
        return Markup("none")
    if name in _TIMES:
        end = change.arrival if change.kind is Kind.LANDED else change.departure
        return local(datetime.fromisoformat(str(value)), end.zone, end.base)
    return escape(", ".join(value) if isinstance(value, tuple) else value)
