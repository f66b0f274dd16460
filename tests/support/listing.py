"""Flights for lists: a few that a test names, or some hundred that differ in everything."""

from datetime import timedelta
from typing import Any

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from tests.support.rows import DAY, MINUTE, NOON, row, run_of


def seen(
    designator: str = "BA117",
    *,
    looks: int = 1,
    sold_as: tuple[str, ...] = (),
    late: int | None = None,
    then: int = 0,
    last: dict[str, Any] | None = None,
    after: timedelta = timedelta(),
    **fields: Any,  # noqa: ANN401 - any field of a row
) -> FlightState:
    """Give a flight's state: at noon it was on time; at each look since, it was as the fields say.

    `then`: at so many looks after those it was on time again; `last` says how it was at one more.
    """
    planned: dict[str, Any] = {
        name: fields[name] for name in ("route", "day", "departs", "arrives") if name in fields
    }
    state: FlightState | None = None
    shown: list[dict[str, Any]] = [planned, *[{**fields, "delay": late}] * looks]
    shown += [planned] * then
    shown += [{**planned, **last}] if last else []
    for run, each in enumerate(shown, start=1):
        copies = [row(number, operated_by=designator, **each) for number in sold_as]
        for record in run_of([row(designator, **each), *copies], run, NOON + after + run * MINUTE):
            state, _ = advance(state, record)
    assert state is not None
    return state


def many(number: int = 300) -> list[FlightState]:
    """Give flights of three airlines, four airports and five days; most of them on time."""
    states = []
    routes = ("LHR-JFK", "JFK-LHR", "LHR-MAD", "MAD-LHR", "AKL-MAD", "QQQ-JFK")
    for place in range(number):
        status = {17: "cancelled", 34: "diverted", 51: "incident"}.get(place % 60, "scheduled")
        states.append(
            seen(
                f"{('BA', 'IB', 'AA')[place % 3]}{100 + place}",
                sold_as=(f"VS{4000 + place}",) if place % 4 == 0 else (),
                late=(place * 7) % 240 if place % 5 == 0 else None,
                route=routes[place % len(routes)],
                day=DAY + timedelta(days=place % 5),
                departs=f"{place % 24:02}:{place % 60:02}",
                arrives=f"{DAY + timedelta(days=place % 5 + 1)}T{place % 24:02}:{place % 60:02}",
                status=status,
                looks=1 + place % 2,
                after=timedelta(seconds=place),
            )
        )
    return states


def history(designator: str, *delays: int, route: str = "LHR-JFK") -> list[Change]:
    """Give the changes of a flight that was first seen on time, and then with these delays, a look each."""
    state: FlightState | None = None
    told: list[Change] = []
    for run, delay in enumerate((None, *delays), start=1):
        at = NOON + run * MINUTE
        for record in run_of([row(designator, delay=delay, route=route)], run, at):
            state, changes = advance(state, record)
            told.extend(changes)
    return told
