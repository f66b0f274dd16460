"""The days are counted by the clock, and read by those who ask for an airport or an airline."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import COMPARED
from flightagents.domain.usual import Basis, Measure
from flightagents.handlers.keep_punctuality import KeepPunctuality
from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.handlers.rank_punctuality import rank
from tests.support.fakes import FakeFlights, SetClock
from tests.support.punctuality import FakePunctuality, flight
from tests.support.rows import DAY

AT_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE = timedelta(days=1)
UNTIL = DAY - 3 * ONE
SINCE = DAY - 30 * ONE


class Place:
    def __init__(self) -> None:
        self.clock = SetClock(AT_NOON)
        self.flights = FakeFlights()
        self.store = FakePunctuality(self.flights)
        self.keep = KeepPunctuality(self.store, self.clock)
        self.show = ShowPunctuality(self.store, self.clock)


@pytest.fixture
def place() -> Place:
    return Place()


async def flew(place: Place, *days: date, late: int = 0, number: int = 100, count: int = 1) -> None:
    await place.flights.move_on(
        flight(f"BA{number + at}", day=day, departs="09:00", late=late) for day in days for at in range(count)
    )


async def test_a_first_look_counts_28_days_and_those_that_may_still_change(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(-2, 33)))
    await place.keep()
    (counted,) = place.store.counts
    assert (counted[0], counted[-1], len(counted)) == (SINCE, DAY + ONE, 32)
    (usual,) = await place.store.usual(Scope.AIRPORT, ["LHR"], delays=True)
    assert (usual.days, usual.since, usual.until) == (28, SINCE, UNTIL)


async def test_later_looks_leave_settled_days_alone(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(32)))
    await place.keep()
    await place.keep()
    assert place.store.counts[1] == [DAY - 2 * ONE, DAY - ONE, DAY, DAY + ONE]
    assert place.store.sums == 1


async def test_the_next_day_settles_one_more(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(32)))
    await place.keep()
    place.clock.time = AT_NOON + ONE
    await place.keep()
    assert place.store.counts[1] == [UNTIL + days * ONE for days in range(1, 6)]
    (usual,) = await place.store.usual(Scope.AIRPORT, ["LHR"], delays=True)
    assert (usual.days, usual.until) == (28, UNTIL + ONE)


async def test_a_week_in_which_nothing_ran_is_made_good(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(31)))
    await place.keep()
    await flew(place, *(DAY + days * ONE for days in range(8)), number=200)
    place.clock.time = AT_NOON + 7 * ONE
    await place.keep()
    (day,) = await place.store.days(Scope.AIRPORT, ["LHR"], [DAY], delays=True)
    assert day.slots[0].counts.planned == 2
    assert DAY in await place.store.final(SINCE, DAY)


async def test_without_any_flight_there_is_nothing(place: Place) -> None:
    await place.keep()
    assert await place.show.of_airport("LHR") is None
    assert await place.show.of_airline("BA") is None
    ranking = await place.show.ranked(Scope.AIRPORT)
    assert ranking is not None
    assert ranking.found == ()
    assert place.store.sums == 0


async def test_an_airport_and_an_airline_stand_beside_what_is_usual(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(28)), late=10, count=20)
    await flew(place, DAY, late=30, count=20)
    await place.keep()
    for found in (await place.show.of_airport("LHR"), await place.show.of_airline("BA")):
        assert found is not None
        assert found.compare(Measure.SHARE_LATE).difference == 1
        assert found.compare(Measure.MEDIAN_DELAY).difference == 20
        assert found.compare(Measure.DEPARTURES).difference == 0


async def test_a_late_flight_that_is_cancelled_moves(place: Place) -> None:
    await place.flights.move_on([flight(departs="09:00", late=60, left=False)])
    await place.keep()
    before = await place.show.of_airport("LHR")
    await place.flights.move_on([flight(departs="09:00", late=60, cancelled=True, ordinal=2)])
    await place.keep()
    after = await place.show.of_airport("LHR")
    assert before is not None
    assert after is not None
    assert (before.today.late, before.today.cancelled) == (1, 0)
    assert (after.today.late, after.today.cancelled) == (0, 1)


async def test_a_place_that_is_new_says_that_it_is_too_early_to_tell(place: Place) -> None:
    await flew(place, DAY, count=30)
    await place.keep()
    found = await place.show.of_airport("LHR")
    assert found is not None
    assert found.compare(Measure.SHARE_LATE).basis is Basis.FEW_DAYS


async def busiest(place: Place, scope: Scope) -> list[tuple[str, int]]:
    ranking = await place.show.ranked(scope)
    assert ranking is not None
    return [(each.code, each.planned) for each in ranking.found]


async def test_the_busiest_today_come_first(place: Place) -> None:
    routes = {"LHR-JFK": 3, "MAD-LHR": 2, "JFK-LHR": 1}
    await place.flights.move_on(
        flight(f"BA{at}", route=route) for route, count in routes.items() for at in range(1, count + 1)
    )
    await place.keep()
    assert await busiest(place, Scope.AIRPORT) == [("LHR", 3), ("MAD", 2), ("JFK", 1)]
    assert await busiest(place, Scope.AIRLINE) == [("BA", 6)]


async def test_no_more_are_ranked_than_a_page_shows(place: Place) -> None:
    await place.flights.move_on(
        flight("BA1", route=f"{code}-LHR") for code in ("LHR", "MAD", "JFK", "AKL", "HNL")
    )
    await place.store.count([DAY], final=[])
    ranking = await rank(place.store, Scope.AIRPORT, AT_NOON, limit=3)
    assert [each.code for each in ranking.found] == ["HNL", "JFK", "AKL"]  # over in Auckland


async def test_at_midnight_nobody_drops_out_of_the_busiest(place: Place) -> None:
    await place.flights.move_on(flight(f"BA{at}") for at in range(1, 9))
    await place.flights.move_on([flight("IB31", route="MAD-LHR", day=DAY + ONE)])
    place.clock.time = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
    await place.keep()
    assert await busiest(place, Scope.AIRPORT) == [("MAD", 1), ("LHR", 0)]


async def test_a_ranking_says_what_the_page_of_one_says_and_when_that_was(place: Place) -> None:
    await flew(place, *(SINCE + days * ONE for days in range(28)), late=10, count=20)
    await flew(place, DAY, late=30, count=20)
    await place.keep()
    place.clock.move(timedelta(minutes=1))
    ranking, alone = await place.show.ranked(Scope.AIRLINE), await place.show.of_airline("BA")
    assert ranking is not None
    assert alone is not None
    assert ranking.at == AT_NOON
    (found,) = ranking.found
    assert found.compared == {measure: alone.compare(measure) for measure in COMPARED}
    assert found.compared[Measure.MEDIAN_DELAY].difference == 20


async def test_before_the_first_count_there_is_no_ranking(place: Place) -> None:
    assert await place.show.ranked(Scope.AIRLINE) is None


async def test_it_is_told_which_codes_have_departures_today(place: Place) -> None:
    await flew(place, DAY)
    await flew(place, DAY - 7 * ONE, number=200)
    await place.flights.move_on([flight("IB31", route="MAD-LHR", day=DAY - 7 * ONE)])
    await place.keep()
    assert await place.show.counted(Scope.AIRPORT, ["LHR", "MAD", "{$ne}"]) == {"LHR"}
