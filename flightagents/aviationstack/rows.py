"""A row as AviationStack documents it, typed: what differs is refused with the path of the field.

All keys are always present today; every one is optional here, since a missing key is as good as null.
"""

from typing import Any

import msgspec


class Departure(msgspec.Struct):
    """The departure's end; times are local wall clock stamped +00:00."""

    airport: str | None = None
    timezone: str | None = None
    iata: str | None = None
    icao: str | None = None
    terminal: str | None = None
    gate: str | None = None
    delay: int | None = None
    scheduled: str | None = None
    estimated: str | None = None
    actual: str | None = None
    estimated_runway: str | None = None
    actual_runway: str | None = None


class Arrival(Departure):
    """The arrival's end: the same and the belt."""

    baggage: str | None = None


class Airline(msgspec.Struct):
    """The row's own, marketing airline."""

    name: str | None = None
    iata: str | None = None
    icao: str | None = None


class Codeshared(msgspec.Struct):
    """The operating flight, in lower case."""

    airline_name: str | None = None
    airline_iata: str | None = None
    airline_icao: str | None = None
    flight_number: str | None = None
    flight_iata: str | None = None
    flight_icao: str | None = None


class Flight(msgspec.Struct):
    """The row's own numbers."""

    number: str | None = None
    iata: str | None = None
    icao: str | None = None
    codeshared: Codeshared | None = None


class Aircraft(msgspec.Struct):
    """The aircraft; null in 92 % of rows."""

    registration: str | None = None
    iata: str | None = None
    icao: str | None = None
    icao24: str | None = None


class Row(msgspec.Struct):
    """One row of `data`."""

    flight_date: str | None = None
    flight_status: str | None = None
    departure: Departure = msgspec.field(default_factory=Departure)
    arrival: Arrival = msgspec.field(default_factory=Arrival)
    airline: Airline = msgspec.field(default_factory=Airline)
    flight: Flight = msgspec.field(default_factory=Flight)
    aircraft: Aircraft | None = None
    live: dict[str, Any] | None = None


_PARTS = {
    "departure": Departure,
    "arrival": Arrival,
    "airline": Airline,
    "flight": Flight,
    "aircraft": Aircraft,
}


def unknown_fields(raw: dict[str, Any]) -> dict[str, Any]:
    """Give the fields that the feed sent and we have no word for, by their path."""
    found = {key: value for key, value in raw.items() if key not in Row.__struct_fields__}
    for name, part in _PARTS.items():
        inner = raw.get(name)
        if isinstance(inner, dict):
            known = part.__struct_fields__
            found |= {f"{name}.{key}": value for key, value in inner.items() if key not in known}
    return found
