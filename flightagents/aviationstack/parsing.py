"""One row of the feed -> one record of ours. The only place that knows the vendor's words and traps.

Before it the client fetched the row (client.py); after it the rows of the run are put in order
(handlers/poll.py). The numbered facts behind the rules are those measured on recorded answers of the feed.
"""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
import structlog

from flightagents.aviationstack.rows import Aircraft, Arrival, Codeshared, Departure, Row, unknown_fields
from flightagents.aviationstack.zones import zone_name
from flightagents.domain import codes
from flightagents.domain.flight import (
    LONGEST_DELAY_MINUTES,
    LONGEST_PLACE,
    YEARS,
    SightedEnd,
    Status,
    identity,
)
from flightagents.domain.runs import RunStamp
from flightagents.domain.times import to_utc
from flightagents.errors import UnreadableRowError
from flightagents.records import FlightRecord

ROUNDING = timedelta(minutes=1)
"""A hop across a date line or a short sector may be scheduled to arrive in the minute in which it leaves."""

_AIRLINE_ICAO = re.compile(r"[A-Z]{3}", re.ASCII)

_log = structlog.get_logger(__name__)


class Refusal(StrEnum):
    """Why a row cannot become a record."""

    NOT_AN_OBJECT = "not_an_object"
    WRONG_TYPE = "wrong_type"
    NO_DESIGNATOR = "no_designator"
    NO_AIRPORT = "no_airport"
    NO_SCHEDULE = "no_schedule"
    BAD_TIME = "bad_time"
    BAD_DATE = "bad_date"
    IMPOSSIBLE_DELAY = "impossible_delay"
    TOO_LONG = "too_long"
    ARRIVES_BEFORE_DEPARTURE = "arrives_before_departure"


class RowParser:
    """Parses rows, and warns once about each word and field of the feed that it does not know."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Turn one row into a record that does not lead yet. Raises UnreadableRowError with a `Refusal`."""
        if not isinstance(raw, dict):
            raise UnreadableRowError(
                Refusal.NOT_AN_OBJECT, f"a row is a JSON object, not {type(raw).__name__}"
            )
        try:
            row = msgspec.convert(raw, Row)
        except msgspec.ValidationError as exc:
            raise UnreadableRowError(Refusal.WRONG_TYPE, str(exc)) from exc
        unknown = unknown_fields(raw)
        for path in unknown:
            self._warn("field", path)
        own = _own_designator(row)
        operating = _operating_designator(row.flight.codeshared) or own
        flight_date = _flight_date(row)
        departure, arrival = _ends(row)
        flight = identity(operating, flight_date, departure.airport, arrival.airport)
        aircraft = row.aircraft or Aircraft()
        return FlightRecord(
            id=f"{flight}|{own}|{stamp.run}",
            flight=flight,
            designator=own,
            operating=own == operating,
            leads=False,
            run=stamp.run,
            polled_at=stamp.polled_at,
            marketed_as=(),
            phase=self._phase(row.flight_status),
            departure=departure,
            arrival=arrival,
            registration=_clean(aircraft.registration, drop="-"),
            icao24=_clean(aircraft.icao24),
            airline=row.airline.name,
            flight_number=row.flight.iata,
            departure_airport=row.departure.airport,
            departure_scheduled=row.departure.scheduled,
            arrival_airport=row.arrival.airport,
            arrival_scheduled=row.arrival.scheduled,
            status=row.flight_status,
            timestamp=stamp.polled_at.timestamp(),
            airline_icao=_airline_icao(row.airline.icao),
            aircraft_type=_clean(aircraft.icao) or _clean(aircraft.iata),
            live=row.live,
            unknown=unknown,
        )

    def _phase(self, word: str | None) -> Status:
        """Fact 1: six words, "unknown" and, rarely, none. Any other stays in `status`, meaning unknown."""
        if not word:
            return Status.UNKNOWN
        try:
            return Status(word.strip().lower())
        except ValueError:
            self._warn("flight_status", word)
            return Status.UNKNOWN

    def _warn(self, what: str, name: str) -> None:
        if (key := f"{what} {name}"[:200]) not in self._warned and len(self._warned) < 1000:  # noqa: PLR2004
            self._warned.add(key)
            _log.warning("AviationStack sent something new: it is kept, and means nothing to us", new=key)


def _own_designator(row: Row) -> str:
    """Facts 8 and 15: the flight's number may be null, a bare "FR", or ICAO-style in the IATA field."""
    found = (
        codes.designator(row.flight.iata)
        or _joined(row.airline.iata, row.flight.number)
        or codes.designator(row.flight.icao)
        or _joined(row.airline.icao, row.flight.number)
    )
    if found is None:
        raise UnreadableRowError(
            Refusal.NO_DESIGNATOR,
            f"no flight number in flight.iata {row.flight.iata!r}, flight.icao {row.flight.icao!r}, "
            f"flight.number {row.flight.number!r}",
        )
    return found


