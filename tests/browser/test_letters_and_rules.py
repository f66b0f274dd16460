"""Dead letters are mended and rules tried and saved, as somebody sees it."""

import json

import pytest
from playwright.async_api import Browser, Page, expect

from flightagents.records import DeadLetter, DeadLetterSource, dead_letter
from flightagents.store.dead_letters import MongoDeadLetters
from tests.browser.conftest import Looker, looking, violations
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row

LOOKS = pytest.mark.parametrize("phone", [False, True], ids=["wide-light", "phone-dark"])


def letter(number: int) -> DeadLetter:
    raw = row(departure={"iata": None, "icao": None}, airline={"name": "<b>Air & Co</b>", "iata": "BA"})
    return dead_letter(
        "no_airport",
        "no airport code in departure.iata None",
        raw=json.dumps(raw).encode(),
        source=DeadLetterSource.FEED,
        place={"run": number, "query": "dep_iata=LHR", "offset": 0, "row": number},
        at=NOON + number * MINUTE,
    )


async def disrupted(site: StaffSite) -> None:
    """BA117 is cancelled, and somebody may have wanted to hear of it."""
    await site.see(row())
    await site.see(row(status="cancelled"), at=NOON + 10 * MINUTE)
    site.clock.time = NOON + 60 * MINUTE


async def fits(page: Page) -> bool:
    narrow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(await page.evaluate(narrow))


async def test_a_letter_comes_in_live_and_is_corrected_checked_and_replayed(
    looker: Looker, site: StaffSite
) -> None:
    page = await looker.log_in("ada", "/dead-letters")
    await expect(page.get_by_text("There are no dead letters.")).to_be_visible()
    await expect(page.locator("#connection")).to_have_text("Live")
    await MongoDeadLetters(site.database).store([letter(1)])
    await page.locator("[data-key] a").click()
    text = page.get_by_label("The row, as it should be")
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_role("heading", name="It still cannot be read")).to_be_visible()
    await text.fill((await text.input_value()).replace('"iata": null', '"iata": "LHR"', 1))
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_role("heading", name="It can be read")).to_be_visible()
    await expect(page.get_by_role("link", name="BA117")).to_be_visible()
    await page.get_by_role("button", name="Replay").click()
    await expect(page.get_by_text("1 letter: 1 replayed.")).to_be_visible()
    await expect(page.get_by_text("corrected")).to_be_visible()


async def test_a_rule_is_tried_saved_and_removed(looker: Looker, site: StaffSite) -> None:
    await disrupted(site)
    page = await looker.log_in("ada", "/rules")
    await page.get_by_role("link", name="Add a rule").click()
    await page.get_by_label("Name").fill("night")
    await page.get_by_label("Whom it tells").fill("ops@acme-travel.example")
    await page.get_by_label("cancelled, confirmed").check()
    await page.get_by_role("button", name="Try it on the past").click()
    await expect(page.get_by_text("this rule would have sent 1 message to 1 person")).to_be_in_viewport()
    await expect(page.get_by_role("img", name="Messages by the hour of the day")).to_be_visible()
    await expect(page.get_by_role("link", name="BA117")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The rule night is in force.")).to_be_visible()
    await page.get_by_role("link", name="night").click()
    await expect(page.get_by_label("cancelled, confirmed")).to_be_checked()
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("The rule night is removed.")).to_be_visible()


@LOOKS
async def test_both_can_be_used_by_everybody_full_and_empty(
    browser: Browser, site: StaffSite, *, phone: bool
) -> None:
    async with looking(browser, site, phone=phone, scheme="dark" if phone else "light") as looker:
        page = await looker.log_in("ada", "/dead-letters")
        for path in ("/dead-letters", "/rules", "/rules/new"):
            await page.goto(f"{site.url}{path}")
            assert (path, await violations(page), await fits(page)) == (path, [], True)
        await disrupted(site)
        await MongoDeadLetters(site.database).store([letter(number) for number in range(1, 4)])
        await page.goto(f"{site.url}/dead-letters?reason=no_airport&state=all")
        assert (await violations(page), await fits(page)) == ([], True)
        await page.locator("[data-key] a").first.click()
        await page.get_by_role("button", name="Check").click()
        await expect(page.get_by_role("heading", name="It still cannot be read")).to_be_visible()
        assert (await violations(page), await fits(page)) == ([], True)
        await page.goto(f"{site.url}/rules/new")
        await page.get_by_label("Name").fill("night")
        await page.get_by_label("Whom it tells").fill("ops@acme-travel.example")
        await page.get_by_role("button", name="Try it on the past").click()
        await expect(page.get_by_text("this rule would have sent")).to_be_visible()
        assert (await violations(page), await fits(page)) == ([], True)
        await page.get_by_label("Airports").fill("Heathrow")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Nothing was saved")).to_be_visible()
        assert (await violations(page), await fits(page)) == ([], True)
        looker.wrong.clear()  # the browser notes that the answer was 400
