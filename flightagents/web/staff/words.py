"""The words of the staff page for what the domain names: troubles, changes, reasons, states."""

from collections.abc import Callable, Mapping
from datetime import datetime

from markupsafe import Markup

from flightagents import airports
from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.disruptions_now import UNDECIDED
from flightagents.domain.flight import Status
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import Attention
from flightagents.domain.reasons import MEANING, Reason
from flightagents.domain.times import at_latest
from flightagents.domain.trouble import Trouble
from flightagents.web.staff import times

TONES = {
    Severity.CRITICAL: "bad",
    Severity.MAJOR: "bad",
    Severity.MINOR: "late",
    Severity.INFO: "info",
}
KINDS = {
    Kind.FIRST_SEEN: "first seen",
    Kind.DELAYED: "delayed",
    Kind.MOVED_EARLIER: "moved earlier",
    Kind.ON_TIME_AGAIN: "on time again",
    Kind.CANCELLED_UNCONFIRMED: "cancelled, seen once",
    Kind.CANCELLED: "cancelled, confirmed",
    Kind.REINSTATED_UNCONFIRMED: "on again, seen once",
    Kind.REINSTATED: "on again, confirmed",
    Kind.DIVERTED_UNCONFIRMED: "diverted, seen once",
    Kind.DIVERTED: "diverted, confirmed",
    Kind.INCIDENT: "incident",
    Kind.DEPARTED: "departed",
    Kind.RETURNED_TO_GATE: "returned to the gate",
    Kind.LANDED: "landed",
    Kind.GATE_CHANGED: "gate changed",
    Kind.TERMINAL_CHANGED: "terminal changed",
    Kind.BELT_ASSIGNED: "belt assigned",
    Kind.AIRCRAFT_CHANGED: "aircraft changed",
    Kind.MARKETED_AS_GROWN: "sold under another number too",
    Kind.MOVED_TO: "is another flight now",
    Kind.LOST_SIGHT: "out of sight",
    Kind.SIGHT_REGAINED: "seen again",
}
STATUSES = {
    Status.SCHEDULED: "scheduled",
    Status.ACTIVE: "in the air",
    Status.LANDED: "landed",
    Status.CANCELLED: "cancelled",
    Status.INCIDENT: "incident",
    Status.DIVERTED: "diverted",
    Status.UNKNOWN: "not known",
}
_WAITING = frozenset({Status.SCHEDULED, Status.UNKNOWN})
ATTENTION = {
    Attention.NEW: "new",
    Attention.WORSE: "worse since it was seen",
    Attention.SNOOZE_OVER: "put off until now",
    Attention.SNOOZED: "put off",
    Attention.ACKNOWLEDGED: "seen",
    Attention.NO_TROUBLE: "nothing wrong any more",
}
_SHORTLY = {
    Reason.NEWS: "news",
    Reason.NO_CONSENT: "no consent",
    Reason.NOT_WANTED: "channel taken out",
    Reason.NO_CHANNEL: "no channel",
    Reason.QUIET_HOURS: "night there",
    Reason.STAFF_FIRST: "staff first",
    Reason.NOT_MATERIAL: "too little to tell",
    Reason.DUPLICATE: "knows it",
    Reason.WAITS_FOR_SECOND_LOOK: "waits for a second look",
    Reason.RATE_LIMIT: "has had enough messages",
    Reason.DEPARTED: "has left",
    Reason.EXPIRED: "too late",
    Reason.SUPERSEDED: "newer news instead",
    Reason.NOT_BOOKED: "not on this flight any more",
    Reason.INHIBITED: "knows of worse",
    Reason.SHADOW: "shadow mode",
    Reason.AMBIGUOUS: "ambiguous booking",
    Reason.REBOOKED: "rebooked",
    Reason.LOST_SIGHT: "out of sight",
    Reason.MOVED: "hears of the other flight",
    Reason.FALLBACK: "the other channel failed",
    Reason.RESENT: "staff asked for it",
    Reason.NO_RULE: "the rule is gone",
    Reason.TASK_TAKEN: "the task is taken",
}
_ENDS = {"failed": "refused by the provider", "dead": "given up", UNDECIDED: "not decided yet"}


def silent(row: FlightRow, now: datetime) -> bool:
    """Tell whether a flight should have left by now, and the feed says neither that it has nor why not."""
    waits = row.open and row.status in _WAITING and row.trouble is Trouble.NONE
    return waits and at_latest(row.departure.expected) < now


def unheard(row: FlightRow, now: datetime, zone: str) -> Markup:
    """Say of such a flight since when there is no news."""
    return Markup("no news since {}").format(times.local(row.seen_at, zone, now))


def trouble(row: FlightRow, now: datetime, zone: str) -> str:
    """Say what is wrong with a flight: "delayed 1 h 20". `zone` is the agency's."""
    if silent(row, now):
        return unheard(row, now, zone)
    match row.trouble:
        case Trouble.DELAYED:
            return f"delayed {times.minutes(row.late)}"
        case Trouble.EARLIER:
            return f"{times.minutes(-row.late)} earlier"
        case Trouble.NONE:
            return STATUSES[row.status]
        case Trouble.CANCELLED | Trouble.DIVERTED | Trouble.INCIDENT:
            return row.trouble.value


def tone(row: FlightRow, now: datetime) -> str:
    """Give the colour of a flight's state; none where nobody knows it."""
    if silent(row, now):
        return ""
    return TONES[row.severity] if row.trouble is not Trouble.NONE else "good"


def kind(change: Change) -> str:
    """Say what changed: "gate changed: C12 to C20"."""
    name = KINDS[change.kind]
    for field in ("gate", "terminal", "belt"):
        before, after = change.before.get(field), change.after.get(field)
        if after and change.kind in (Kind.GATE_CHANGED, Kind.TERMINAL_CHANGED, Kind.BELT_ASSIGNED):
            return f"{name}: {before} to {after}" if before else f"{name}: {after}"
    return name


def why(reason: str) -> str:
    """Say shortly why somebody was not told."""
    return _ENDS[reason] if reason in _ENDS else _SHORTLY[Reason(reason)]


def meaning(reason: Reason) -> str:
    """Say a reason in a sentence."""
    return MEANING[reason]


def leaves(row: FlightRow, *, dated: bool = False) -> Markup:
    """Write when a flight leaves: 14:35 struck out, then 16:05. One that is cancelled has no new time.

    `dated`: with the day before it, whichever that is.
    """
    end = row.departure
    old = times.dated(end.base, end.zone) if dated else times.local(end.base, end.zone)
    if row.trouble is Trouble.CANCELLED or end.base == end.expected:
        return old
    return Markup("<del>{}</del> {}").format(old, times.local(end.expected, end.zone, end.base))


def counted(reasons: Mapping[str, int]) -> str:
    """Write "2 no consent, 1 night there"."""
    return ", ".join(f"{count} {why(reason)}" for reason, count in reasons.items())


def airport(code: str) -> str:
    """Name an airport, by its code where nobody knows its name."""
    return airports.name(code) or code


FILTERS: dict[str, Callable[..., object]] = {
    "trouble": trouble,
    "tone": tone,
    "leaves": leaves,
    "kind": kind,
    "airport": airport,
    "why": why,
    "meaning": meaning,
    "counted": counted,
    "attention": ATTENTION.__getitem__,
    "status": STATUSES.__getitem__,
}
