"""Who looks at the staff page in its measurement, and the flights whose changes are followed to them."""

from datetime import timedelta

from benchmarks.pages_data import NOW
from benchmarks.pages_queries import make_ready
from benchmarks.site import OURS, Site
from flightagents.clock import SystemClock
from flightagents.domain.bookings import Channel, Consent
from flightagents.domain.users import Role
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.passwords import Passwords
from flightagents.records import FlightRecord
from flightagents.store import bookings
from flightagents.store.addresses import address_keys
from flightagents.store.audit import MongoAudit
from flightagents.store.connection import connect
from flightagents.store.users import MongoTokens, MongoUsers
from tests.support.rows import row, run_of
from tests.support.travellers import booking, segment
from tests.support.users import PASSWORD, QUICK

PROBES = 30
LATE = 180
"""Minutes: the gravest that a delay can be, so that it is on the page of all flights too."""
TRAVELLERS = 3
"""On each of the flights that are followed, so that they are on the first page."""


async def add_people(site: Site, viewers: int) -> None:
    """Make the indexes, the viewers' accounts and the travellers of the flights that are followed."""
    database = connect(site.mongodb, OURS)
    await make_ready(database)
    users, tokens, audit = MongoUsers(database), MongoTokens(database), MongoAudit(database)
    keep = KeepUsers(users, tokens, Passwords(QUICK), audit, SystemClock())
    for number in range(viewers):
        await keep.add(f"viewer{number}", (Role.VIEWER, Role.AGENT)[number % 2], PASSWORD, by="benchmark")
    consent = Consent(source="import:nightly.csv", at=NOW)
    people = [
        booking(
            segment(_probe(number)),
            reference=f"P{number}-{seat}",
            email=f"p{number}-{seat}@example.com",
            consents={Channel.EMAIL: consent},
        )
        for number in range(PROBES)
        for seat in range(TRAVELLERS)
    ]
    keys = await address_keys(database)
    documents = [{"_id": each.id, **bookings.document(each, keys), "decided": True} for each in people]
    await database[bookings.COLLECTION].insert_many(documents)
    database.client.close()


def _probe(number: int) -> str:
    """Give the designator of a flight that is followed; the data has none of this airline."""
    return f"ZX{100 + number}"


def probes_of() -> tuple[list[FlightRecord], list[FlightRecord]]:
    """Give two looks at the flights that are followed: as planned, and late."""

    def look(number: int, delay: int | None) -> list[FlightRecord]:
        rows = [row(_probe(each), departs="04:10", arrives="12:10", delay=delay) for each in range(PROBES)]
        return run_of(rows, number, NOW + number * timedelta(minutes=1) - timedelta(hours=1))

    return look(1, None), look(2, LATE)
