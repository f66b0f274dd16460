"""A traveller's page about a flight, before it has words: how the flight stands, and how it came to that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from flightagents.domain.alerting import UNCONFIRMED_PATIENCE
from flightagents.domain.bookings import Channel
from flightagents.domain.caution import Caution, caution
from flightagents.domain.changes import DELAY, STEP, Change, Kind
from flightagents.domain.flight import FlightId, FlightState, Status
from flightagents.domain.notifications import Notification, State
from flightagents.domain.said import FOR_STAFF, Said
from flightagents.domain.times import at_latest

SHOWN = frozenset(
    {
        Kind.DELAYED,
        Kind.MOVED_EARLIER,
        Kind.ON_TIME_AGAIN,
        Kind.CANCELLED,
        Kind.REINSTATED,
        Kind.DIVERTED,
        Kind.DEPARTED,
        Kind.RETURNED_TO_GATE,
        Kind.LANDED,
        Kind.GATE_CHANGED,
        Kind.TERMINAL_CHANGED,
        Kind.BELT_ASSIGNED,
        Kind.MOVED_TO,
    }
)
"""The others are unconfirmed, or nothing that a traveller could do anything about."""
_ARRIVED = frozenset({State.ACCEPTED, State.DELIVERED})
"""Nobody is told on a page that they were written to before a provider has said so."""


class Standing(StrEnum):
    """How the flight stands, in one word."""

    ON_TIME = "on_time"
    LATE = "late"
    EARLY = "early"
    OVERDUE = "overdue"
    """The time has come, and nobody reports that it has left."""
    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    LEFT = "left"
    LANDED = "landed"
    MOVED = "moved"
    """It leaves on another day now, and is another flight to the feed."""
    UNCLEAR = "unclear"
    """The news contradict each other until a second look."""
    SILENT = "silent"
    """The last news are too old to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something new. `time` is a departure, take-off or landing; a place is a gate, terminal or belt."""

    at: datetime
    kind: Kind
    time: datetime | None = None
    place: str = ""
    place_before: str = ""
    day: str = ""
    """Of the flight that it has become, as 2026-11-23."""
    was_diverted: bool = False
    """Of a flight that is on again: it was diverted before, and is in the air."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """Something that we told them, on one channel or several."""

    at: datetime
    said: Said
    channels: tuple[Channel, ...]
    time: datetime | None = None
    place: str = ""
    caution: Caution | None = None
    """Why it was told in other words than those of its kind."""


Chapter = Happened | Wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPage:
    """Nothing in it says who the traveller is: the address of a page is forwarded, and shown to others."""

    language: str
    designator: str
    """The number on their ticket."""
    operated_as: str | None
    """The operating flight's number, where that is another."""
    state: FlightState
    base: datetime
    """When their ticket says that it leaves."""
    standing: Standing
    seen_at: datetime
    """The last look at the flight."""
    story: tuple[Chapter, ...]
    """Newest first."""
    emails: bool
    """Whether they get emails that they can end."""
    moved_to: date | None = None
    """The day of the flight that counts for them, where theirs is another one now."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever opened the link that ends emails: how to speak to them, and how it stands."""

    language: str
    gets_emails: bool


def standing(
    state: FlightState,
    base: datetime,
    story: Sequence[Chapter],
    *,
    stale: bool,
    now: datetime,
    patience: timedelta = UNCONFIRMED_PATIENCE,
) -> Standing:
    """Judge how the flight stands; `story` is newest first, `patience` as it is for messages.

    `stale`: the last look at it is too old to go by.
    """
    if state.disruption is not None or not state.disruption_confirmed:
        return _disrupted(state, story, now, patience)
    if state.landed or state.departed:
        return Standing.LANDED if state.landed else Standing.LEFT
    if state.status is Status.INCIDENT:
        return Standing.UNCLEAR
    if now >= at_latest(state.departure.expected) and _diversion_withdrawn(story):
        return Standing.LEFT  # nobody is sent to the gate who was in the air when a diversion was taken back
    return Standing.SILENT if stale else _punctual(state, base, now)


def moved_to(story: Sequence[Chapter]) -> date | None:
    """Give the day of the flight that this one became last; None where it became none."""
    days = (each.day for each in story if isinstance(each, Happened) and each.kind is Kind.MOVED_TO)
    return next((date.fromisoformat(day) for day in days if day), None)


