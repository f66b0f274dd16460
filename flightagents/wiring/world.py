"""The connections that everything shares, and what has to stand in the database before anything runs."""

import os
import socket
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp

from flightagents.aviationstack.zones import zone_name
from flightagents.clock import Clock
from flightagents.handlers.airline_book import AirlineBook
from flightagents.settings import Settings
from flightagents.store import setup
from flightagents.store.addresses import AddressKeys, address_keys, secret
from flightagents.store.airlines import MongoAirlineNames
from flightagents.store.attempts import MongoAttempts
from flightagents.store.audit import MongoAudit
from flightagents.store.bookings import MongoBookings
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.connection import Database, connect, wait_until_ready
from flightagents.store.flight_file import MongoFlightFiles
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import MongoHandlings
from flightagents.store.ledger import MongoLedger
from flightagents.store.letters import MongoLetters
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.once import MongoOnce
from flightagents.store.opt_outs import MongoOptOuts
from flightagents.store.pages import MongoPages
from flightagents.store.punctuality import MongoPunctuality
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.receipts import MongoReceipts
from flightagents.store.rules import MongoStaffRows
from flightagents.store.sights import MongoSights
from flightagents.store.silences import MongoSilences
from flightagents.store.task_desk import MongoTaskDesk
from flightagents.store.tasks import MongoTasks
from flightagents.store.uploads import MongoUploads
from flightagents.store.users import MongoTokens
from flightagents.store.workers import MongoWorkers


def worker_name() -> str:
    """Name this worker, for leases and for people."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What is enough to look on."""

    settings: Settings
    clock: Clock
    database: Database


@dataclass(frozen=True, slots=True)
class World(Ground):
    """The connections that everything shares."""

    session: aiohttp.ClientSession
    address_keys: AddressKeys
    secret: bytes
    """Signs links."""
    airlines: AirlineBook
    worker: str = field(default_factory=worker_name)
    """This process, for leases and vital signs."""

    async def close(self) -> None:
        """Close them."""
        await self.session.close()
        self.database.client.close()


async def open_world(settings: Settings, clock: Clock) -> World:
    """Wait for MongoDB and make what has to stand there. Raises ConfigurationError."""
    database = connect(
        settings.mongodb_url.get_secret_value(), settings.mongodb_database, settings.mongodb_tls
    )
    await wait_until_ready(database)
    await make_indexes(database, settings)
    for store in (MongoFlights(database), MongoBookings(database), MongoTaskDesk(database)):
        await store.bring_up_to_date()
    keys = await address_keys(database)
    given = settings.secret_key
    signing = given.get_secret_value().encode() if given else await secret(database, "secret_key")
    airlines = AirlineBook(MongoAirlineNames(database))
    await airlines.renew()
    return World(settings, clock, database, aiohttp.ClientSession(), keys, signing, airlines)


async def make_indexes(database: Database, settings: Settings) -> None:
    """Make every index, and nothing else: it is also asked what it would make (store/wanted_indexes.py)."""
    await setup.prepare(database, keep=timedelta(days=settings.archive_days))
    await MongoFlights(database).index()
    await MongoChangeSearch(database).prepare()
    await MongoLedger(database).prepare()
    await MongoMessageSearch(database).prepare()
    await MongoBookings(database).index()
    await MongoReceipts(database).prepare()
    await MongoTasks(database).prepare()
    await MongoStaffRows(database).prepare()
    await MongoSilences(database).prepare()
    await MongoSights(database).prepare()
    await MongoOptOuts(database).prepare()
    await MongoOnce(database).prepare()
    await MongoPages(database).prepare()
    await MongoWorkers(database).prepare()
    await MongoLetters(database).prepare()
    await MongoTokens(database).prepare()
    await MongoUploads(database).prepare()
    await MongoAttempts(database).prepare()
    await MongoFlightFiles(database).prepare()
    await MongoPunctuality(database).prepare()
    await MongoTaskDesk(database).index()
    await MongoHandlings(database).prepare()
    await MongoAudit(database).prepare()
    await MongoQueryStandings(database).prepare()


def zone_of(airport: str) -> str | None:
    """Name the zone of an airport's clock, by its IATA code, where a flight has not brought it yet."""
    return zone_name(None, airport, None)
