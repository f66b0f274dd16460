"""What is odd about single rows of the feed: null zones, names with line ends, missing codes (facts 2, 15).

A quirk is a patch: where in the row, and what stands there instead. It stays with its row for the whole day,
as it does in the real feed; a row that changed its codes between two polls was never seen.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from flightagents.sandbox.codeshares import Marketing, name_and_icao
from flightagents.sandbox.day import Airport, Flight
from flightagents.sandbox.twists import draw

Patch = tuple[str, str, Any]

# Shares of rows, measured; what was seen in single rows is given one in some hundred.
_ZONE_NULL = 0.07
_ZONE_OFFSET = 0.005
_FLIGHT_IATA_NULL = 0.015
_FLIGHT_IATA_BARE = 0.002
_FLIGHT_IATA_LIKE_ICAO = 0.005
_AIRLINE_NAME_EMPTY = 0.005
_AIRLINE_NAME_NULL = 0.005
_AIRPORT_ICAO_NULL = 0.01
_AIRPORT_NAME_WITH_LINE_END = 0.06

_USUAL = object()

NAMELESS: tuple[Patch, ...] = (
    ("flight", "number", None),
    ("flight", "iata", None),
    ("flight", "icao", None),
    ("flight", "codeshared", None),
)
"""A row that names no flight at all."""


def quirks_of(flight: Flight, seller: Marketing, rng: Random, *, seed: int, sold: bool) -> tuple[Patch, ...]:
    """Draw the patches of one row.

    `seller` is the carrier and number that the row itself carries; `sold` says that the flight has other rows
    too, which must not read as another flight.
    """
    _, icao = name_and_icao(seller.carrier)
    flight_iata = [(_FLIGHT_IATA_NULL, None), (_FLIGHT_IATA_BARE, seller.carrier)]
    if not sold:
        flight_iata.append((_FLIGHT_IATA_LIKE_ICAO, f"{icao}{seller.number}"))
    airline_name = [(_AIRLINE_NAME_EMPTY, "empty"), (_AIRLINE_NAME_NULL, None)]
    return (
        *_airport_quirks("departure", flight.origin, flight, rng, seed),
        *_airport_quirks("arrival", flight.destination, flight, rng, seed),
        *_drawn("flight", "iata", flight_iata, rng),
        *_drawn("airline", "name", airline_name, rng),
    )


def _airport_quirks(end: str, airport: Airport, flight: Flight, rng: Random, seed: int) -> Iterator[Patch]:
    offset = _offset(airport.zone, flight.scheduled_departure)
    yield from _drawn(end, "timezone", [(_ZONE_NULL, None), (_ZONE_OFFSET, offset)], rng)
    yield from _drawn(end, "icao", [(_AIRPORT_ICAO_NULL, None)], rng)
    # An airport is spelt the same way in every row.
    if Random(f"{seed}|{airport.iata}").random() < _AIRPORT_NAME_WITH_LINE_END:
        yield (end, "airport", f"{airport.name}\r\n")


def _drawn(end: str, key: str, chances: Sequence[tuple[float, Any]], rng: Random) -> Iterator[Patch]:
    """Draw at most one of several values."""
    value = draw(chances, _USUAL, rng)
    if value is not _USUAL:
        yield (end, key, value)


def _offset(zone: ZoneInfo, time: datetime) -> str:
    """Write a zone as the feed sometimes does: "+8", "-5"."""
    offset = time.astimezone(zone).utcoffset()
    hours = round(offset.total_seconds() / 3600) if offset else 0
    return f"{hours:+d}"
