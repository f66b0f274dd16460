"""How the field writes its codes, and how we compare what the feed spells in several ways.

A *designator* is an airline's code with a number (BA117, or BAW117 where only ICAO codes are known).
"""

import re
from functools import lru_cache

_IATA = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z])0*([1-9]\d{0,3}[A-Z]?)", re.ASCII)
_ICAO = re.compile(r"([A-Z]{3})0*([1-9]\d{0,3}[A-Z]{0,2})", re.ASCII)
_AIRPORT = re.compile(r"[A-Z0-9]{3,4}")
_TERMINAL_NOISE = re.compile(r"\b(TERMINAL|TERM|T)(?=\b|[ -]|\d)[ -]*")
_TERMINAL_WORDS = {
    "INTL": "I",
    "INTERNATIONAL": "I",
    "INT": "I",
    "DOM": "D",
    "DOMESTIC": "D",
    "TM": "M",
    "TB": "B",
}
_PLACE_NOISE = re.compile(r"\b(GATE|BELT|CAROUSEL)\b|[ -]+")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@lru_cache(maxsize=65_536)  # a day of the whole feed names about 60,000 designators
def designator(text: str | None) -> str | None:
    """Give BA117 for "BA117", "ba 0117" or "BA-117"; None for what names no flight, such as a bare "FR"."""
    if not text:
        return None
    compact = text.replace(" ", "").replace("-", "").upper()
    match = _IATA.fullmatch(compact) or _ICAO.fullmatch(compact)
    return match[1] + match[2] if match else None


def carrier(of_designator: str) -> str:
    """Give the airline's code within a designator: BA of BA117, BAW of BAW117."""
    match = _IATA.fullmatch(of_designator) or _ICAO.fullmatch(of_designator)
    return match[1] if match else of_designator


def airport(iata: str | None, icao: str | None) -> str | None:
    """Give the code that names an airport in our identities: IATA, or ICAO where that is missing."""
    for code in (iata, icao):
        if code and _AIRPORT.fullmatch(code.strip().upper()):
            return code.strip().upper()
    return None


def same_terminal(one: str, other: str) -> bool:
    """Tell whether two spellings may be the same terminal.

    "T3" is "3" and "INTL" is "I". A letter against a number ("N" then "2", "M" then "1") is the feed
    changing between an airport's own name and its number, never evidence of a move; nor is "2" then "2E".
    """
    first, second = sorted((_terminal(one), _terminal(other)), key=len)
    finer = second.startswith(first) and not second[len(first) :][:1].isdigit()
    return finer or not comparable_terminals(one, other)


def comparable_terminals(one: str, other: str) -> bool:
    """Tell whether both spellings are numbers, or both names."""
    return _terminal(one)[:1].isdigit() == _terminal(other)[:1].isdigit()


@lru_cache(maxsize=4096)  # spellings; they are asked for at every look at a flight
def _terminal(text: str) -> str:
    upper = text.strip().upper()
    upper = _TERMINAL_WORDS.get(upper, upper)
    return _TERMINAL_NOISE.sub("", upper).strip() or upper


def same_place(one: str, other: str) -> bool:
    """Tell whether two spellings of a gate or belt name a common place: "A05" and "A5", "3,4" and "3"."""
    return not _places(one).isdisjoint(_places(other))


def _places(text: str) -> set[str]:
    parts = re.split(r"[,/;]", text.upper())
    return {_LEADING_ZEROS.sub("", _PLACE_NOISE.sub("", part)) for part in parts} - {""} or {text.upper()}