def _operating_designator(codeshared: Codeshared | None) -> str | None:
    """Fact 7: a codeshare row names the flight that really flies, in lower case."""
    if codeshared is None:
        return None
    return (
        codes.designator(codeshared.flight_iata)
        or _joined(codeshared.airline_iata, codeshared.flight_number)
        or codes.designator(codeshared.flight_icao)
        or _joined(codeshared.airline_icao, codeshared.flight_number)
    )


def _airline_icao(text: str | None) -> str | None:
    code = (text or "").strip().upper()
    return code if _AIRLINE_ICAO.fullmatch(code) else None


def _joined(airline: str | None, number: str | None) -> str | None:
    return codes.designator(f"{airline}{number}") if airline and number else None


def _flight_date(row: Row) -> str:
    text = row.flight_date or (row.departure.scheduled or "")[:10]
    try:
        found = date.fromisoformat(text)
    except ValueError as exc:
        raise UnreadableRowError(Refusal.BAD_DATE, f"flight_date {text!r} is no date (YYYY-MM-DD)") from exc
    if found.year not in YEARS:
        raise UnreadableRowError(Refusal.BAD_DATE, f"flight_date {text!r} is not of this century")
    return found.isoformat()


def _ends(row: Row) -> tuple[SightedEnd, SightedEnd]:
    departure = _end("departure", row.departure)
    arrival = _end("arrival", row.arrival, after=departure)
    comparable = departure.zone is not None and arrival.zone is not None
    if comparable and arrival.scheduled < departure.scheduled - ROUNDING:
        raise UnreadableRowError(
            Refusal.ARRIVES_BEFORE_DEPARTURE,
            f"scheduled to leave {departure.airport} at {departure.scheduled:%Y-%m-%d %H:%M} UTC "
            f"and to reach {arrival.airport} at {arrival.scheduled:%Y-%m-%d %H:%M} UTC",
        )
    return departure, arrival


def _end(name: str, end: Departure, *, after: SightedEnd | None = None) -> SightedEnd:
    """Facts 2, 4 and 5: wall clock to UTC; `estimated` is kept as sent and `actual` is runway time."""
    airport = codes.airport(end.iata, end.icao)
    if airport is None:
        detail = f"no airport code in {name}.iata {end.iata!r} or {name}.icao {end.icao!r}"
        raise UnreadableRowError(Refusal.NO_AIRPORT, detail)
    zone = zone_name(end.timezone, end.iata, end.icao)
    not_before = after.scheduled if after else None
    scheduled = _time(f"{name}.scheduled", end.scheduled, zone, not_before)
    if scheduled is None:
        raise UnreadableRowError(Refusal.NO_SCHEDULE, f"{name}.scheduled is null")
    if end.delay is not None and abs(end.delay) > LONGEST_DELAY_MINUTES:
        raise UnreadableRowError(Refusal.IMPOSSIBLE_DELAY, f"{name}.delay is {end.delay} minutes")
    return SightedEnd(
        airport=airport,
        zone=zone,
        scheduled=scheduled,
        estimated=_time(f"{name}.estimated", end.estimated, zone, not_before),
        actual=_time(f"{name}.actual", end.actual, zone, (after and after.actual) or not_before),
        delay=end.delay,
        terminal=_place(f"{name}.terminal", end.terminal),
        gate=_place(f"{name}.gate", end.gate),
        belt=_place(f"{name}.baggage", end.baggage) if isinstance(end, Arrival) else None,
    )


def _place(path: str, text: str | None) -> str | None:
    place = _clean(text)
    if place is not None and len(place) > LONGEST_PLACE:
        raise UnreadableRowError(Refusal.TOO_LONG, f"{path} has {len(place)} characters")
    return place


def _time(path: str, text: str | None, zone: str | None, not_before: datetime | None) -> datetime | None:
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as exc:
        raise UnreadableRowError(Refusal.BAD_TIME, f"{path} {text!r} is no time") from exc
    if local.year in YEARS:
        moment = to_utc(local, zone, not_before=not_before)
        if moment.year in YEARS:
            return moment
    raise UnreadableRowError(Refusal.BAD_TIME, f"{path} {text!r} is not of this century")


def _clean(text: str | None, *, drop: str = "") -> str | None:
    """Trim; "" and "-" are null. `drop` removes a sign that comes and goes between rows."""
    stripped = (text or "").strip().upper()
    return (stripped.replace(drop, "") if drop else stripped) if stripped.strip("-") else None
