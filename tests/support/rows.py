"""Builds small rows in AviationStack's shape, written by us: a test shows only what matters to it.

The row at rest is BA117 of 22 November 2026, London Heathrow 14:35 to New York 17:35, scheduled.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.runs import RunStamp
from flightagents.handlers.reading import Run
from flightagents.records import FlightRecord

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The first poll of a test: two and a half hours before BA117 leaves."""
MINUTE = timedelta(minutes=1)


class Airport(NamedTuple):
    name: str
    icao: str | None
    zone: str | None


AIRPORTS = {
    "LHR": Airport("London Heathrow", "EGLL", "Europe/London"),
    "JFK": Airport("New York John F. Kennedy", "KJFK", "America/New_York"),
    "MAD": Airport("Madrid Barajas", "LEMD", "Europe/Madrid"),
    "AKL": Airport("Auckland", "NZAA", "Pacific/Auckland"),
    "HNL": Airport("Honolulu", "PHNL", "Pacific/Honolulu"),
    "APW": Airport("Apia Faleolo", "NSFA", "Pacific/Apia"),
    "PPG": Airport("Pago Pago", "NSTU", "Pacific/Pago_Pago"),
}
AIRLINES = {"AA": "American Airlines", "BA": "British Airways", "IB": "Iberia"}


def row(
    designator: str = "BA117",
    *,
    operated_by: str | None = None,
    route: str = "LHR-JFK",
    day: date = DAY,
    departs: str = "14:35",
    arrives: str = "17:35",
    status: str | None = "scheduled",
    delay: int | None = None,
    took_off: str | None = None,
    landed: str | None = None,
    departure: dict[str, Any] | None = None,
    arrival: dict[str, Any] | None = None,
    flight: dict[str, Any] | None = None,
    **fields: object,
) -> dict[str, Any]:
    """Give a row; with `operated_by` a codeshare's.

    Times are "14:35" on `day` or "2026-11-23T00:20", local. `departure`, `arrival`, `flight` and `fields`
    replace single fields of the row's parts and of the row. An airport that we do not list has no zone.
    """
    leaves_from, goes_to = route.split("-")
    airline, number = designator[:2], designator[2:]
    return {
        "flight_date": day.isoformat(),
        "flight_status": status,
        "departure": _end(leaves_from, day, departs, took_off) | {"delay": delay} | (departure or {}),
        "arrival": _end(goes_to, day, arrives, landed) | {"baggage": None} | (arrival or {}),
        "airline": {"name": AIRLINES.get(airline, airline), "iata": airline, "icao": None},
        "flight": {
            "number": number,
            "iata": designator,
            "icao": None,
            "codeshared": _codeshared(operated_by) if operated_by else None,
        }
        | (flight or {}),
        "aircraft": None,
        "live": None,
    } | fields


def wall_clock(day: date, text: str) -> str:
    """Write "14:35" of a day, or a whole time, as the feed does: local, and stamped +00:00 all the same."""
    return f"{text if 'T' in text else f'{day}T{text}'}:00+00:00"


def _end(code: str, day: date, scheduled: str, actual: str | None) -> dict[str, Any]:
    airport = AIRPORTS.get(code, Airport(code, None, None))
    runway = wall_clock(day, actual) if actual else None
    return {
        "airport": airport.name,
        "timezone": airport.zone,
        "iata": code,
        "icao": airport.icao,
        "terminal": None,
        "gate": None,
        "delay": None,
        "scheduled": wall_clock(day, scheduled),
        "estimated": wall_clock(day, scheduled),
        "actual": runway,
        "estimated_runway": runway,
        "actual_runway": runway,
    }


def _codeshared(designator: str) -> dict[str, Any]:
    """The operating flight is written in lower case."""
    airline, number = designator[:2], designator[2:]
    return {
        "airline_name": AIRLINES.get(airline, airline).lower(),
        "airline_iata": airline.lower(),
        "airline_icao": None,
        "flight_number": number,
        "flight_iata": designator.lower(),
        "flight_icao": None,
    }


def stamp(run: int = 1, at: datetime = NOON) -> RunStamp:
    return RunStamp(run, at)


def parsed(raw: object, run: int = 1, at: datetime = NOON) -> FlightRecord:
    """Give the record of one row by itself; it does not lead yet."""
    return RowParser().parse(raw, RunStamp(run, at))


def run_of(rows: list[dict[str, Any]], run: int = 1, at: datetime = NOON) -> list[FlightRecord]:
    """Give the records of one run's rows, in order; every row has to be readable."""
    reading = Run(RunStamp(run, at), RowParser())
    for position, raw in enumerate(rows):
        reading.add(raw, {"row": position})
    assert reading.letters == []
    return reading.records()
