"""The words for what a change says: why we made it, what each of its values is called, and how it reads."""

from collections.abc import Mapping
from datetime import datetime

from flightagents.domain.changes import Change, ChangeEnd, Kind, Reason, Value
from flightagents.domain.flight import Status
from flightagents.web.staff.ledger_words import flight_name
from flightagents.web.staff.words import STATUSES

REASONS: Mapping[Reason, str] = {
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
    Reason.NOT_SEEN: "nobody could look at it for long, or the feed has it no more",
    Reason.SEEN_AGAIN: "the feed shows it again",
}
_FIELDS = {
    "expected": "departure",
    "latest_reading": "or even",
    "actual": "runway time",
    "marketed_as": "sold as",
}
"""What a value is called, where that is not its own name."""
_TIMES = frozenset({"expected", "latest_reading", "actual"})


def field(name: str) -> str:
    """Name a value."""
    return _FIELDS.get(name, name)


def moment(change: Change, name: str, value: Value) -> tuple[datetime, ChangeEnd] | None:
    """Give the time that a value is, and the end by whose clock it reads; None for what is no time."""
    if value is None or name not in _TIMES:
        return None
    end = change.arrival if change.kind is Kind.LANDED else change.departure
    return datetime.fromisoformat(str(value)), end


def said(name: str, value: Value) -> str:
    """Say a value that is no time."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(value)
    match name:
        case "status":
            return STATUSES[Status(str(value))]
        case "flight":
            return flight_name(str(value))
        case _:
            return str(value)
