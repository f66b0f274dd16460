"""Nothing is called on time that nobody has looked at lately: messages, a traveller's page, staff's pages."""

from datetime import timedelta

from flightagents.domain.freshness import Sight
from flightagents.domain.page import Standing
from flightagents.domain.sights import KeptSight, is_stale
from flightagents.handlers.bearers import Bearers
from flightagents.handlers.page import ShowFlight
from flightagents.web.staff import traveller_words
from tests.support.agency import BA117, LINKS, Agency
from tests.support.due import ON_BA117, a_due_delay
from tests.support.rows import MINUTE, NOON
from tests.support.travelling import travellers_of
from tests.support.website import FakePages


def a_sight(sight: Sight, known_at: timedelta = timedelta()) -> KeptSight:
    return KeptSight(key=BA117, sight=sight, since=NOON, known_at=NOON + known_at)


def test_a_look_is_old_after_half_an_hour_or_sooner_where_the_plan_looks_more_often() -> None:
    assert not is_stale(None, NOON, NOON + 30 * MINUTE)
    assert is_stale(None, NOON, NOON + 31 * MINUTE)
    assert is_stale(a_sight(Sight.STALE), NOON, NOON + 12 * MINUTE)
    assert is_stale(None, None, NOON)


def test_what_was_seen_since_the_leaders_last_look_is_fresh() -> None:
    assert not is_stale(a_sight(Sight.BLIND), NOON + 50 * MINUTE, NOON + 51 * MINUTE)


async def told_late() -> Agency:
    agency = await a_due_delay(60)
    await agency.delivers()
    return agency


async def test_an_all_clear_of_a_stale_flight_says_since_when_nobody_has_looked() -> None:
    agency = await told_late()
    await agency.is_late(None)
    await agency.is_late(None)
    looked_at = agency.clock.now()
    agency.wait(12 * MINUTE)
    await agency.sights.keep([a_sight(Sight.STALE, looked_at - NOON)], ())
    await agency.delivers()
    notice = agency.rows[-1].notice
    assert notice is not None
    assert notice.as_of == looked_at


async def test_a_travellers_page_calls_no_stale_flight_on_time() -> None:
    agency = await told_late()
    await agency.is_late(None)
    await agency.is_late(None)
    await agency.delivers()
    stored = FakePages(agency.ledger, agency.flights)
    show = ShowFlight(
        Bearers(stored, agency.bookings, LINKS),
        agency.worker.audience,
        agency.flights,
        stored,
        agency.sights,
        clock=agency.clock,
    )
    found = []
    for sight in (Sight.FRESH, Sight.STALE):
        await agency.sights.keep([a_sight(sight, agency.clock.now() - NOON)], ())
        page = await show(LINKS.token(ON_BA117.id, BA117))
        assert page is not None
        found.append(page.standing)
    assert found == [Standing.ON_TIME, Standing.SILENT]


async def test_staff_read_of_no_stale_flight_that_it_is_on_time() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    words = []
    for sight in (Sight.FRESH, Sight.STALE):
        await agency.sights.keep([a_sight(sight)], ())
        (traveller,) = (await travellers_of(agency).show.find("ABC123")).travellers
        assert traveller.next is not None
        words.append(traveller_words.standing(traveller.next, agency.clock.now(), "UTC").word)
    assert words == ["on time", "no fresh news"]


async def test_where_nobody_judges_any_more_staff_do_not_read_that_it_is_on_time_either() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.sights.keep([a_sight(Sight.FRESH)], ())
    words = []
    for minutes in (0, 90):
        agency.wait(minutes * MINUTE)
        (traveller,) = (await travellers_of(agency).show.find("ABC123")).travellers
        assert traveller.next is not None
        words.append(traveller_words.standing(traveller.next, agency.clock.now(), "UTC").word)
    assert words == ["on time", "no fresh news"]
