"""A flight's file -> the lines of its story, newest first, each as its page shows it."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple, assert_never

from markupsafe import Markup, escape

from flightagents.domain.acts import Did, Thing
from flightagents.domain.changes import DELAY, Change, Kind, Value
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
from flightagents.domain.tasks import TaskState
from flightagents.web.staff import change_words
from flightagents.web.staff.change_words import REASONS
from flightagents.web.staff.ledger_words import SAID, state_tone
from flightagents.web.staff.times import capital, local, minutes
from flightagents.web.staff.words import TONES

__all__ = ["REASONS", "SAID", "Line", "Moved", "lines"]

_GOOD = frozenset({Kind.ON_TIME_AGAIN, Kind.REINSTATED, Kind.DEPARTED, Kind.LANDED})
_OF_TIME = frozenset({Kind.FIRST_SEEN, Kind.DELAYED, Kind.MOVED_EARLIER, Kind.ON_TIME_AGAIN})


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
            line = Line(f"message/{entry.row}", "decided", state_tone(entry.state), entry)
        case Reported():
            tone = state_tone(entry.state) if entry.state else "late"
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
        yield Moved(capital(change_words.field(name)), before, _shown(change, name, value), more)
    if change.kind in _OF_TIME and arrival.expected != arrival.base:
        was, now = (local(each, arrival.zone, arrival.base) for each in (arrival.base, arrival.expected))
        # A change names no earlier arrival: struck through beside the departure last said, the first one
        # would be read as that.
        yield Moved("Arrival now", None, now, Markup("first scheduled for ") + was)


def _shown(change: Change, name: str, value: Value) -> Markup:
    found = change_words.moment(change, name, value)
    if found is None:
        return escape(change_words.said(name, value))
    at, end = found
    return local(at, end.zone, end.base)
