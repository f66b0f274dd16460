"""Where an airport lies, from the offline airport table."""

from functools import cache

import airportsdata

from flightagents.domain.distances import Place

_IATA_LENGTH = 3


def country(code: str) -> str | None:
    """Give the country (GB) of an airport by its IATA or ICAO code; None for one that the table lacks."""
    found = place(code)
    return found.country if found else None


def place(code: str) -> Place | None:
    """Give where an airport lies by its IATA or ICAO code; None for one that the table lacks."""
    return _places("IATA" if len(code) == _IATA_LENGTH else "ICAO").get(code)


@cache
def _places(key: str) -> dict[str, Place]:
    """Read the table once: about 0.2 s."""
    return {
        code: Place(row["country"], row["lat"], row["lon"])
        for code, row in airportsdata.load(key).items()
        if row["country"]
    }
