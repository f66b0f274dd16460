"""A month of departures for a page to show: LHR is usually punctual, and today it is not."""

from collections.abc import Iterator
from datetime import timedelta

from flightagents.domain.flight import FlightState
from flightagents.handlers.keep_punctuality import KeepPunctuality
from flightagents.store.flights import MongoFlights
from flightagents.store.punctuality import MongoPunctuality
from tests.support.office import StaffSite
from tests.support.punctuality import flight
from tests.support.rows import DAY


async def count(site: StaffSite) -> None:
    """Do what the leader's timer does, five minutes later."""
    site.clock.move(timedelta(minutes=5))
    await KeepPunctuality(MongoPunctuality(site.database), site.clock)()


async def a_month(site: StaffSite, *, days: int = 28) -> None:
    """Let 20 flights leave LHR each day at nine, two of them late; today ten of 20; and one from MAD."""
    await MongoFlights(site.database).move_on(_flights(days))
    await count(site)


def _flights(days: int) -> Iterator[FlightState]:
    for ago in range(3, 3 + days):
        for number in range(20):
            late = 30 if number < 2 else 0
            yield flight(f"BA{100 + number}", day=DAY - timedelta(days=ago), departs="09:00", late=late)
    for number in range(20):
        yield flight(f"BA{100 + number}", departs="09:00", late=30 if number < 10 else 0)
    yield flight("IB31", route="MAD-LHR", departs="09:00")