def _disrupted(state: FlightState, story: Sequence[Chapter], now: datetime, patience: timedelta) -> Standing:
    """What is confirmed, what was told, and a cancellation that nobody has denied for a while are certain."""
    told = next((each.said for each in story if isinstance(each, Wrote) and each.said in _ABOUT_IT), None)
    match state.disruption:
        case Status.CANCELLED:
            waited = state.disruption_at is None or now - state.disruption_at >= patience
            certain = state.disruption_confirmed or told is Said.CANCELLED or waited
            return Standing.CANCELLED if certain else Standing.UNCLEAR
        case Status.DIVERTED if state.disruption_confirmed:
            return Standing.DIVERTED
        case _:
            return Standing.UNCLEAR


def _diversion_withdrawn(story: Sequence[Chapter]) -> bool:
    """Tell whether it was diverted, is not any more, and has not come back to the gate since."""
    told = (each for each in story if isinstance(each, Happened) and each.kind in _ENDS)
    newest = next(told, None)
    return newest is not None and newest.kind is Kind.REINSTATED and newest.was_diverted


_ENDS = frozenset({Kind.CANCELLED, Kind.DIVERTED, Kind.REINSTATED, Kind.RETURNED_TO_GATE})
_ABOUT_IT = frozenset({Said.CANCELLED, Said.REINSTATED, Said.DIVERTED})


def _punctual(state: FlightState, base: datetime, now: datetime) -> Standing:
    expected = state.departure.expected
    if now >= at_latest(expected):
        return Standing.OVERDUE
    if expected - base >= DELAY:
        return Standing.LATE
    return Standing.EARLY if base - expected >= STEP else Standing.ON_TIME


def story(changes: Iterable[Change], rows: Iterable[Notification]) -> tuple[Chapter, ...]:
    """Tell what happened and what we wrote, newest first; of one instant the later news come first."""
    happened: list[Chapter] = []
    disrupted: Kind | None = None
    for each in _in_order(changes):
        disrupted = each.kind if each.kind in _DISRUPTIONS else disrupted
        if each.kind in SHOWN:
            happened.append(_happened(each, was_diverted=disrupted is Kind.DIVERTED))
    return tuple(sorted([*happened, *_wrote(rows)], key=lambda each: each.at)[::-1])


_DISRUPTIONS = frozenset({Kind.CANCELLED, Kind.DIVERTED})


def _in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.ordinal)


def _happened(change: Change, *, was_diverted: bool) -> Happened:
    at, kind, before, after = change.at, change.kind, change.before, change.after
    match kind:
        case Kind.DELAYED | Kind.MOVED_EARLIER | Kind.DEPARTED | Kind.LANDED:
            return Happened(at=at, kind=kind, time=_time(after.get("expected", after.get("actual"))))
        case Kind.ON_TIME_AGAIN:
            return Happened(at=at, kind=kind, time=change.departure.scheduled)
        case Kind.REINSTATED:
            return Happened(at=at, kind=kind, time=change.departure.expected, was_diverted=was_diverted)
        case Kind.GATE_CHANGED | Kind.TERMINAL_CHANGED | Kind.BELT_ASSIGNED:
            return Happened(at=at, kind=kind, place=_value(after), place_before=_value(before))
        case Kind.MOVED_TO:
            return Happened(at=at, kind=kind, day=FlightId.parse(_value(after)).date.isoformat())
        case _:
            return Happened(at=at, kind=kind)


def _time(text: object) -> datetime | None:
    """Read what `times.iso` wrote: without a Z it is the airport's wall clock."""
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _value(fields: dict[str, str | int | tuple[str, ...] | None]) -> str:
    value = next(iter(fields.values()), None)
    return value if isinstance(value, str) else ""


def _wrote(rows: Iterable[Notification]) -> list[Wrote]:
    """Email and SMS with the same news are one chapter."""
    same: dict[tuple[int, Said], list[Notification]] = defaultdict(list)
    for row in rows:
        if row.state in _ARRIVED and row.said not in FOR_STAFF and row.notice is not None:
            same[row.ordinal, row.said].append(row)
    return [_chapter(said, found) for (_, said), found in sorted(same.items())]


def _chapter(said: Said, rows: list[Notification]) -> Wrote:
    notice = rows[0].notice
    place = {Said.GATE: notice.gate, Said.TERMINAL: notice.terminal}.get(said) if notice else None
    return Wrote(
        at=min(_sent_at(row) for row in rows),
        said=said,
        channels=tuple(sorted({row.channel for row in rows})),
        time=notice.new if notice else None,
        place=place or "",
        caution=caution(notice) if notice else None,
    )


def _sent_at(row: Notification) -> datetime:
    """An email has its date; an SMS left when it was decided, or when what held it back was over."""
    if row.message is not None and row.message.date is not None:
        return row.message.date
    return max(row.created_at, row.not_before or datetime.min.replace(tzinfo=UTC))
