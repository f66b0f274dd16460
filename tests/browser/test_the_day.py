"""A day at the desk, from the login to the evening, in one browser: what staff do most, in a row."""

import asyncio
import json
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Looker, looking
from tests.support.messages import ANNAS_PHONE
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

FILE = b"""reference,name,email,consent_email,flights
NEW111,Cleo Example,cleo@example.org,yes,BA121 2026-11-22
"""
ALL = (row(), row("BA119", departs="15:35"), row("BA121", departs="17:35", arrives="20:35"))


async def test_a_day_at_the_desk(looker: Looker, site: StaffSite, browser: Browser) -> None:
    await site.use_cases.desk.take_bookings(
        [
            booking(phone=ANNAS_PHONE),
            booking(segment("BA119"), reference="XYZ789", email="berg@example.org", name="Ben Berg"),
        ]
    )
    await site.see(*ALL)
    page = await looker.log_in("ada")
    await expect(page.get_by_text("Nothing needs anybody")).to_be_visible()
    await _a_cancellation_arrives_and_is_taken(page, site)
    await _messages_are_held_and_let_go(page)
    await _a_traveller_is_found(page)
    await _bookings_are_uploaded(page)
    await _the_evidence_is_exported(page)
    await _a_rule_is_tried_on_the_past(page, site)
    async with looking(browser, site, phone=True, scheme="dark") as on_a_phone:
        small = await on_a_phone.log_in("ada")
        await expect(small.get_by_text("cancelled").first).to_be_visible()


async def _a_cancellation_arrives_and_is_taken(page: Page, site: StaffSite) -> None:
    await expect(page.locator("#connection")).to_have_text("Live")
    for minute in (1, 3):
        await site.see(row(), row("BA119", departs="15:35", status="cancelled"), at=NOON + minute * MINUTE)
    flight = page.locator('[data-key^="BA119|"]')
    await expect(flight).to_contain_text("cancelled")
    await expect(flight).to_contain_text("1 waiting")
    await page.get_by_label("Mark BA119").check()
    await page.get_by_label("Give to").select_option("ben")
    await page.get_by_role("button", name="Give").click()
    await expect(page.get_by_text("1 flight given to ben.")).to_be_visible()
    await expect(flight).to_contain_text("ben")


async def _messages_are_held_and_let_go(page: Page) -> None:
    flight = page.locator('[data-key^="BA119|"]')
    await page.get_by_label("Mark BA119").check()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Hold messages").click()
    await expect(flight).to_contain_text("messages held by ada")
    await page.get_by_label("Mark BA119").check()
    await page.get_by_role("button", name="Release").click()
    await expect(flight).not_to_contain_text("messages held")


async def _a_traveller_is_found(page: Page) -> None:
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Travellers").click()
    await page.get_by_label("Name, phone, reference or email").fill("berg")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Ben Berg").click()
    await expect(page.get_by_text("XYZ789").first).to_be_visible()
    await expect(page.get_by_text("BA119").first).to_be_visible()


async def _bookings_are_uploaded(page: Page) -> None:
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Travellers").click()
    await page.get_by_role("link", name="Upload").click()
    file = FilePayload(name="night.csv", mimeType="text/csv", buffer=FILE)
    await page.get_by_label("CSV in UTF-8").set_input_files(file)
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.get_by_text("Importing this sends nothing at once.")).to_be_visible()
    await page.get_by_role("button", name="Import 1 booking").click()
    await expect(page.get_by_text("Imported: 1 line.")).to_be_visible()


async def _the_evidence_is_exported(page: Page) -> None:
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Flights").click()
    await page.get_by_role("link", name="BA119").click()
    async with page.expect_download() as started:
        await page.get_by_role("button", name="JSON").click()
    file = await (await started.value).path()
    found = json.loads(await asyncio.to_thread(Path(file).read_bytes))
    assert found["format"] == "flightagents.flight-file"
    assert "cancelled" in json.dumps(found["story"])


async def _a_rule_is_tried_on_the_past(page: Page, site: StaffSite) -> None:
    site.clock.time = NOON + 60 * MINUTE
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Rules").click()
    await page.get_by_role("link", name="Add a rule").click()
    await page.get_by_label("Name").fill("lhr-desk")
    await page.get_by_label("Whom it tells").fill("desk@acme-travel.example")
    await page.get_by_label("Airports").fill("LHR")
    await page.get_by_role("button", name="Try it on the past").click()
    await expect(page.get_by_text("would have sent 1 message to 1 person")).to_be_visible()
