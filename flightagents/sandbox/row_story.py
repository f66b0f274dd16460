"""One row of the feed through the day, in AviationStack's shape: every key always there, null where unknown.

A row changes some ten times a day and is asked for thousands of times, so each version is made once, encoded
once, and found by bisection.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flightagents.sandbox.codeshares import Marketing, name_and_icao
from flightagents.sandbox.day import Airport, Flight
from flightagents.sandbox.places import Places
from flightagents.sandbox.plot import MINUTE, Plot
from flightagents.sandbox.quirks import Patch
from flightagents.sandbox.steps import Steps

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class FeedRow:
    """One version of a row. The same version is the same object, so a set of these holds distinct rows."""

    flight: str | None
    """The identity that it should be read as: B6739|2013-03-08|JFK|PSE. None when it names no flight."""
    designator: str | None
    """The row's own: of the marketing carrier in a codeshare row."""
    flight_date: str
    row: Row
    """Shared between answers: read it, do not change it."""
    encoded: bytes


@dataclass(slots=True)
class RowStory:
    """A row of one flight: the operating one, or that of a carrier that sells it."""

    flight: Flight
    plot: Plot
    places: Places
    seller: Marketing | None
    visible: Steps[bool]
    rank: float
    """Where it stands among the rows of its date: the feed's order means nothing."""
    lag: timedelta = timedelta()
    """How stale it is: the rows of one flight are not updated together."""
    patches: tuple[Patch, ...] = ()
    shows_live: bool = False
    shows_tail: bool = True
    """Else only the transponder's code, as newer rows do."""
    _times: list[datetime] = field(init=False)
    _versions: dict[int, FeedRow] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the instants at which anything in it changes."""
        plot, places = self.plot, self.places
        steps: tuple[Steps[Any], ...] = (
            *(plot.status, plot.delay, plot.departure, plot.arrival, plot.off, plot.on, plot.estimated_on),
            *(plot.arrival_delay, places.terminal, places.gate, places.arrival_terminal),
            *(places.arrival_gate, places.belt, places.tail),
        )
        self._times = sorted({time for each in steps for time in each.times})

    @property
    def changes_at(self) -> list[datetime]:
        """When it shows something else than before."""
        return [time + self.lag for time in self._times]

    def at(self, now: datetime) -> FeedRow:
        """Return what the feed shows at an instant."""
        version = bisect_right(self._times, now - self.lag)
        if version not in self._versions:
            then = self._times[version - 1] if version else now - self.lag
            self._versions[version] = self._make(then)
        return self._versions[version]

    def _make(self, then: datetime) -> FeedRow:
        row = self._row(then)
        for end, key, value in self.patches:
            row[end][key] = value
        numbers = row["flight"]
        own = (self.seller or self.flight).designator
        operating = self.flight.designator
        if numbers["iata"] is not None and numbers["iata"] == numbers["icao"]:
            # The ICAO designator in the wrong field: all that the row tells (fact 15).
            own = operating = numbers["icao"]
        ends = f"{self.flight.origin.iata}|{self.flight.destination.iata}"
        named = numbers["number"] is not None
        return FeedRow(
            flight=f"{operating}|{row['flight_date']}|{ends}" if named else None,
            designator=own if named else None,
            flight_date=row["flight_date"],
            row=row,
            encoded=json.dumps(row).encode(),
        )

    def _row(self, then: datetime) -> Row:
        flight, plot, places = self.flight, self.plot, self.places
        origin, destination = flight.origin, flight.destination
        departure, off, on = plot.departure.at(then), plot.off.at(then), plot.on.at(then)
        status = plot.status.at(then)
        seller = self.seller or Marketing(flight.carrier, flight.number)
        name, icao = name_and_icao(seller.carrier)
        return {
            "flight_date": departure.astimezone(origin.zone).date().isoformat(),
            "flight_status": status,
            "departure": {
                **_airport(origin),
                "terminal": places.terminal.at(then),
                "gate": places.gate.at(then),
                "delay": plot.delay.at(then),
                "scheduled": _wall(departure, origin),
                # Never an estimate (fact 4).
                "estimated": _wall(departure, origin),
                **_runway(off, origin),
            },
            "arrival": {
                **_airport(destination),
                "terminal": places.arrival_terminal.at(then),
                "gate": places.arrival_gate.at(then),
                "baggage": places.belt.at(then),
                "scheduled": _wall(plot.arrival.at(then), destination),
                "delay": plot.arrival_delay.at(then),
                "estimated": _wall(plot.estimated_on.at(then), destination),
                **_runway(on, destination),
            },
            "airline": {"name": name, "iata": seller.carrier, "icao": icao},
            "flight": {
                "number": seller.number,
                "iata": seller.designator,
                "icao": f"{icao}{seller.number}",
                "codeshared": _operated_by(flight) if self.seller else None,
            },
            "aircraft": _aircraft(places.tail.at(then), shows_tail=self.shows_tail),
            "live": _live(flight) if self.shows_live and off and status == "active" else None,
        }


def _airport(airport: Airport) -> Row:
    return {
        "airport": airport.name,
        "timezone": airport.zone.key,
        "iata": airport.iata,
        "icao": airport.icao,
    }


def _runway(time: datetime | None, airport: Airport) -> Row:
    """Write a runway time three times, as the feed does (fact 5)."""
    wall = _wall(time, airport)
    return {"actual": wall, "estimated_runway": wall, "actual_runway": wall}


def _wall(time: datetime | None, airport: Airport) -> str | None:
    """Write the airport's wall clock and stamp it UTC, as the feed does (fact 2)."""
    if time is None:
        return None
    return f"{time.astimezone(airport.zone).replace(tzinfo=None).isoformat()}+00:00"


def _operated_by(flight: Flight) -> Row:
    """Name the operating flight, in lower case (fact 7)."""
    name, icao = name_and_icao(flight.carrier)
    return {
        "airline_name": name.lower(),
        "airline_iata": flight.carrier.lower(),
        "airline_icao": icao.lower(),
        "flight_number": flight.number,
        "flight_iata": flight.designator.lower(),
        "flight_icao": f"{icao}{flight.number}".lower(),
    }


def _aircraft(tail: str | None, *, shows_tail: bool) -> Row | None:
    if tail is None:
        return None
    transponder = f"{Random(tail).getrandbits(24):06X}"
    return {
        "registration": tail if shows_tail else None,
        "iata": None,
        "icao": None,
        "icao24": transponder,
    }


def _live(flight: Flight) -> Row | None:
    """Show where it was twelve minutes after take-off: real UTC, and soon out of date (facts 2 and 13)."""
    if flight.off is None:
        return None
    here, there = flight.origin, flight.destination
    return {
        "updated": (flight.off + 12 * MINUTE).isoformat(),
        "latitude": round(here.latitude + (there.latitude - here.latitude) * 0.05, 4),
        "longitude": round(here.longitude + (there.longitude - here.longitude) * 0.05, 4),
        "altitude": 6096,
        "direction": 270,
        "speed_horizontal": 648.2,
        "speed_vertical": 0,
        "is_ground": False,
    }
