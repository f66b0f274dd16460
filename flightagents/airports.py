"""Where an airport lies and what it is called, from the offline airport table."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import airportsdata

from flightagents.domain.distances import Place

_IATA_LENGTH = 3
_LEAST_OF_A_WORD = 4
"""Letters from which on the beginning of a word will do: "San" would find hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Airport:
    """An airport as people call it. `zone` is that of its clock."""

    code: str
    name: str
    city: str
    country: str
    zone: str
    place: Place


def airport(code: str) -> Airport | None:
    """Give an airport by its IATA or ICAO code; None for one that the table lacks."""
    return _airports("IATA" if len(code) == _IATA_LENGTH else "ICAO").get(code)


def country(code: str) -> str | None:
    """Give the country (GB) of an airport; None for one that the table lacks."""
    found = airport(code)
    return found.country if found else None


def place(code: str) -> Place | None:
    """Give where an airport lies; None for one that the table lacks."""
    found = airport(code)
    return found.place if found else None


def name(code: str) -> str | None:
    """Give what an airport is called, with its town where that is no part of it; None for one not listed."""
    found = airport(code)
    if found is None:
        return None
    called = found.name.removesuffix(" Airport")
    return called if found.city in called else f"{called}, {found.city}"


def find(text: str, limit: int) -> list[Airport]:
    """Give airports by words of their name or city, whose city is called so first; accents do not matter.

    Only those with an IATA code, which is how flights name them. Takes milliseconds, at first 0.2 s.
    """
    wanted = _plain(text).split()
    if not wanted:
        return []
    asked = [f" {word}" if len(word) >= _LEAST_OF_A_WORD else f" {word} " for word in wanted]
    found = [each for said, each in _said() if all(word in said for word in asked)]
    city = " ".join(wanted)
    return sorted(found, key=lambda each: (_plain(each.city).strip() != city, each.name))[:limit]


@cache
def _said() -> tuple[tuple[str, Airport], ...]:
    return tuple((_plain(f"{each.name} {each.city}"), each) for each in _airports("IATA").values())


def _plain(text: str) -> str:
    """Write Zürich as " zurich ": letters and digits alone, between spaces."""
    return f" {' '.join(''.join(_letters(text)).split())} "


def _letters(text: str) -> Iterator[str]:
    for letter in unicodedata.normalize("NFKD", text.casefold()):
        if not unicodedata.combining(letter):
            yield letter if letter.isalnum() else " "


@cache
def _airports(key: str) -> dict[str, Airport]:
    """Read the table once: about 0.2 s."""
    return {
        code: Airport(
            code=code,
            name=row["name"],
            city=row["city"],
            country=row["country"],
            zone=row["tz"],
            place=Place(row["country"], row["lat"], row["lon"]),
        )
        for code, row in airportsdata.load(key).items()
        if row["country"]
    }
