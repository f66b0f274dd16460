"""The fields of a document of `flights` that a list searches, sorts and shows by, made from the state alone.

`keys` holds all that a flight may be picked by in one array, so that one index, {keys, leaves}, answers each
filter in the order of departures. What costs writes is the number of index entries, not of indexes: about
seven here for a flight, one for each key.

A time whose zone nobody knows is stored as if it were UTC, and `zoned` is false: it may be 14 hours off.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne

from flightagents.domain import codes
from flightagents.domain.flight import End, FlightId, FlightState
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.rules import GRAVITY
from flightagents.domain.trouble import MINUTE, Trouble, counting_end, judge, lateness
from flightagents.store.completing import complete
from flightagents.store.connection import Collection
from flightagents.store.reading import Document, Reader

OPEN = "open"
_IN_THE_AIR = {"departed": True, "landed": False}
SHOWN = {"state": 0, "keys": 0}
"""The projection of what a list shows: without the state's text, which is most of a document."""
_NUMBER = 4
"""Digits that a flight number may have."""


def listed(state: FlightState) -> dict[str, Any]:
    """Give the fields of a state."""
    name, verdict, end = FlightId.parse(state.flight), judge(state), counting_end(state)
    departure, off = state.departure, verdict.trouble is Trouble.CANCELLED
    designators = (name.designator, *state.marketed_as)
    return {
        "trouble": verdict.trouble.value,
        "unconfirmed": verdict.unconfirmed,
        "severity": verdict.severity.value,
        "gravity": GRAVITY[verdict.severity],
        "troubled": verdict.trouble is not Trouble.NONE,
        "late": lateness(state) // MINUTE,
        "leaves": _stored(departure.base if off else departure.expected),
        "next_at": _stored(end.expected),
        "zoned": end.zone is not None,
        "changed_at": state.seen_at,
        "departed": state.departed,
        "landed": state.landed,
        "order": _order(name.designator),
        "route": route(name.departure, name.arrival),
        "keys": sorted(
            {
                on(name.date),
                at(name.departure),
                at(name.arrival),
                *(flown_by(codes.carrier(each)) for each in designators),
                *([troubled_by(verdict.trouble)] if verdict.trouble is not Trouble.NONE else []),
                *([OPEN] if state.open else []),
            }
        ),
    }


def in_the_air(since: date) -> dict[str, Any]:
    """Match the flights in the air, of this date and later ones."""
    return {**_IN_THE_AIR, "date": {"$gte": since.isoformat()}}


def on(day: date) -> str:
    """Give the key of the flights of a date."""
    return f"date:{day.isoformat()}"


def at(airport: str) -> str:
    """Give the key of the flights to or from an airport."""
    return f"airport:{airport}"


def flown_by(airline: str) -> str:
    """Give the key of the flights that an airline operates or sells."""
    return f"airline:{airline}"


def troubled_by(trouble: Trouble) -> str:
    """Give the key of the flights with a trouble."""
    return f"trouble:{trouble.value}"


def route(departure: str, arrival: str) -> str:
    """Give the `route` of a flight."""
    return f"{departure}-{arrival}"


def _order(designator: str) -> str:
    """Write BA117 as "BA 0117": sorted by the airline, then by the number."""
    carrier = codes.carrier(designator)
    digits = "".join(filter(str.isdigit, number := designator.removeprefix(carrier)))
    return f"{carrier} {digits:0>{_NUMBER}}{number.removeprefix(digits)}"


def _stored(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def index(flights: Collection) -> None:
    """Make the indexes that lists are served by.

    Each order that is offered without any filter needs one of its own: `leaves`, `order` (by number and by
    airline), `late`, `route` (by airport) and `changed`. `keys` serves the filters. `troubled` holds
    only the flights with a trouble, the gravest first. Other filters and orders are combined by walking one
    of these: a filter's, with the few found sorted in memory, or an order's until a page is full.

    `in_the_air` is for the look each minute at those who change flights: an entry comes with a take-off and
    goes with the landing.
    """
    await flights.create_index([("keys", ASCENDING), ("leaves", ASCENDING), ("_id", ASCENDING)], name="keys")
    # With the date: of the flights from a day on, those of the day before that leave late need no fetching.
    leaves = [("leaves", ASCENDING), ("_id", ASCENDING), ("date", ASCENDING)]
    await flights.create_index(leaves, name="leaves")
    for field, name in (("late", "late"), ("changed_at", "changed")):
        await flights.create_index([(field, ASCENDING), ("_id", ASCENDING)], name=name)
    for field in ("order", "route"):
        await flights.create_index([(field, ASCENDING), ("_id", ASCENDING)], name=field)
    await flights.create_index(
        [("gravity", DESCENDING), ("next_at", ASCENDING)],
        name="troubled",
        partialFilterExpression={"troubled": True},
    )
    await flights.create_index([("date", ASCENDING)], name="in_the_air", partialFilterExpression=_IN_THE_AIR)


async def bring_up_to_date(flights: Collection, states: Reader[FlightState]) -> int:
    """Give the documents of an earlier version their fields; one that has moved on meanwhile has them."""

    def updates(found: Sequence[Document]) -> list[UpdateOne]:
        return [
            UpdateOne({"_id": state.flight, "ordinal": state.ordinal, "order": None}, {"$set": listed(state)})
            for state in states.read_all(found)
        ]

    return await complete(flights, "order", updates, {"state": 1})


def row(found: Document) -> FlightRow:
    """Read what a list shows."""
    designator, *marketed_as = found["designators"]
    fields = {**found, "flight": found["_id"], "designator": designator, "marketed_as": marketed_as}
    shown = msgspec.convert(fields, FlightRow)
    return replace(shown, departure=_end(shown.departure), arrival=_end(shown.arrival))


def _end(end: End) -> End:
    """The database makes UTC of every time; those of an airport whose zone nobody knows are none."""
    if end.zone is not None:
        return end
    return replace(
        end,
        base=end.base.replace(tzinfo=None),
        scheduled=end.scheduled.replace(tzinfo=None),
        expected=end.expected.replace(tzinfo=None),
        actual=end.actual.replace(tzinfo=None) if end.actual else None,
    )
