"""Where an airport lies and what it is called, from the offline airport table."""

from dataclasses import dataclass
from functools import cache, lru_cache

import airportsdata

from flightagents.domain import called
from flightagents.domain.distances import Place

_IATA_LENGTH = 3
MOST_NAMED = 40
"""Airports that words may name together: London has eight, and "International" hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Airport:
    """An airport as people call it. `zone` is that of its clock."""

    code: str
    codes: frozenset[str]
    """IATA and ICAO, as far as it has them."""
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
    asked = called.asked(text)
    found = [each for said, each in _said() if asked and all(word in said for word in asked)]
    city = called.plain(text)
    return sorted(found, key=lambda each: (called.plain(each.city) != city, each.name))[:limit]


def codes(code: str) -> frozenset[str]:
    """Give the codes of the airport that has this one: JFK and KJFK for either."""
    found = airport(code)
    return found.codes if found else frozenset({code})


@lru_cache(maxsize=512)
def named(text: str) -> frozenset[str]:
    """Give the codes of the airports that words name; none where they name too many to be meant."""
    found = find(text, MOST_NAMED + 1)
    if len(found) > MOST_NAMED:
        return frozenset()
    return frozenset(code for each in found for code in each.codes)


@cache
def _said() -> tuple[tuple[str, Airport], ...]:
    return tuple((called.plain(f"{each.name} {each.city}"), each) for each in _airports("IATA").values())


@cache
def _airports(key: str) -> dict[str, Airport]:
    """Read the table once: about 0.2 s."""
    return {
        code: Airport(
            code=code,
            codes=frozenset(filter(None, (row["iata"], row["icao"]))),
            name=row["name"],
            city=row["city"],
            country=row["country"],
            zone=row["tz"],
            place=Place(row["country"], row["lat"], row["lon"]),
        )
        for code, row in airportsdata.load(key).items()
        if row["country"]
    }
