"""Finding somebody, acting for them, and uploading bookings, as an agent does it."""

from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.browser.conftest import Looker, looking, violations
from tests.support.messages import ANNAS_PHONE
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

LATE: dict[str, Any] = {"departure": {"estimated": "2026-11-22T15:35:00+00:00"}, "delay": 60}
FILE = """reference,name,email,consent_email,flights,seat
NEW111,Cleo Example,cleo@example.org,yes,BA117 2026-11-22,1A
NEW222,Nobody,,yes,BA117 2026-11-22,1B
"""


async def _two_travel(site: StaffSite) -> None:
    await site.see(row())
    ben = booking(segment("BA118"), reference="XYZ789", name="Ben O'Neill", email="ben@example.org")
    await site.use_cases.desk.take_bookings([booking(phone=ANNAS_PHONE, vip=True), ben])


async def test_an_agent_finds_somebody_edits_and_sees_live_what_they_are_told(
    looker: Looker, site: StaffSite
) -> None:
    await _two_travel(site)
    page = await looker.log_in("ben", "/travellers")
    await expect(page.get_by_role("row")).to_have_count(3)
    await page.get_by_label("Name, phone, reference or email").fill("0123")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Anna Müller").click()
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Client").fill("acme")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible()
    await expect(page.get_by_text("Leaves later")).to_have_count(0)
    await expect(page.locator("#connection")).to_have_text("Live")
    await site.see(row(**LATE), at=NOON + 20 * MINUTE)
    await expect(page.get_by_text("Leaves later")).to_have_count(2)
    await page.get_by_role("button", name="Cancel BA117").click()
    await expect(page.get_by_text("Nothing is sent at once.")).to_be_visible()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("cancelled in the booking")).to_be_visible()


async def test_a_list_follows_what_the_feed_says(looker: Looker, site: StaffSite) -> None:
    await _two_travel(site)
    page = await looker.log_in("ben", "/travellers")
    anna = page.get_by_role("row").filter(has_text="Anna")
    await expect(anna).to_contain_text("on time")
    await expect(page.locator("#connection")).to_have_text("Live")
    await site.see(row(**LATE), at=NOON + 20 * MINUTE)
    await expect(anna).to_contain_text("1 h 00")


async def test_a_file_is_uploaded_after_a_look_at_it(looker: Looker, site: StaffSite) -> None:
    await _two_travel(site)
    await site.see(row(**LATE), at=NOON + 20 * MINUTE)
    page = await looker.log_in("ben", "/travellers/upload")
    file = FilePayload(name="bookings.csv", mimeType="text/csv", buffer=FILE.encode())
    await page.get_by_label("CSV in UTF-8").set_input_files(file)
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.get_by_text("Importing this sends 1 message at once:")).to_be_visible()
    await expect(page.get_by_text("neither email nor phone")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Import 1 booking and send").click()
    await expect(page.get_by_text("Imported: 1 line. 1 line could not be")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["wide-light", "phone-dark"])
async def test_the_pages_can_be_used_by_everybody(browser: Browser, site: StaffSite, *, phone: bool) -> None:
    async with looking(browser, site, phone=phone, scheme="dark" if phone else "light") as looker:
        page = await looker.log_in("ben", "/travellers")
        assert await violations(page) == []
        await _two_travel(site)
        await site.see(row(**LATE), at=NOON + 20 * MINUTE)
        anna = f"/travellers/{site.world.address_keys(booking(phone=ANNAS_PHONE).id)}"
        for path in (
            "/travellers",
            anna,
            f"{anna}/edit",
            f"{anna}/rebook/0",
            f"{anna}/forget",
            "/travellers/new",
            "/travellers/upload",
        ):
            await page.goto(f"{site.url}{path}")
            assert await violations(page) == [], path
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(overflow), path
