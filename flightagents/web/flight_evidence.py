"""A flight's file as JSON: the evidence file of a claim, for programs and for whoever doubts the PDF.

Every time is UTC and ends in Z; beside the times of an airport stands its zone, and where nobody knows it the
times are the wall clock's, without Z. Keys come in the order written here. Fields are only ever added: what
changes its meaning gets a new `version`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

import msgspec

from flightagents.domain.changes import ChangeEnd
from flightagents.domain.flight import End, FlightId
from flightagents.domain.flight_file import (
    Changed,
    Decided,
    Entry,
    Event,
    FlightFile,
    Handled,
    Look,
    Person,
    Reported,
    Silent,
    Tasked,
    WasBefore,
)
from flightagents.domain.passenger_rights import Rights
from flightagents.domain.times import iso

FORMAT, VERSION = "flightagents.flight-file", 1


@dataclass(frozen=True, slots=True)
class Made:
    """Who made it (a user's name), and with which system (its name and address, as people know it)."""

    by: str
    system: str


def evidence(file: FlightFile, made: Made) -> bytes:
    """Write the file, indented: it is read by people too. The same file gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(_document(file, made)), indent=2)


def _document(file: FlightFile, made: Made) -> dict[str, Any]:
    name = FlightId.parse(file.flight)
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": {"at": iso(file.made_at), "by": made.by, "system": made.system, "records": file.read},
        "flight": {
            "id": file.flight,
            "designator": name.designator,
            "date": name.date.isoformat(),
            "departure": name.departure,
            "arrival": name.arrival,
        },
        "people": "shown" if file.sees_people else "not shown",
        "only_of": {"person": _person(file.booking)} if file.only_one else None,
        "state": _state(file),
        "rights": _rights(file.rights),
        "left_out": file.left_out,
        "story": [_entry(entry) for entry in file.story],
    }


def _state(file: FlightFile) -> dict[str, Any] | None:
    state = file.state
    if state is None:
        return None
    ends = {"departure": state.departure, "arrival": state.arrival}
    return {
        "status": state.status,
        "disruption": state.disruption,
        "confirmed": state.disruption_confirmed,
        "carrier": state.carrier,
        "marketed_as": state.marketed_as,
        "seen_at": iso(file.seen_at),
        **{
            name: {**_end(end), "actual": iso(end.actual), "terminal": end.terminal, "gate": end.gate}
            for name, end in ends.items()
        },
    }


def _end(end: End | ChangeEnd) -> dict[str, Any]:
    return {
        "airport": end.airport,
        "zone": end.zone,
        "base": iso(end.base),
        "scheduled": iso(end.scheduled),
        "expected": iso(end.expected),
    }


def _rights(rights: Rights) -> dict[str, Any]:
    hints = [
        {
            "rule": hint.rule,
            "certainty": hint.certainty,
            "text": hint.text,
            "reason": hint.reason,
            "amount": hint.amount,
            "law": hint.provision.law,
            "article": hint.provision.article,
            "source": hint.provision.source,
            "since": hint.provision.since.isoformat(),
            "as_of": hint.provision.as_of.isoformat(),
        }
        for hint in rights.hints
    ]
    return {"note": "hints for staff, no legal advice", "hints": hints, "unsaid": rights.unsaid}


def _entry(entry: Entry) -> dict[str, Any]:
    kind, told = _told(entry)
    return {"type": kind, "at": iso(entry.at), **told}


def _told(entry: Entry) -> tuple[str, dict[str, Any]]:
    found: tuple[str, dict[str, Any]]
    match entry:
        case Changed():
            found = "changed", _changed(entry)
        case WasBefore():
            found = "was_before", {"flight": entry.flight}
        case Decided():
            found = "message", _message(entry)
        case Reported():
            found = "reported", _reported(entry)
        case Silent():
            found = "silent", _silent(entry)
        case Tasked():
            found = "task", _tasked(entry)
        case Handled():
            found = "act", _handled(entry)
        case _:
            assert_never(entry)
    return found


def _changed(entry: Changed) -> dict[str, Any]:
    change = entry.change
    return {
        "id": change.id,
        "kind": change.kind,
        "ordinal": change.ordinal,
        "severity": change.severity,
        "reason": change.reason,
        "before": change.before,
        "after": change.after,
        "departure": _end(change.departure),
        "arrival": _end(change.arrival),
        "record": change.record,
        "look": _look(entry.look) if entry.look else None,
    }


def _look(look: Look) -> dict[str, Any]:
    ends = {"departure": look.departure, "arrival": look.arrival}
    return {
        "run": look.run,
        "polled_at": iso(look.polled_at),
        "designator": look.designator,
        "vendor": look.vendor,
        **{
            name: {
                "airport": end.airport,
                "zone": end.zone,
                "scheduled": iso(end.scheduled),
                "estimated": iso(end.estimated),
                "actual": iso(end.actual),
                "delay_minutes": end.delay,
                "terminal": end.terminal,
                "gate": end.gate,
            }
            for name, end in ends.items()
        },
    }


def _message(entry: Decided) -> dict[str, Any]:
    return {
        "row": entry.row,
        "ordinal": entry.ordinal,
        "to": "staff" if entry.rule else "traveller",
        "rule": entry.rule,
        "forgotten": entry.forgotten,
        "person": _person(entry.person),
        "channel": entry.channel,
        "said": entry.said,
        "state": entry.state,
        "reason": entry.reason,
        "why": entry.why,
        "not_before": iso(entry.not_before),
        "held": entry.held,
        "maybe_twice": entry.maybe_twice,
        "subject": entry.subject,
        "text": entry.text,
        "events": [_event(event) for event in entry.events],
    }


def _reported(entry: Reported) -> dict[str, Any]:
    return {
        "row": entry.row,
        "channel": entry.channel,
        "state": entry.state or "no receipt in time",
        "detail": entry.detail,
        "person": _person(entry.person),
    }


def _silent(entry: Silent) -> dict[str, Any]:
    return {
        "ordinal": entry.ordinal,
        "reason": entry.reason,
        "why": entry.why,
        "people": entry.people,
        "persons": [_person(each) for each in entry.persons],
    }


def _tasked(entry: Tasked) -> dict[str, Any]:
    return {
        "task": entry.task,
        "kind": entry.kind,
        "state": entry.state,
        "summary": entry.summary,
        "quote": entry.quote,
        "resolve_by": iso(entry.resolve_by),
        "claimed_by": entry.claimed_by,
        "person": _person(entry.person),
        "events": [_event(event) for event in entry.events],
    }


def _handled(entry: Handled) -> dict[str, Any]:
    act = entry.act
    return {
        "by": act.by,
        "did": act.did,
        "thing": act.about.thing,
        "id": act.about.id,
        "detail": act.detail,
        "note": entry.note,
        "channel": entry.channel,
        "task": entry.task,
        "person": _person(entry.person),
    }


def _event(event: Event) -> Mapping[str, Any]:
    return {"at": iso(event.at), "text": event.text}


def _person(person: Person | None) -> dict[str, str] | None:
    """The booking's id holds an address, and is nobody's business outside."""
    if person is None:
        return None
    return {"reference": person.reference, "name": person.name, "address": person.address}
