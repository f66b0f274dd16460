"""Airports and airlines, as somebody sees them."""

import pytest
from playwright.async_api import Browser, expect

from flightagents.store.flights import MongoFlights
from tests.browser.conftest import Looker, looking, violations
from tests.support.counted_days import a_month, count
from tests.support.office import StaffSite
from tests.support.punctuality import flight

OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def test_somebody_finds_an_airport_and_sees_it_change(looker: Looker) -> None:
    await a_month(looker.site)
    page = await looker.log_in("vera", "/places")
    await page.get_by_label("Airport or airline").fill("heathrow")
    await page.get_by_role("button", name="Look").click()
    await page.locator(".found").get_by_role("link", name="LHR").click()
    await expect(page.get_by_role("heading", name="London Heathrow Airport")).to_be_visible()
    await expect(page.locator("#connection")).to_have_text("Live")
    tile = page.locator('[data-key="departures"] strong')
    await expect(tile).to_have_text("20")
    await MongoFlights(looker.site.database).move_on([flight("BA500", departs="09:00", late=40)])
    await count(looker.site)
    await expect(tile).to_have_text("21")


async def test_a_count_marks_only_the_figures_that_changed(looker: Looker) -> None:
    await a_month(looker.site)
    page = await looker.log_in("vera", "/places")
    await expect(page.locator("#connection")).to_have_text("Live")
    await MongoFlights(looker.site.database).move_on([flight("BA500", departs="09:00", late=40)])
    await count(looker.site)
    await expect(page.locator('[data-part="LHR departures"]')).to_have_class("changed")
    await expect(page.locator('[data-part="MAD departures"]')).not_to_have_class("changed")


@pytest.mark.parametrize(("phone", "scheme"), [(False, "light"), (True, "dark")], ids=["wide", "phone"])
async def test_the_pages_can_be_used_by_everybody_full_and_empty(
    browser: Browser, site: StaffSite, *, phone: bool, scheme: str
) -> None:
    async with looking(browser, site, phone=phone, scheme="dark" if scheme == "dark" else "light") as looker:
        page = await looker.log_in("vera", "/places")
        assert await violations(page) == []
        await a_month(site)
        await MongoFlights(site.database).move_on([flight("BA900", departs="18:00", cancelled=True)])
        for path in ("/places?q=london", "/places/airports/LHR", "/places/airlines/BA"):
            page = await looker.page(path)
            assert await violations(page) == []
            assert not await page.evaluate(OVERFLOW)
