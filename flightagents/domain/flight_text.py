"""What somebody who looks for a flight has typed: a number, a route, an airport, an airline, a date."""

import re
from dataclasses import dataclass
from datetime import date

from flightagents.domain import codes

LONGEST = 100
"""Characters. An identity has at most 40."""
_DAY = re.compile(r"(?<!\S)\d{4}-\d{2}-\d{2}(?!\S)", re.ASCII)
_IDENTITY = re.compile(r"[A-Z0-9]{3,9}\|\d{4}-\d{2}-\d{2}\|[A-Z0-9]{3,4}\|[A-Z0-9]{3,4}", re.ASCII)
_AIRLINE = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_AIRPORT = re.compile(r"[A-Z0-9]{3,4}", re.ASCII)
_BETWEEN = re.compile(r"(?:\s|[-/>,\u2013\u2192])+")
_ENDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What was meant; of `code` nobody knows whether it is an airport's or an airline's."""

    flight: str | None = None
    designator: str | None = None
    departure: str | None = None
    arrival: str | None = None
    airport: str | None = None
    airline: str | None = None
    code: str | None = None
    day: date | None = None


def read(text: str) -> Meaning | None:
    """Read BA117, "ba 117", LHR-JFK, "LHR JFK", LHR, BA or an identity, each but the last also with a date.

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
    return _named(_DAY.sub("", text).strip(), day)


def _named(text: str, day: date | None) -> Meaning | None:
    if not text:
        return Meaning(day=day)
    if number := codes.designator(text):
        return Meaning(designator=number, day=day)
    words = _BETWEEN.split(text)
    if len(words) == _ENDS and all(map(_AIRPORT.fullmatch, words)):
        return Meaning(departure=words[0], arrival=words[1], day=day)
    may_be_airline, may_be_airport = _AIRLINE.fullmatch(text), _AIRPORT.fullmatch(text)
    if may_be_airline and may_be_airport:
        return Meaning(code=text, day=day)
    if may_be_airline or may_be_airport:
        return Meaning(
            airline=text if may_be_airline else None, airport=text if may_be_airport else None, day=day
        )
    return None


def airline(text: str) -> str | None:
    """Give an airline's code for what was typed; None for what is none."""
    code = text.strip().upper()
    return code if _AIRLINE.fullmatch(code) else None
