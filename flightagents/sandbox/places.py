"""Terminals, gates, belts and aircraft of a flight as the feed knew them over time: invented, from the seed.

Before departure there are many first assignments and few changes; afterwards book-keeping (fact 11).
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from flightagents.sandbox.day import Flight
from flightagents.sandbox.plot import MINUTE, SECOND
from flightagents.sandbox.steps import Steps

# Where the carriers left from in 2013, as far as it matters: JFK numbers its terminals, the others do not.
_TERMINALS = {
    "EWR": {"UA": "C", "EV": "A", "DL": "B"},
    "JFK": {
        "AA": "8",
        "MQ": "8",
        "B6": "5",
        "DL": "4",
        "9E": "2",
        "UA": "7",
        "US": "7",
        "VX": "4",
        "HA": "5",
    },
    "LGA": {"DL": "D", "9E": "D", "US": "C", "YV": "C"},
}
_OTHER_TERMINAL = {"EWR": "A", "JFK": "4", "LGA": "B"}
_TERMINAL_ABROAD = "2"

# Shares of flights.
_GATE_KNOWN_FROM_THE_START = 0.4
_GATE_NEVER_KNOWN = 0.1
_GATE_CHANGES = 0.09
_GATE_CORRECTED_AFTERWARDS = 0.05
_TWO_GATES = 0.005
_TERMINAL_CHANGES = 0.01
_TERMINAL_RESPELT = 0.04
_ARRIVAL_TERMINAL_KNOWN = 0.5
_ARRIVAL_TERMINAL_RESPELT = 0.15
_ARRIVAL_GATE_KNOWN = 0.6
_BELT_KNOWN = 0.5
_AIRCRAFT_KNOWN = 0.08
_AIRCRAFT_CHANGES = 0.1


@dataclass(frozen=True, slots=True)
class Places:
    """Each null where the feed does not know. `tail` is the registration."""

    terminal: Steps[str | None]
    gate: Steps[str | None]
    arrival_terminal: Steps[str | None]
    arrival_gate: Steps[str | None]
    belt: Steps[str | None]
    tail: Steps[str | None]


def places_of(flight: Flight, rng: Random) -> Places:
    """Invent where a flight leaves from and arrives at."""
    terminal = _terminal(flight, rng)
    arrival_terminal = rng.choice("12ABCN") if rng.random() < _ARRIVAL_TERMINAL_KNOWN else None
    return Places(
        terminal=terminal,
        gate=_gates(flight, terminal.first or "", rng),
        arrival_terminal=Steps(arrival_terminal, _respelt(arrival_terminal, flight, rng)),
        arrival_gate=_once(flight.on, (-90, 0), _ARRIVAL_GATE_KNOWN, _gate("B", rng), rng),
        belt=_once(flight.on, (-15, 10), _BELT_KNOWN, str(rng.randint(1, 14)), rng),
        tail=_tails(flight, rng),
    )


def _terminal(flight: Flight, rng: Random) -> Steps[str | None]:
    origin = flight.origin.iata
    other = _OTHER_TERMINAL.get(origin, _TERMINAL_ABROAD)
    terminal = _TERMINALS.get(origin, {}).get(flight.carrier, other)
    at = flight.scheduled_departure - rng.randint(40, 200) * MINUTE
    changes: list[tuple[datetime, str | None]] = []
    if rng.random() < _TERMINAL_RESPELT:
        changes = [(at, f"T{terminal}")]
    elif rng.random() < _TERMINAL_CHANGES:
        changes = [(at, rng.choice([each for each in "ABCD1478" if each != terminal]))]
    return Steps(terminal, changes)


def _gates(flight: Flight, terminal: str, rng: Random) -> Steps[str | None]:
    scheduled = flight.scheduled_departure
    first, second = _gate(terminal, rng), _gate(terminal, rng)
    if rng.random() < _TWO_GATES:
        first = "3,4"
    if rng.random() < _GATE_NEVER_KNOWN:
        return Steps(None)
    known_at_once = rng.random() < _GATE_KNOWN_FROM_THE_START
    changes: list[tuple[datetime, str | None]] = []
    if not known_at_once:
        changes = [(scheduled - rng.randint(60, 240) * MINUTE, first)]
    if rng.random() < _GATE_CHANGES:
        changes.append((scheduled - rng.randint(600, 3000) * SECOND, second))
    if rng.random() < _GATE_CORRECTED_AFTERWARDS and flight.off:
        changes.append((flight.off + rng.randint(10, 60) * MINUTE, _gate(terminal, rng)))
    return Steps(first if known_at_once else None, changes)


def _respelt(terminal: str | None, flight: Flight, rng: Random) -> list[tuple[datetime, str | None]]:
    """Write the same terminal in another way on the way: noise."""
    if terminal is None or flight.off is None or rng.random() >= _ARRIVAL_TERMINAL_RESPELT:
        return []
    return [(flight.off + rng.randint(5, 30) * MINUTE, "2" if terminal == "N" else f"T{terminal}")]


def _once(
    around: datetime | None, within: tuple[int, int], share: float, value: str, rng: Random
) -> Steps[str | None]:
    """Let a value become known once, so many minutes around a time, for a share of the flights."""
    if around is None or rng.random() >= share:
        return Steps(None)
    return Steps(None, [(around + rng.randint(within[0] * 60, within[1] * 60) * SECOND, value)])


def _tails(flight: Flight, rng: Random) -> Steps[str | None]:
    if flight.tail is None or rng.random() >= _AIRCRAFT_KNOWN:
        return Steps(None)
    if rng.random() >= _AIRCRAFT_CHANGES:
        return Steps(flight.tail)
    planned = f"N{rng.randint(100, 999)}{rng.choice('ABDEJKLMNPSTUW')}{rng.choice('ABDEJKLMNPSTUW')}"
    return Steps(planned, [(flight.scheduled_departure - rng.randint(60, 180) * MINUTE, flight.tail)])


def _gate(terminal: str, rng: Random) -> str:
    return f"{terminal if terminal.isalpha() else ''}{rng.randint(1, 60)}"
