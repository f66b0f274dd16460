"""What needs a person, and the ledger: a call is taken and done, a message held, sent again and looked at."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from flightagents.domain.tasks import Task, TaskKind
from tests.browser.conftest import Looker, looking, violations
from tests.support.messages import ANNAS_PHONE
from tests.support.office import StaffSite
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SLOW_MACHINE = 20_000
"""Milliseconds: a list takes a small share of the worker's time, and follows later where that is scarce."""
ANNA = booking(phone=ANNAS_PHONE)
CALL = Task(
    id="call000000",
    kind=TaskKind.CALL,
    flight="BA117|2026-11-22|LHR|JFK",
    booking=ANNA.id,
    summary="BA117 LHR-JFK leaves later; no message is known to have reached the traveller: call them",
    created_at=NOON,
    resolve_by=NOON + timedelta(hours=2),
)
REPLY = Task(
    id="reply00000",
    kind=TaskKind.REPLY,
    flight=None,
    booking=ANNA.id,
    summary="Has answered by SMS: read it and call back.",
    created_at=NOON + MINUTE,
    resolve_by=NOON - MINUTE,
    quote="I am at the gate and nobody is here. <b>What now?</b>",
)


async def fill(site: StaffSite) -> None:
    """Anna is on BA117, which is late, and is to be called."""
    await site.use_cases.desk.take_bookings([ANNA])
    await site.see(row())
    await site.see(row(delay=90), at=NOON + MINUTE)
    await site.see(row(delay=90), at=NOON + 3 * MINUTE)
    await site.use_cases.desk.tasks.open([CALL])


async def test_a_reply_arrives_by_itself_and_a_call_is_taken_noted_and_done(
    looker: Looker, site: StaffSite
) -> None:
    await fill(site)
    page = await looker.log_in(path="/tasks")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    call = page.locator('[data-key="call000000"]')
    await expect(call.get_by_role("link", name=ANNAS_PHONE)).to_have_attribute("href", f"tel:{ANNAS_PHONE}")
    await expect(call).to_contain_text("in 1 h 57")
    await page.get_by_role("heading", name="Tasks").hover()  # nothing comes under the mouse
    await site.use_cases.desk.tasks.open([REPLY])
    reply = page.locator('[data-key="reply00000"]')
    await expect(reply).to_contain_text("I am at the gate", timeout=SLOW_MACHINE)
    await expect(page.get_by_role("link", name="reply (1)")).to_be_visible()
    await call.get_by_role("button", name="Take").click()
    await expect(page.get_by_text("1 task taken.")).to_be_visible()
    await expect(call).to_contain_text("taken")
    await page.get_by_label("Mark call").check()
    await page.get_by_label("Note").fill("told her the new time")
    await page.get_by_role("button", name="Done").first.click()
    await expect(page.get_by_text("1 task done.")).to_be_visible()
    await expect(call).to_have_count(0)
    await page.get_by_role("link", name="Log", exact=True).click()
    await expect(page.get_by_text("finished task call000000")).to_be_visible()


async def test_a_message_is_found_held_and_sent_again_once_confirmed(looker: Looker, site: StaffSite) -> None:
    await fill(site)
    page = await looker.log_in(path="/messages")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_label("Flight", exact=True).fill("ba117")
    await page.get_by_label("Channel").select_option("email")
    await page.get_by_role("button", name="Show").click()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(1)
    await rows.get_by_role("button", name="Hold").click()
    await expect(page.get_by_text("1 message held.")).to_be_visible()
    await expect(rows.get_by_text("held", exact=True)).to_be_visible()
    await page.get_by_role("link", name="leaves later").click()
    await page.get_by_role("button", name="Release").click()
    await expect(page.get_by_text("1 message released.")).to_be_visible()
    email = {"flight": CALL.flight, "channel": "email"}
    await site.database["notifications"].update_one(email, {"$set": {"state": "accepted"}})
    await expect(page.get_by_text("sent", exact=True)).to_be_visible(timeout=SLOW_MACHINE)
    site.clock.time = NOON + 20 * MINUTE
    await page.get_by_role("button", name="Send by email").click()
    await page.get_by_role("button", name="Yes, send it again by email").click()
    await expect(page.get_by_text("Sent by email: it is on its way.")).to_be_visible()
    looker.wrong[:] = [each for each in looker.wrong if "409" not in each]  # the browser notes the question


@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
@pytest.mark.parametrize(("phone", "scheme"), [(False, "light"), (True, "dark")], ids=["wide", "phone"])
async def test_everybody_can_use_them(
    browser: Browser, site: StaffSite, *, full: bool, phone: bool, scheme: str
) -> None:
    paths = ["/tasks", "/messages", "/log"]
    if full:
        await fill(site)
        await site.use_cases.desk.tasks.open([REPLY])
        await site.use_cases.site.office.tasks.acts.note(["call000000"], "ben", "rang twice")
        message = await site.database["notifications"].find_one({"channel": "sms"})
        assert message is not None
        paths.append(f"/messages/{message['_id']}")
    async with looking(browser, site, phone=phone, scheme="dark" if scheme == "dark" else "light") as looker:
        page = await looker.log_in()
        for path in paths:
            await page.goto(f"{site.url}{path}")
            await expect(page.get_by_text("Live", exact=True)).to_be_visible()
            assert await violations(page) == []
            assert not await page.evaluate(OVERFLOWS), path
