"""What somebody who looks for a flight has typed: a number, a route, an airport, an airline, a date.

Airports and airlines may be given by code or by name; what they are called is asked of `Names`.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flightagents.domain import codes

LONGEST = 100
"""Characters. An identity has at most 40."""
_DAY = re.compile(r"(?<!\S)\d{4}-\d{2}-\d{2}(?!\S)", re.ASCII)
_IDENTITY = re.compile(r"[A-Z0-9]{3,9}\|\d{4}-\d{2}-\d{2}\|[A-Z0-9]{3,4}\|[A-Z0-9]{3,4}", re.ASCII)
_AIRLINE = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_AIRPORT = re.compile(r"[A-Z0-9]{3,4}", re.ASCII)
_TO = re.compile(r"\s*[-/>,\u2013\u2192]+\s*|\s+TO\s+")
_ENDS = 2

Codes = frozenset[str]


class Names(Protocol):
    """Knows what airports and airlines are called, and their other codes. Texts are in capitals."""

    def airports(self, text: str) -> Codes:
        """Give the codes of the airports that words name."""

    def airport(self, code: str) -> Codes | None:
        """Give all codes of an airport by one of them; None for one that nobody knows."""

    def airlines(self, text: str) -> Codes:
        """Give the codes of the airlines that words name."""

    def airline(self, code: str) -> Codes | None:
        """Give all codes of an airline by one of them; None for one that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What was meant: of a set, any of it; where both airports and airlines are given, any of either."""

    flight: str | None = None
    designators: Codes = frozenset()
    departures: Codes = frozenset()
    arrivals: Codes = frozenset()
    airports: Codes = frozenset()
    airlines: Codes = frozenset()
    day: date | None = None


ANYTHING = Meaning()


def read(text: str, names: Names) -> Meaning | None:
    """Read a number, a route, an airport, a town, an airline or an identity, each but the last with a date.

    BA117, "ba 117", BAW117; LHR-JFK, "LHR JFK", "Newark to London"; LHR, KJFK, "New York"; BA, "Iberia".
    None for what means nothing to us, and so finds nothing. The text may be anything at all.
    """
    if len(text) > LONGEST:
        return None
    text = text.strip().upper()
    if _IDENTITY.fullmatch(text):
        return Meaning(flight=text)
    dates = _DAY.findall(text)
    if len(dates) > 1:
        return None
    try:
        day = date.fromisoformat(dates[0]) if dates else None
    except ValueError:
        return None
    return _Reader(names, day).read(" ".join(_DAY.sub(" ", text).split()))


class _Reader:
    """Reads what is left beside a date, which means the flights of that day."""

    def __init__(self, names: Names, day: date | None) -> None:
        self._names = names
        self._day = day

    def read(self, text: str) -> Meaning | None:
        if not text:
            return Meaning(day=self._day)
        if number := codes.designator(text):
            return Meaning(designators=self._designators(number), day=self._day)
        return self._route(text) or self._place(text)

    def _designators(self, number: str) -> Codes:
        carrier = codes.carrier(number)
        carriers = self._names.airline(carrier) or frozenset({carrier})
        return frozenset(each + number.removeprefix(carrier) for each in carriers)

    def _route(self, text: str) -> Meaning | None:
        """Two words may be one name: "NEW YORK" is no route, though NEW is an airport."""
        ends, words = _TO.split(text), text.split()
        if len(ends) != _ENDS and len(words) == _ENDS and all(map(_AIRPORT.fullmatch, words)):
            known = all(map(self._names.airport, words))
            ends = words if known or not self._called(text) else []
        if len(ends) != _ENDS:
            return None
        if not all(map(_AIRPORT.fullmatch, ends)) and self._called(text):
            return None
        departures, arrivals = map(self._end, ends)
        if not departures or not arrivals:
            return None
        return Meaning(departures=departures, arrivals=arrivals, day=self._day)

    def _end(self, text: str) -> Codes:
        if not _AIRPORT.fullmatch(text):
            return self._names.airports(text)
        return self._names.airport(text) or self._names.airports(text) or frozenset({text})

    def _called(self, text: str) -> bool:
        return bool(self._names.airports(text) or self._names.airlines(text))

    def _place(self, text: str) -> Meaning | None:
        """Of a code nobody knows whether an airport or an airline has it; and a short name looks like one."""
        airline = self._names.airline(text) if _AIRLINE.fullmatch(text) else None
        airport = self._names.airport(text) if _AIRPORT.fullmatch(text) else None
        airlines, airports = airline or frozenset(), airport or frozenset()
        if not airlines and (not airports or len(text) > len("JFK")):
            airlines, airports = self._names.airlines(text), airports | self._names.airports(text)
        if _AIRLINE.fullmatch(text):
            airlines |= {text}
        if _AIRPORT.fullmatch(text):
            airports |= {text}
        if not airlines and not airports:
            return None
        return Meaning(airlines=airlines, airports=airports, day=self._day)


def airline(text: str) -> str | None:
    """Give an airline's code for what was typed; None for what is none."""
    code = text.strip().upper()
    return code if _AIRLINE.fullmatch(code) else None
