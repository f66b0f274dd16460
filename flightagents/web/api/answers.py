"""What the API answers about flights and their changes. Fields are only ever added.

A time ends in Z and is UTC; where nobody knows the zone of an airport, its times are its wall clock's and
have no Z. `zone` stands beside them. Structs take what they name from what the use cases give.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from flightagents.domain.changes import Kind, Reason, Severity
from flightagents.domain.flight import Status
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.trouble import Trouble

T = TypeVar("T")
Utc = Annotated[datetime, Meta(tz=True)]
Moment = Annotated[
    datetime, Meta(description="UTC where it ends in Z, else the wall clock of an airport of unknown zone")
]


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next` is what the next page is asked for with `after`, null at the end."""

    items: tuple[T, ...]
    next: str | None = None


class Refused(Struct, frozen=True, kw_only=True):
    """Why a request was refused; where fields are wrong the first of them, and what is wrong with each."""

    error: str
    field: str | None = None
    errors: Annotated[dict[str, str], Meta(description="By path: `email`, `segments.0.flight_date`")] = (
        msgspec.field(default_factory=dict)
    )


class FlightEnd(Struct, frozen=True, kw_only=True):
    """One end of a flight. `base` is the first schedule that was seen, `actual` is runway time."""

    airport: str
    zone: str | None
    base: Moment
    scheduled: Moment
    expected: Moment
    actual: Moment | None
    terminal: str | None
    gate: str | None
    belt: str | None


class FlightSight(Struct, frozen=True, kw_only=True):
    """How fresh what we know of a flight is, `since` when, and why no fresher; `known_at`: seen last then."""

    sight: Sight
    cause: Cause | None
    since: Utc
    known_at: Utc | None
    probe_at: Utc | None


class Flight(Struct, frozen=True, kw_only=True):
    """How a flight stands. `late` is whole minutes behind its base, negative ahead.

    `sight` is null where nobody is booked on it, or it has left: then nobody judges it.
    """

    flight: str
    designator: str
    marketed_as: tuple[str, ...]
    carrier: str
    status: Status
    trouble: Trouble
    unconfirmed: bool
    late: int
    severity: Severity
    departure: FlightEnd
    arrival: FlightEnd
    departed: bool
    landed: bool
    open: bool
    seen_at: Utc
    changed_at: Utc
    ordinal: int
    sight: FlightSight | None


class ChangedEnd(Struct, frozen=True, kw_only=True):
    """One end of a flight as it stood after a change."""

    airport: str
    zone: str | None
    base: Moment
    scheduled: Moment
    expected: Moment


class FlightChange(Struct, frozen=True, kw_only=True):
    """Something new about a flight: what it was before and is since, why we say so, and how grave it is."""

    id: str
    flight: str
    kind: Kind
    at: Utc
    ordinal: int
    before: dict[str, str | int | tuple[str, ...] | None]
    after: dict[str, str | int | tuple[str, ...] | None]
    severity: Severity
    reason: Reason
    departure: ChangedEnd
    arrival: ChangedEnd
    carrier: str
    marketed_as: tuple[str, ...]
    record: str


Entry = Annotated[
    dict[str, Any],
    Meta(
        description="By `type`: changed, was_before, message, reported, silent, task, or act. An act is what "
        "one of the staff did: `by` whom and `at` which time, to which `thing`; `note` is what they wrote, "
        "for those who see people",
        examples=[
            {
                "type": "act",
                "at": "2026-11-22T12:05:00Z",
                "by": "ben",
                "did": "held",
                "thing": "flight",
                "id": "BA117|2026-11-22|LHR|JFK",
                "detail": "",
                "note": "",
                "channel": None,
                "task": None,
                "person": None,
            }
        ],
    ),
]


class FlightFile(Struct, frozen=True, kw_only=True):
    """The evidence file of a flight: what happened to it, was said and done about it, on one line of time."""

    format: str
    version: int
    made: dict[str, Any]
    flight: dict[str, Any]
    people: str
    only_of: dict[str, Any] | None
    state: dict[str, Any] | None
    rights: dict[str, Any]
    left_out: int
    story: tuple[Entry, ...]
