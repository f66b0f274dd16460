"""`make bench` measures what was really done: a small run of it, for its counts and not its figures."""

import uuid
from pathlib import Path

import pytest

from benchmarks import pages_data, pages_queries, sending
from benchmarks.pages_data import Amounts
from benchmarks.run import Options, measure
from benchmarks.sending import Load
from benchmarks.sending_worker import LANGUAGES, PARTS
from benchmarks.site import Site
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.flight_list import FlightQuery
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.pages import Count
from flightagents.domain.people_text import PeopleQuery
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.connection import connect
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import MongoFlights
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.people_search import MongoPeopleSearch
from tests.support.kafka import Kafka
from tests.support.searches import row_of

pytestmark = pytest.mark.mongodb


@pytest.mark.kafka
@pytest.mark.parametrize("new_flights", [False, True], ids=["known flights", "new flights"])
def test_the_benchmark_drains_all_that_waits_and_finds_all_changes(
    kafka: Kafka,
    mongodb: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    new_flights: bool,
) -> None:
    options = Options(
        records=400, flights=100, changed=0.1, first_version_records=50, new_flights=new_flights
    )
    # It raises where a record or a change is missing, or a change is false.
    (figures,) = measure(Site(kafka, mongodb, tmp_path), options)
    assert figures.drained.records == 400
    assert figures.ratio > 0
    assert "400 records of" in capsys.readouterr().out


def test_the_benchmark_sends_everybody_one_email(mongodb: str) -> None:
    # It raises where the mail server or the ledger knows of more or fewer.
    sent = sending.send(mongodb, Load(departures=3, travellers=40, connections=2), profile=True)
    assert sent.emails == 120
    assert sent.rendered == 3 * len(set(LANGUAGES))
    assert 0 < sent.rate_of_all < sent.rate_of_core
    assert 0 < sent.decided_seconds < sent.recorded_seconds
    assert all(sent.split[part] > 0 for part in PARTS)


async def test_the_pages_lists_are_filled_with_what_the_store_itself_would_write(mongodb: str) -> None:
    name = f"pages_{uuid.uuid4().hex}"
    pages_data.fill(mongodb, name, Amounts(flights=300, changes_each=3, bookings=200, rows=150))
    database = connect(mongodb, name)
    try:
        await pages_queries.make_ready(database)
        flights, people = MongoFlightSearch(database), MongoPeopleSearch(database)
        assert await flights.count(FlightQuery()) == Count(300)
        (row, *_) = (await flights.search(FlightQuery(), limit=5)).rows
        states = await MongoFlights(database).known_states([row.flight])
        assert await flights.rows([row.flight]) == {row.flight: row_of(states[row.flight])}
        assert len((await MongoChangeSearch(database).recent(ChangeQuery(), limit=500)).rows) == 500
        assert await people.count(PeopleQuery()) == Count(200)
        assert len((await MongoMessageSearch(database).search(MessageQuery(), limit=500)).rows) == 150
        for ask in (await pages_queries.asked(database)).values():
            await ask()
    finally:
        await database.client.drop_database(name)
        database.client.close()
