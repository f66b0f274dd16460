"""What was usual in the weeks before the day: real flights of those weeks, counted as a worker counts them.

The worker's timer counts final days out of what `flights` holds (handlers/keep_punctuality.py). So the
flights of the past stand for a moment in a database of their own, where nobody sees them, and what the timer
makes of them goes to where the worker will read it.
"""

import asyncio
from datetime import date, timedelta
from typing import Any

from flightagents.clock import Clock
from flightagents.domain.flight import End, FlightState, Status, identity
from flightagents.domain.usual import DAYS, FINAL_AFTER
from flightagents.handlers.keep_punctuality import KeepPunctuality
from flightagents.sandbox.day import Flight, flights_between
from flightagents.store import punctuality
from flightagents.store.connection import Database, connect
from flightagents.store.flights import FLIGHTS, counted_field
from flightagents.store.punctuality import MongoPunctuality

APART = "days_before"
ONE_DAY = timedelta(days=1)


async def count_past(database: Database, mongodb_url: str, clock: Clock, day: date, later: timedelta) -> None:
    """Count the days before one of 2013, told `later`, into the tallies of a database."""
    first = day - FINAL_AFTER - (DAYS - 1) * ONE_DAY
    documents = await asyncio.to_thread(_documents, first, day - ONE_DAY, later)
    apart = connect(mongodb_url, APART)
    try:
        if documents:
            await apart[FLIGHTS].insert_many(documents, ordered=False)
        store = MongoPunctuality(apart)
        await store.prepare()
        await KeepPunctuality(store, clock)()
        for name in (punctuality.DAYS, punctuality.USUAL):
            into = {"db": database.name, "coll": name}
            await apart[name].aggregate([{"$merge": {"into": into}}]).to_list(None)
        await apart.client.drop_database(APART)
    finally:
        apart.client.close()


def _documents(first: date, last: date, later: timedelta) -> list[dict[str, Any]]:
    return [_document(ended(flight)) for flight in flights_between(first, last, later=later)]


def _document(state: FlightState) -> dict[str, Any]:
    """Give of a document of `flights` what counting asks for."""
    return {
        "date": state.flight.split("|")[1],
        "carrier": state.carrier,
        "departure": {"airport": state.departure.airport},
        "counted": counted_field(state),
    }


def ended(flight: Flight) -> FlightState:
    """Give what a worker would know of a flight when all is over."""
    late = flight.delay or timedelta()
    left, right = flight.origin, flight.destination
    scheduled, due = flight.scheduled_departure, flight.scheduled_arrival
    disruption = None
    if flight.cancelled or flight.diverted:
        disruption = Status.CANCELLED if flight.cancelled else Status.DIVERTED
    return FlightState(
        flight=identity(flight.designator, flight.date.isoformat(), left.iata, right.iata),
        carrier=flight.carrier,
        first_run=1,
        first_record="",
        run=1,
        seen_at=due,
        status=disruption or Status.LANDED,
        departure=End(
            airport=left.iata,
            zone=left.zone.key,
            base=scheduled,
            scheduled=scheduled,
            expected=scheduled + late,
            actual=flight.off,
        ),
        arrival=End(
            airport=right.iata,
            zone=right.zone.key,
            base=due,
            scheduled=due,
            expected=flight.on or due + late,
            actual=flight.on,
        ),
        departed=flight.off is not None,
        landed=flight.on is not None,
        said_expected=scheduled + late,
        disruption=disruption,
    )
