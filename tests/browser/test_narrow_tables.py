"""A table is never wider than its box: nobody looks for a button beside the screen."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from flightagents.domain.tasks import Task, TaskKind
from tests.browser.conftest import looking
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

TOO_WIDE = "[...document.querySelectorAll('.scroll')].some(each => each.scrollWidth > each.clientWidth)"
ROWS = "document.querySelectorAll('.scroll tbody tr').length"
FLIGHT = "BA117|2026-11-22|LHR|JFK"


async def fill(site: StaffSite) -> None:
    """One flight is in somebody's hands and held, one is cancelled, and a traveller waits to be called."""
    anna = booking(phone="+447911012345", name="Carla Müller-Lüdenscheidt von und zu Hohenstein")
    await site.use_cases.desk.take_bookings(
        [anna, booking(segment("BA119"), reference="XYZ789", email="berg@example.org", name="Ben Berg")]
    )
    await site.see(row(), row("BA119", departs="15:35"))
    for minute in (1, 3):
        on = row(delay=90), row("BA119", departs="15:35", status="cancelled")
        await site.see(*on, at=NOON + minute * MINUTE)
    acts = site.use_cases.site.office.now.acts
    await acts.assign([FLIGHT], "ada", "vera")
    await acts.hold([FLIGHT], "ada")
    await acts.note([FLIGHT], "ada", "the gate knows; the next shift rings the client's travel manager again")
    await acts.snooze([FLIGHT], "ada", NOON + timedelta(hours=2))
    summary = (
        "BA117 LHR-JFK leaves 22 Nov 16:05 instead of 14:35; no message is known to have arrived: call them"
    )
    await site.use_cases.desk.tasks.open(
        [
            Task(
                id="t000000001",
                kind=TaskKind.CALL,
                summary=summary,
                created_at=NOON,
                flight=FLIGHT,
                booking=anna.id,
                resolve_by=NOON - MINUTE,
            )
        ]
    )


@pytest.mark.parametrize("width", [768, 1024, 1280])
async def test_a_full_table_fits_its_box(browser: Browser, site: StaffSite, width: int) -> None:
    await fill(site)
    async with looking(browser, site) as looker:
        page = await looker.log_in("ada")
        await page.set_viewport_size({"width": width, "height": 900})
        for path in ("/?show=all", "/tasks", "/messages", "/flights", "/travellers"):
            await page.goto(f"{site.url}{path}")
            assert await page.evaluate(ROWS) > 0, path
            assert not await page.evaluate(TOO_WIDE), path
