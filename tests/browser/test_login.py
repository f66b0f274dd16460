"""Logging in, as somebody sees it."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Looker, looking, violations
from tests.support.office import StaffSite
from tests.support.users import PASSWORD


async def test_somebody_logs_in_sets_another_password_and_logs_out(looker: Looker) -> None:
    page = await looker.log_in("ada", "/users")
    await expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()
    await page.get_by_role("link", name="ada", exact=True).click()
    await page.get_by_label("Password now").fill(PASSWORD)
    for field in ("New password", "The new one once more"):
        await page.get_by_label(field).fill("another password")
    await page.get_by_role("button", name="Change").click()
    await expect(page.get_by_role("status").filter(has_text="Your password is changed.")).to_be_visible()
    await page.get_by_role("button", name="Log out").first.click()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_wrong_password_is_said_and_the_name_stays(looker: Looker) -> None:
    page = await looker.page("/login")
    await page.get_by_label("Name").fill("ben")
    await page.get_by_label("Password").fill("not " + PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_have_text("No user with this name and password.")
    await expect(page.get_by_label("Name")).to_have_value("ben")
    looker.wrong.clear()  # the browser notes that the answer was 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
async def test_login_and_users_can_be_used_by_everybody(
    browser: Browser, site: StaffSite, *, phone: bool, scheme: str
) -> None:
    async with looking(browser, site, phone=phone, scheme="dark" if scheme == "dark" else "light") as looker:
        assert await violations(await looker.page("/login")) == []
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        page = await looker.log_in("ada", "/users")
        for _ in range(2):
            assert await violations(page) == []
            assert not await page.evaluate(overflow)
            await page.get_by_role("link", name="ada", exact=True).click()
            await page.wait_for_url("**/account")
