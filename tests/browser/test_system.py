"""/system in a browser: problems come and go live, and nothing that is looked at jumps."""

import pytest
from playwright.async_api import Browser, expect

from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import Suspicion
from flightagents.domain.sights import KeptSight
from flightagents.domain.vital_signs import Latency, Measure, Owned
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.sights import MongoSights
from flightagents.store.workers import MongoWorkers
from tests.browser.conftest import Looker, looking, violations
from tests.support.feed import HOUR, failing, standing
from tests.support.feed_plans import call, plan
from tests.support.health import signs
from tests.support.office import StaffSite
from tests.support.rows import NOON

WELL = [Owned("flight-topic", number, 5, 5) for number in range(2)]
LATE = {Measure.EVENT_LOOP_DELAY: Latency(0.5, 1.5, 3.0, 9)}


async def tell(site: StaffSite, **changed: object) -> None:
    """Let the worker of this site tell how it is."""
    told = signs(**{"host": "machine.example", "owned": WELL, "polls": False, **changed})
    await MongoWorkers(site.database).tell(site.world.worker, told)


async def out_of_sight(site: StaffSite) -> None:
    """Let one query fail, one be doubted and one be answered, and each of three flights be seen otherwise."""
    standings = MongoQueryStandings(site.database)
    await standings.note(standing(asked_at=NOON))
    await standings.note(failing(query="dep_iata=JFK", not_before=NOON + HOUR))
    await standings.note(failing(PollEnd.DONE, query="dep_iata=LGA", suspicion=Suspicion.COLLAPSED))
    sights = zip(Sight, (None, Cause.OUTAGE, Cause.NOT_IN_FEED_YET), strict=True)
    kept = [KeptSight(key=sight, sight=sight, cause=cause, since=NOON) for sight, cause in sights]
    await MongoSights(site.database).keep(kept, ())


async def test_a_problem_comes_and_goes_live(looker: Looker, site: StaffSite) -> None:
    page = await looker.log_in("vera", "/system")
    await page.mouse.move(5, 5)  # nobody points at anything
    await expect(page.get_by_role("heading", name="No worker runs")).to_be_visible()
    await expect(page.locator('[data-count="/system"]')).to_have_text("1")
    assert not (await page.title()).startswith("("), "what is broken is nobody's open item"
    await tell(site)
    await expect(page.get_by_role("heading", name="No worker runs")).to_be_hidden()
    await expect(page.get_by_role("rowheader", name="machine.example")).to_be_visible()
    await tell(site, latencies=LATE)
    await expect(page.get_by_text("is overloaded")).to_be_visible()


async def test_what_is_pointed_at_or_has_the_focus_stays(looker: Looker, site: StaffSite) -> None:
    await tell(site)
    page = await looker.log_in("vera", "/system")
    tasks = page.get_by_role("link", name="Tasks").nth(1)
    await tasks.focus()
    await page.get_by_role("heading", name="Feed").hover()
    await tell(site, latencies=LATE, memory=4096 * 2**20)
    await expect(page.get_by_role("button", name="1 new: show")).to_be_visible()
    await expect(page.get_by_text("4,096 MB")).to_be_visible()
    await expect(page.get_by_text("is overloaded")).to_be_hidden()
    await expect(tasks).to_be_focused()
    await page.get_by_role("button", name="1 new: show").click()
    await expect(page.get_by_text("is overloaded")).to_be_visible()


async def test_an_opened_topic_stays_open(looker: Looker, site: StaffSite) -> None:
    await tell(site)
    page = await looker.log_in("vera", "/system")
    await page.get_by_text("flight-topic", exact=True).click()
    await expect(page.get_by_role("cell", name="all read")).to_have_count(2)
    await tell(site, owned=[Owned("flight-topic", 0, 5, 12), WELL[1]])
    await expect(page.get_by_role("cell", name="at work")).to_be_visible()
    await expect(page.locator("summary", has_text="flight-topic")).to_be_focused()


@pytest.mark.parametrize("full", [False, True], ids=["no worker", "a worker"])
async def test_it_can_be_used_by_everybody(browser: Browser, site: StaffSite, *, full: bool) -> None:
    if full:
        await tell(site, latencies=LATE, owned=[WELL[0]])
        await out_of_sight(site)
        await MongoCallPlans(site.database).keep(plan([call(flights=("BA117",)), call("flight_iata=BA117")]))
    for phone in (False, True):
        async with looking(browser, site, phone=phone, scheme="dark" if phone else "light") as looker:
            page = await looker.log_in("vera", "/system")
            if full:
                sight = page.get_by_role("region", name="Sight", exact=True)
                await expect(sight.get_by_text("1 blind")).to_be_visible()
                await expect(sight.get_by_role("row", name="dep_iata=LGA")).to_contain_text("far fewer rows")
            assert await violations(page) == []
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(overflow)
