"""Looking for a flight, and at its story, as somebody does who has it open when it changes."""

from urllib.parse import quote

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Looker, looking, violations
from tests.support.agency import BA117
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

PAGE = f"/flights/{quote(BA117)}"
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def test_somebody_finds_a_flight_and_sees_it_change(looker: Looker) -> None:
    site = looker.site
    await site.use_cases.desk.take_bookings([booking()])
    await site.see(row(), row("BA9", route="LHR-MAD"))
    page = await looker.log_in("ben", "/flights")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_label("Flight, route, airport, town or airline, and a date").fill(
        "heathrow to new york"
    )
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("#connection")).to_have_text("Live")
    await site.see(row(delay=50), at=NOON + 2 * MINUTE)
    await expect(page.locator("tbody")).to_contain_text("delayed 50 min")
    await page.get_by_role("link", name="BA117").click()
    await expect(page.locator("#connection")).to_have_text("Live")
    story = page.locator(".timeline > li")
    await expect(story.first).to_contain_text("leaves later")
    await page.get_by_role("button", name="Take").click()
    await expect(page.get_by_text("1 flight taken.")).to_be_visible()
    await expect(page).to_have_url(f"{site.url}{PAGE}")
    hand = page.get_by_role("region", name="In hand")
    await expect(hand).to_contain_text("in the hands of ben")
    await page.get_by_label("Note").fill("the gate knows")
    await site.use_cases.site.office.now.acts.hold([BA117], "ada")
    await expect(page.locator(".timeline")).to_contain_text("ada held the messages of the flight")
    await expect(page.get_by_role("button", name="Release messages")).to_have_count(0)  # he writes in it
    await page.get_by_label("Note").press("Enter")
    await expect(hand).to_contain_text("messages held by ada")
    await expect(page.locator("blockquote")).to_have_text("the gate knows")
    await page.get_by_role("heading", name="What happened").hover()
    await site.use_cases.site.office.now.acts.assign([BA117], "ada", "ada", force=True)
    await expect(hand).to_contain_text("in the hands of ada")
    await page.get_by_text("The feed's words").first.click()
    await site.see(row(delay=320), at=NOON + 4 * MINUTE)
    await page.get_by_role("button", name="new: show").click()  # nothing moves while somebody reads in it
    await expect(page.locator(".timeline")).to_contain_text("5 h 20 behind the first schedule")
    await expect(page.locator(".standing")).to_contain_text("delayed 5 h 20")
    await expect(page.locator("aside")).to_contain_text("GBP 520")
    await expect(page.locator("details[open]")).to_have_count(1)
    await page.get_by_label("With the messages to").select_option(label="Anna Müller, ABC123")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="PDF").click()
    assert (await download.value).suggested_filename == "BA117-2026-11-22-LHR-JFK-ABC123.pdf"


@pytest.mark.parametrize(("phone", "scheme"), [(False, "light"), (True, "dark")], ids=["wide", "phone"])
async def test_everybody_can_use_the_pages_of_flights(
    browser: Browser, site: StaffSite, *, phone: bool, scheme: str
) -> None:
    async with looking(browser, site, phone=phone, scheme="dark" if scheme == "dark" else "light") as looker:
        page = await looker.log_in("ben", "/flights")
        await expect(page.get_by_text("No flight is like that")).to_be_visible()
        assert await violations(page) == []
        await site.use_cases.desk.take_bookings([booking()])
        await site.see(row(departure={"gate": "B32", "terminal": "5"}), row("AA6142", operated_by="BA117"))
        await site.see(row(delay=320), at=NOON + 2 * MINUTE)
        for path in ("/flights", PAGE):
            await page.goto(f"{site.url}{path}")
            await expect(page.locator("#connection")).to_have_text("Live")
            for each in await page.locator("summary").all():
                await each.click()
            assert await violations(page) == []
            assert not await page.evaluate(OVERFLOW)
