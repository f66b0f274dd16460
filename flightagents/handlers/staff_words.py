"""What staff read of one change: a title that says it all, and lines with what they need to act."""

from datetime import datetime, timedelta

from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import StaffNotice
from flightagents.domain.rules import fact, late_minutes
from flightagents.domain.times import to_local

STATE_WORDS = {
    Kind.FIRST_SEEN: "first seen",
    Kind.DELAYED: "delayed",
    Kind.MOVED_EARLIER: "earlier than last said",
    Kind.ON_TIME_AGAIN: "on time again",
    Kind.CANCELLED_UNCONFIRMED: "cancelled (unconfirmed)",
    Kind.CANCELLED: "cancelled",
    Kind.REINSTATED_UNCONFIRMED: "on again (unconfirmed)",
    Kind.REINSTATED: "on again",
    Kind.DIVERTED_UNCONFIRMED: "diverted (unconfirmed)",
    Kind.DIVERTED: "diverted",
    Kind.INCIDENT: "with an incident",
    Kind.DEPARTED: "departed",
    Kind.RETURNED_TO_GATE: "back at the gate",
    Kind.LANDED: "landed",
    Kind.GATE_CHANGED: "at another gate",
    Kind.TERMINAL_CHANGED: "at another terminal",
    Kind.BELT_ASSIGNED: "with a belt",
    Kind.AIRCRAFT_CHANGED: "with another aircraft",
    Kind.MARKETED_AS_GROWN: "sold under another number too",
    Kind.MOVED_TO: "retimed to another day",
    Kind.LOST_SIGHT: "out of sight",
    Kind.SIGHT_REGAINED: "seen again",
}
"""What a kind of change means for a flight, or for many."""


def notice_of(change: Change, travellers: int, patience: timedelta) -> StaffNotice:
    """Tell a change. `travellers` are those of ours on it; `patience` is how long they are spared at most."""
    what = fact(change)
    return StaffNotice(
        title=f"{flight_words(change.flight)} {_title(what, change)}: {people(travellers)}",
        lines=tuple(filter(None, _lines(what, change, travellers, patience))),
        flights=(change.flight,),
        severity=change.severity.value,
        kind=what,
        late=late_minutes(change),
        travellers=travellers,
    )


def flight_words(flight: str) -> str:
    """Write BA117 LHR-JFK Sun 22 Nov."""
    name = FlightId.parse(flight)
    return f"{name.designator} {name.departure}-{name.arrival} {name.date:%a} {name.date.day} {name.date:%b}"


def people(travellers: int) -> str:
    """Write 12 travellers."""
    if travellers == 0:
        return "no travellers"
    return "1 traveller" if travellers == 1 else f"{travellers} travellers"


def _title(what: Kind, change: Change) -> str:
    expected = _moment(change, change.departure.expected)
    before, after = (next(iter(fields.values()), None) for fields in (change.before, change.after))
    match what:
        case Kind.DELAYED:
            return f"delayed {late_minutes(change)} min, expected {expected}"
        case Kind.MOVED_EARLIER | Kind.ON_TIME_AGAIN:
            return f"{STATE_WORDS[what]}, expected {expected}"
        case Kind.GATE_CHANGED | Kind.TERMINAL_CHANGED | Kind.AIRCRAFT_CHANGED:
            return f"{what.value.partition('_')[0]} {after}, was {before}"
        case Kind.BELT_ASSIGNED:
            return f"belt {after}"
        case Kind.MOVED_TO:
            return f"flies as {flight_words(str(after))} now"
        case _:
            return STATE_WORDS[what]


def _lines(what: Kind, change: Change, travellers: int, patience: timedelta) -> list[str]:
    airport = change.departure.airport
    said = change.before.get("expected")
    reading = change.after.get("latest_reading")
    other_numbers = ", ".join(change.marketed_as)
    return [
        _unconfirmed(what, patience),
        f"Last said: {_moment(change, datetime.fromisoformat(said))} ({airport} time)."
        if isinstance(said, str)
        else "",
        f"First scheduled to leave at {_moment(change, change.departure.base)} ({airport} time).",
        f"The feed can also be read as {_moment(change, datetime.fromisoformat(reading))}; "
        "travellers are told the earlier time."
        if isinstance(reading, str)
        else "",
        f"{people(travellers).capitalize()} of ours on it.",
        f"Also sold as {other_numbers}." if other_numbers else "",
    ]


def _unconfirmed(what: Kind, patience: timedelta) -> str:
    """Say when travellers hear of it: of a cancellation after a while, also without a second look."""
    match what:
        case Kind.CANCELLED_UNCONFIRMED:
            minutes = round(patience / timedelta(minutes=1))
            wait = f"at the second look or in {minutes} minutes" if minutes else "at once"
        case Kind.DIVERTED_UNCONFIRMED | Kind.REINSTATED_UNCONFIRMED:
            wait = "at the second look"
        case _:
            return ""
    return f"Unconfirmed: travellers are told {wait}."


def _moment(change: Change, at: datetime) -> str:
    """Write 16:40 by the clock of the airport of departure, with the day where it is not the flight's."""
    local = to_local(at, change.departure.zone)
    day = (
        "" if local.date() == FlightId.parse(change.flight).date else f" on {local:%a} {local.day} {local:%b}"
    )
    return f"{local:%H:%M}{day}"
