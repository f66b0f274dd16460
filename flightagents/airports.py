"""Which country an airport lies in, from the offline airport table."""

from functools import cache

import airportsdata

_IATA_LENGTH = 3


def country(code: str) -> str | None:
    """Give the country (GB) of an airport by its IATA or ICAO code; None for one that the table lacks."""
    return _countries("IATA" if len(code) == _IATA_LENGTH else "ICAO").get(code)


@cache
def _countries(key: str) -> dict[str, str]:
    """Read the table once: about 0.2 s."""
    return {code: row["country"] for code, row in airportsdata.load(key).items() if row["country"]}
