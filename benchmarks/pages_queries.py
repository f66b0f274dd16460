"""How long each list of the staff page takes, with 100,000 flights and a million changes behind it.

`python -m benchmarks.pages_queries` fills a MongoDB of its own and asks each list `--times` times; with
`--url` it asks, or fills first where it is empty, the database `--database` of another.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from benchmarks import machine
from benchmarks.pages_data import NOW, Amounts, fill
from flightagents.domain.airlines import Airlines
from flightagents.domain.bookings import Channel
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Kind
from flightagents.domain.flight_list import FlightQuery, FlightSort
from flightagents.domain.flight_text import ANYTHING, Meaning
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.notifications import State
from flightagents.domain.people_text import PeopleQuery
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.trouble import Trouble
from flightagents.sandbox.mongodb import embedded_mongodb_blocking
from flightagents.store.bookings import MongoBookings
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.connection import Database, connect
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import FLIGHTS, MongoFlights
from flightagents.store.ledger import MongoLedger
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.people_search import MongoPeopleSearch
from flightagents.store.setup import prepare
from flightagents.web.flight_names import read

Ask = Callable[[], Awaitable[Any]]
TODAY = NOW.date()
PAGE = 50


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="of a MongoDB to ask instead of one of our own")
    parser.add_argument("--database", default="pages")
    parser.add_argument("--flights", type=int, default=Amounts().flights)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    print(machine.description(), flush=True)
    with nullcontext(options.url) if options.url else embedded_mongodb_blocking() as url:
        asyncio.run(_measure(url, options.database, options.flights, options.times))


async def _measure(url: str, name: str, flights: int, times: int) -> None:
    database = connect(url, name)
    if await database[FLIGHTS].find_one() is None:
        began = time.perf_counter()
        fill(url, name, Amounts(flights=flights, bookings=2 * flights, rows=2 * flights))
        print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    await make_ready(database)
    print(f"indexes made in {time.perf_counter() - began:.0f} s", flush=True)
    for list_name, ask in (await asked(database)).items():
        took = []
        for _ in range(times):
            began = time.perf_counter()
            await ask()
            took.append(1000 * (time.perf_counter() - began))
        print(
            f"{list_name:58} median {statistics.median(took):7.1f} ms, most {max(took):7.1f} ms", flush=True
        )


async def make_ready(database: Database) -> None:
    """Make the indexes of everything that is filled."""
    await prepare(database, keep=timedelta(days=90))
    for part in (MongoFlights, MongoChangeSearch, MongoLedger, MongoMessageSearch, MongoBookings):
        await part(database).prepare()


def meaning(text: str) -> Meaning:
    """Read what somebody types."""
    return read(text, Airlines()) or ANYTHING


async def asked(database: Database) -> dict[str, Ask]:
    """Name what is measured."""
    flights, changes = MongoFlightSearch(database), MongoChangeSearch(database)
    messages, people = MongoMessageSearch(database), MongoPeopleSearch(database)
    now = await flights.disrupted(NOW, before=timedelta(hours=6), ahead=timedelta(hours=36), limit=300)
    troubled = [row.flight for row in now]
    some = now[0]
    deep = await flights.search(FlightQuery(sort=FlightSort.LATE), limit=500)
    for _ in range(20):
        deep = await flights.search(FlightQuery(sort=FlightSort.LATE), limit=500, after=deep.after)

    def listed(*, after: str | None = None, **query: Any) -> Ask:  # noqa: ANN401 - any field of a query
        return lambda: flights.search(FlightQuery(**query), limit=PAGE, after=after)

    def changed(**query: Any) -> Ask:  # noqa: ANN401
        return lambda: changes.recent(ChangeQuery(**query), limit=PAGE)

    def written(**query: Any) -> Ask:  # noqa: ANN401
        return lambda: messages.search(MessageQuery(**query), limit=PAGE)

    def found(text: str, **query: Any) -> Ask:  # noqa: ANN401
        return lambda: people.search(PeopleQuery(text=text, **query), limit=PAGE)

    first = (await people.search(PeopleQuery(), limit=1)).rows[0]
    late = frozenset({Trouble.DELAYED})
    return {
        "now: 300 flights in trouble": lambda: flights.disrupted(
            NOW, before=timedelta(hours=6), ahead=timedelta(hours=36), limit=300
        ),
        "now: the last change of 300 flights": lambda: changes.latest(troubled),
        "now: how far each person of 300 flights was reached": lambda: messages.standing_of(troubled),
        "now: 300 flights by identity": lambda: flights.rows(troubled),
        **{f"flights by {sort}": listed(sort=sort) for sort in FlightSort},
        **{f"flights by {sort}, from the end": listed(sort=sort, descending=True) for sort in FlightSort},
        "flights by late, page 201": listed(sort=FlightSort.LATE, after=deep.after),
        "flights: today": listed(date_from=TODAY, date_to=TODAY),
        "flights: from today on": listed(date_from=TODAY),
        "flights: from today on, open": listed(date_from=TODAY, only_open=True),
        "flights: a number": listed(meaning=meaning(some.designator)),
        "flights: a route": listed(meaning=meaning(f"{some.departure.airport}-{some.arrival.airport}")),
        "flights: a town": listed(meaning=meaning("New York")),
        "flights: between two towns": listed(meaning=meaning("London to New York"), date_from=TODAY),
        "flights: an airport": listed(airport="LHR"),
        "flights: an airport, latest first": listed(airport="LHR", sort=FlightSort.LATE, descending=True),
        "flights: an airline, latest first": listed(airline="BA", sort=FlightSort.LATE, descending=True),
        "flights: an airline at an airport, delayed, today": listed(
            airline="BA", airport="LHR", trouble=late, date_from=TODAY, date_to=TODAY
        ),
        "flights: cancelled, by number": listed(
            trouble=frozenset({Trouble.CANCELLED}), sort=FlightSort.DESIGNATOR
        ),
        "flights: nothing to be found (incident at LHR)": listed(
            airport="LHR", trouble=frozenset({Trouble.INCIDENT})
        ),
        "flights: all counted": lambda: flights.count(FlightQuery()),
        "flights: delayed counted": lambda: flights.count(FlightQuery(trouble=late)),
        "changes": changed(),
        "changes: cancelled": changed(kinds=frozenset({Kind.CANCELLED})),
        "changes: of an hour": changed(since=NOW - timedelta(hours=2), until=NOW - timedelta(hours=1)),
        "changes: of a flight": changed(flight=some.flight),
        "messages": written(),
        "messages: of a flight": written(flight=some.flight),
        "messages: failed": written(states=frozenset({State.FAILED})),
        "messages: dead (none)": written(states=frozenset({State.DEAD})),
        "messages: for want of consent, by SMS": written(
            reasons=frozenset({Reason.NO_CONSENT}), channels=frozenset({Channel.SMS})
        ),
        "messages: cancelled": written(said=frozenset({Said.CANCELLED})),
        "messages: held": written(only_held=True),
        "messages: of a reference": written(reference=first.reference),
        "people": found(""),
        "people: who travel from today on": found("", travels_from=TODAY),
        "people: a first name": found("anna"),
        "people: two letters": found("an"),
        "people: a whole name": found("zoe muellmann"),
        "people: who travel from today on, a name": found("ben mull", travels_from=TODAY),
        "people: an email address": found(first.email or ""),
        "people: a number": found(first.phone or ""),
        "people: the last four digits": found((first.phone or "")[-4:]),
        "people: a reference": found(first.reference),
        "people: nobody": found("nobody nowhere"),
    }


if __name__ == "__main__":
    main()
