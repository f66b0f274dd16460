"""By which queries of the feed a flight can be seen: its own, its route's, and the boards that it is on.

Without `flight_date` the feed shows yesterday, today and about six hours ahead. So what leaves later is asked
for by its date, where the plan allows that; and what leaves sooner without, so that a flight which was
retimed over midnight, and has another date by now, still shows.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flightagents.airports import airport
from flightagents.domain.codes import carrier
from flightagents.domain.plans import Limits
from flightagents.domain.watched import Outlook, Watched

SHOWN_AHEAD = timedelta(hours=5, minutes=45)
"""How long before departure the feed surely shows a flight; it begins between 6:15 and 5:45 hours before."""

DATED_AHEAD = timedelta(hours=24)
"""And with `flight_date`, how long before we begin to look."""

_IATA_AIRPORT = 3
_IATA_CARRIER = 2


def first_look(flight: Watched, limits: Limits) -> datetime:
    """Give from when on the feed can be asked for a flight."""
    return flight.leaves_at - (DATED_AHEAD if limits.asks_by_date else SHOWN_AHEAD)


def asked_date(flight: Watched, limits: Limits, now: datetime) -> date | None:
    """Give the date to ask a flight by; None where it is to be asked without."""
    if not limits.asks_by_date:
        return None
    untimed = flight.outlook is Outlook.EXPECTED and flight.leaves_by is not None
    return flight.flight_date if untimed or flight.leaves_at - now > SHOWN_AHEAD else None


def single(flight: Watched, day: date | None) -> str:
    """Ask for it alone, by its number."""
    return _by_number(flight.designator, day)


def ways(flight: Watched, limits: Limits, day: date | None) -> tuple[str, ...]:
    """Give the queries that show it alone, the best first: by number, by route, and by number and date.

    Where the feed has no operating row of it, a number under which it is sold takes the place of its route,
    on which other flights of its airline show and it does not.
    """
    by_date = single(flight, flight.flight_date) if limits.asks_by_date and day is None else None
    other = _by_number(flight.shown_as[0], day) if flight.shown_as else route(flight, day)
    return tuple(filter(None, (single(flight, day), other, by_date)))


def route(flight: Watched, day: date | None) -> str | None:
    """Ask for its airline's flights on its route: that shows it where its row lacks its number."""
    departure, arrival, airline = _parts(flight)
    return dated(f"{departure}&{arrival}&{airline}", day) if departure and arrival else None


def boards(flight: Watched) -> tuple[str, ...]:
    """Give the boards that it is on, without a date."""
    departure, arrival, airline = _parts(flight)
    wide = [each for each in (departure, arrival, airline) if each]
    narrow = [f"{departure}&{each}" for each in (airline, arrival) if departure and each]
    return (*wide, *narrow)


def dated(query: str, day: date | None) -> str:
    """Ask for a day alone, or for what the feed shows without one."""
    return query if day is None else f"{query}&flight_date={day.isoformat()}"


@lru_cache(maxsize=4096)
def today(departure: str | None, hour: datetime) -> date:
    """Give the date at an airport; where nobody knows it, the earliest date on earth."""
    found = airport(departure) if departure else None
    return (hour.astimezone(ZoneInfo(found.zone)) if found else hour - timedelta(hours=12)).date()


def _parts(flight: Watched) -> tuple[str | None, str | None, str]:
    code = carrier(flight.designator)
    airline = f"airline_{'iata' if len(code) == _IATA_CARRIER else 'icao'}={code}"
    return _end("dep", flight.departure), _end("arr", flight.arrival), airline


def _by_number(designator: str, day: date | None) -> str:
    code = "iata" if len(carrier(designator)) == _IATA_CARRIER else "icao"
    return dated(f"flight_{code}={designator}", day)


def _end(end: str, code: str | None) -> str | None:
    if code is None:
        return None
    return f"{end}_{'iata' if len(code) == _IATA_AIRPORT else 'icao'}={code}"
