"""The page that staff keep open all day."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import Looker, looking, violations
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def book(site: StaffSite) -> None:
    """Anna is on BA117, Ben Berg on BA119."""
    await site.use_cases.desk.take_bookings(
        [
            booking(),
            booking(segment("BA119"), reference="XYZ789", email="berg@example.org", name="Ben Berg"),
        ]
    )


async def disrupt(site: StaffSite, minutes: int = 1, **second: object) -> None:
    """Let BA117 be 90 minutes late, and BA119 as is said."""
    on = row(delay=90), row("BA119", departs="15:35", **second)  # type: ignore[arg-type]  # its own fields
    await site.see(*on, at=NOON + minutes * MINUTE)


async def test_a_cancellation_arrives_by_itself_and_waits_while_the_mouse_is_in_the_list(
    looker: Looker, site: StaffSite
) -> None:
    await book(site)
    await site.see(row(), row("BA119", departs="15:35"))
    await disrupt(site)
    page = await looker.log_in()
    await expect(page.locator('[data-key^="BA117|"]')).to_contain_text("delayed 1 h 30")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page).to_have_title("(1) Now · Acme Travel")
    await page.locator('[data-key^="BA117|"]').hover()
    await disrupt(site, 2, status="cancelled")
    await expect(page.get_by_role("button", name="1 new: show")).to_be_visible()
    await expect(page.locator('[data-key^="BA119|"]')).to_have_count(0)
    await page.get_by_role("heading", name="Now").hover()
    await expect(page.locator('[data-key^="BA119|"]')).to_contain_text("cancelled")
    await expect(page.get_by_text("2 travellers hit")).to_be_visible()
    which = page.get_by_role("navigation", name="Which")
    await expect(which).to_have_text(
        "Our travellers (2) Need somebody (2) Mine (0) All flights (2)", use_inner_text=True
    )
    await site.use_cases.site.office.now.acts.assign(["BA119|2026-11-22|LHR|JFK"], "ada", "ben")
    await expect(which.get_by_role("link", name="Mine (1)")).to_be_visible()
    await expect(page).to_have_title("(3) Now · Acme Travel")  # the cancelled flight is a task, too


async def test_what_somebody_ticked_stays_while_the_row_changes(looker: Looker, site: StaffSite) -> None:
    await book(site)
    await site.see(row(), row("BA119", departs="15:35"))
    await disrupt(site)
    page = await looker.log_in()
    await page.get_by_label("Mark BA117").check()
    await site.see(row(delay=150), at=NOON + 2 * MINUTE)
    await expect(page.locator('[data-key^="BA117|"]')).to_contain_text("delayed 2 h 30")
    await expect(page.get_by_label("Mark BA117")).to_be_checked()


async def test_a_flight_is_taken_seen_noted_and_held(looker: Looker, site: StaffSite) -> None:
    await book(site)
    await site.see(row(), row("BA119", departs="15:35"))
    await disrupt(site)
    page = await looker.log_in()
    flight = page.locator('[data-key^="BA117|"]')
    await flight.get_by_role("button", name="Take").click()
    await expect(page.get_by_text("1 flight taken.")).to_be_visible()
    await flight.get_by_role("button", name="Seen").click()
    await expect(flight).to_contain_text("seen by ben")
    await page.get_by_label("Mark BA117").check()
    await page.get_by_label("Note").fill("the gate knows")
    await page.get_by_role("button", name="Note").click()
    await expect(flight).to_contain_text("ben: the gate knows")
    await page.get_by_label("Mark BA117").check()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Hold messages").click()
    await expect(flight).to_contain_text("messages held by ben")
    await page.get_by_label("Mark BA117").check()
    await page.get_by_role("button", name="Release").click()
    await expect(flight).not_to_contain_text("messages held")


async def test_a_lost_connection_is_said_and_mended(looker: Looker, site: StaffSite) -> None:
    await book(site)
    await site.see(row())
    page = await looker.log_in()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await looker.context.set_offline(True)
    site.use_cases.site.live.close()
    await expect(page.get_by_text(re.compile(r"Not live since \d\d:\d\d: trying again$"))).to_be_visible()
    await looker.context.set_offline(False)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await looker.context.clear_cookies()
    site.use_cases.site.live.close()
    await expect(page.get_by_text("You are logged out.")).to_be_visible()
    await page.get_by_role("link", name="Log in").click()
    await expect(page).to_have_url(f"{site.url}/login?next=%2F")
    looker.wrong.clear()  # the browser notes that it had no network


async def test_a_connection_that_hangs_is_said_and_made_anew(looker: Looker, site: StaffSite) -> None:
    await book(site)
    await site.see(row())
    await looker.context.clock.install()
    page = await looker.log_in()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    hanging: list[Route] = []
    await page.route("**/live/**", lambda route: hanging.append(route))  # noqa: PLW0108 - it is marked
    lost = page.get_by_text("Not live since")
    async with asyncio.timeout(20):
        while not await lost.is_visible():  # first events that still come are a sign of life
            await page.clock.fast_forward("00:26")  # in which no event came
    assert len(hanging) == 1
    await page.unroute("**/live/**")
    await page.clock.fast_forward("00:26")  # the new one hangs, too
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def test_enter_in_the_note_writes_the_note_and_nothing_else(looker: Looker, site: StaffSite) -> None:
    await book(site)
    await site.see(row(), row("BA119", departs="15:35"))
    await disrupt(site)
    page = await looker.log_in()
    await page.get_by_label("Mark BA117").check()
    await page.get_by_label("Note").fill("the gate knows")
    await page.get_by_label("Note").press("Enter")
    flight = page.locator('[data-key^="BA117|"]')
    await expect(flight).to_contain_text("ben: the gate knows")
    await expect(flight).not_to_contain_text("seen by")


async def test_an_act_leaves_the_page_where_it_was(browser: Browser, site: StaffSite) -> None:
    await book(site)
    await site.see(row(), row("BA119", departs="15:35"))
    await disrupt(site, status="cancelled")
    async with looking(browser, site, phone=True) as looker:
        page = await looker.log_in()
        await page.evaluate("window.scrollTo({top: 300, behavior: 'instant'})")
        place = await page.evaluate("window.scrollY")
        assert place > 100
        take = page.locator('[data-key^="BA119|"]').get_by_role("button", name="Take")
        await take.dispatch_event("click")  # a click by mouse would scroll to it first
        await expect(page.get_by_text("1 flight taken.")).to_be_visible()
        assert await page.evaluate("window.scrollY") == place
        await expect(page).to_have_url(f"{site.url}/")
        await page.reload()
        await expect(page.get_by_text("1 flight taken.")).to_have_count(0)
        await page.goto(f"{site.url}/tasks")
        await page.goto(f"{site.url}/")
        assert await page.evaluate("window.scrollY") == 0


@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
@pytest.mark.parametrize(("phone", "scheme"), [(False, "light"), (True, "dark")], ids=["wide", "phone"])
async def test_everybody_can_use_it(
    browser: Browser, site: StaffSite, *, full: bool, phone: bool, scheme: str
) -> None:
    if full:
        await book(site)
        await site.see(row(), row("BA119", departs="15:35"))
        await disrupt(site, status="cancelled")
    async with looking(browser, site, phone=phone, scheme="dark" if scheme == "dark" else "light") as looker:
        page = await looker.log_in()
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        assert await violations(page) == []
        assert not await page.evaluate(OVERFLOWS)
