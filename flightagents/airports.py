"""Where an airport lies and what it is called, from the offline airport table."""

from functools import cache
from typing import NamedTuple

import airportsdata

from flightagents.domain.distances import Place

_IATA_LENGTH = 3


def country(code: str) -> str | None:
    """Give the country (GB) of an airport by its IATA or ICAO code; None for one that the table lacks."""
    found = place(code)
    return found.country if found else None


def place(code: str) -> Place | None:
    """Give where an airport lies by its IATA or ICAO code; None for one that the table lacks."""
    found = _find(code)
    return found.place if found else None


def name(code: str) -> str | None:
    """Give what an airport is called, with its town where that is no part of it; None for one not listed."""
    found = _find(code)
    return found.name if found else None


class _Airport(NamedTuple):
    place: Place
    name: str


def _find(code: str) -> _Airport | None:
    return _airports("IATA" if len(code) == _IATA_LENGTH else "ICAO").get(code)


@cache
def _airports(key: str) -> dict[str, _Airport]:
    """Read the table once: about 0.2 s."""
    return {
        code: _Airport(
            Place(row["country"], row["lat"], row["lon"]),
            _named(row["name"].removesuffix(" Airport"), row["city"]),
        )
        for code, row in airportsdata.load(key).items()
        if row["country"]
    }


def _named(airport: str, town: str) -> str:
    return airport if town in airport else f"{airport}, {town}"
