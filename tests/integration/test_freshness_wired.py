"""The leader's look at what is in sight, as a worker wires it: on MongoDB, from one leader to the next."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.sights import FEED
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.rules import MongoStaffRules
from flightagents.store.sights import MongoSights
from flightagents.wiring.polling import watch_list_of
from flightagents.wiring.sight import watch_freshness_of
from tests.support.agency import BA117
from tests.support.feed import a_plan, failing, standing
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.staff import rule
from tests.support.travellers import booking

pytestmark = pytest.mark.mongodb


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    async with staff_site(database, mongodb) as site:
        await MongoStaffRules(database).put(KeptRule(rule=rule()))
        yield site


async def leads(site: StaffSite, at: datetime, *, answers: bool) -> None:
    """Let somebody lead for a minute, whose first look this is."""
    site.clock.time = at
    asked = standing(asked_at=at, good_at=at) if answers else failing(since=NOON, asked_at=at)
    await MongoQueryStandings(site.database).note(asked)
    await MongoCallPlans(site.database).keep(a_plan(at))
    desk = site.use_cases.desk
    watching = watch_list_of(site.world, desk.bookings, desk.ledger, desk.audience)
    await watch_freshness_of(site.world, desk, watching)()


async def told(site: StaffSite) -> Counter[str]:
    return Counter([each["said"] async for each in site.database["notifications"].find({})])


async def history(site: StaffSite) -> list[str]:
    kinds = {"kind": {"$in": ["lost_sight", "sight_regained"]}}
    return [each["_id"] async for each in site.database["flight_changes"].find(kinds).sort("at", 1)]


async def test_a_feed_that_goes_away_and_comes_back_is_found_once_whoever_leads(site: StaffSite) -> None:
    await site.use_cases.desk.take_bookings([booking()])
    await site.see(row())
    await site.see(row(delay=90), at=NOON + 2 * MINUTE)
    await site.database["notifications"].update_many({}, {"$set": {"state": "accepted"}})
    await leads(site, NOON + 3 * MINUTE, answers=True)
    assert await history(site) == []
    for minute in range(40, 45):
        await leads(site, NOON + minute * MINUTE, answers=False)
    sights = await MongoSights(site.database).all()
    assert {key: (each.sight, each.cause) for key, each in sights.items()} == {
        BA117: (Sight.BLIND, Cause.OUTAGE),
        FEED: (Sight.BLIND, Cause.OUTAGE),
    }
    lost = f"{BA117}/lost_sight/2026-11-22T12:02:00Z"
    assert await history(site) == [lost]
    assert await told(site) == {"later": 1, "staff_alert": 1, "no_news": 1, "feed_alert": 1}

    await site.log_in("vera")
    page = await site.client.get("/system")
    text = await page.text()
    assert "AviationStack does not answer" in text
    assert "dep_iata=LHR" in text
    system = await (await site.client.get("/api/v1/system")).json()
    assert (system["sight"]["feed"], system["sight"]["counts"]) == (
        "blind",
        [{"sight": "blind", "cause": "outage", "flights": 1}],
    )

    await site.see(row(delay=90), at=NOON + 46 * MINUTE)
    for minute in (46, 47):
        await leads(site, NOON + minute * MINUTE, answers=True)
    assert (await MongoSights(site.database).all())[BA117].sight is Sight.FRESH
    assert await history(site) == [lost, f"{BA117}/sight_regained/2026-11-22T12:02:00Z"]
    assert await told(site) == {"later": 1, "staff_alert": 1, "no_news": 1, "feed_alert": 2}
