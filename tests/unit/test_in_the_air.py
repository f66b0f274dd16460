"""A flight in the air that turns out slow is news to whoever changes flights, though it makes no change."""

from datetime import timedelta

from flightagents.domain.said import CONNECTIONS, Said
from flightagents.handlers.watch_connections import WatchConnections
from tests.support.agency import Agency
from tests.support.rows import row, run_of
from tests.support.travellers import booking, segment

ONWARD = segment("AA100", departure="JFK", arrival="MAD")
TO_MADRID = booking(segment("BA117"), ONWARD, protected=True)


def onward() -> dict[str, object]:
    return row("AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")


async def in_the_air(agency: Agency) -> None:
    await agency.books(TO_MADRID)
    await agency.shows(row(), onward())
    agency.clock.move(timedelta(hours=3))
    await agency.shows(row(status="active", took_off="14:50"), onward())
    await agency.delivers()


async def shown(agency: Agency, arrives_late: int) -> None:
    """Let the newest run show how late it will be, as the archive keeps it."""
    agency.clock.move(timedelta(hours=2))
    late = row(status="active", took_off="14:50", arrival={"delay": arrives_late})
    records = run_of([late], 9, agency.clock.now())
    await agency.archive.store([agency.archive.document(record) for record in records])


def watch(agency: Agency) -> WatchConnections:
    return WatchConnections(agency.bookings, agency.worker.decide, agency.clock)


async def test_a_slow_flight_in_the_air_puts_a_connection_at_risk() -> None:
    agency = Agency()
    await in_the_air(agency)
    await watch(agency)()
    assert [each.said for each in agency.rows if each.said in CONNECTIONS] == []
    await shown(agency, arrives_late=60)
    await watch(agency)()
    await agency.delivers()
    (told,) = [each for each in agency.rows if each.said in CONNECTIONS]
    assert told.said is Said.CONNECTION_AT_RISK
    assert len(agency.told) == 1


async def test_who_flies_once_is_not_looked_at() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    asked = len(agency.flights.asked)
    await watch(agency)()
    assert len(agency.flights.asked) == asked
