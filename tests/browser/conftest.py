"""Debian's Chromium, driven by Playwright, and a staff page to look at.

Every page is held to the same: no error on its console, no request to another host, and nothing that axe
finds wrong with it (WCAG 2.2 AA).
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
    expect,
)

from tests.support.office import StaffSite, staff_site
from tests.support.users import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs the browser, and says so where it is missing."""
    for item in items:
        if "tests/browser" not in str(item.path):
            continue
        item.add_marker(pytest.mark.mongodb)
        item.add_marker(pytest.mark.chromium)
        if CHROMIUM is None and os.environ.get("FLIGHTAGENTS_REQUIRE_REAL") != "1":
            item.add_marker(pytest.mark.skip(reason="needs chromium: sudo apt-get install chromium"))


@dataclass
class Looker:
    """Somebody who looks at the page; `wrong` is what no page may do."""

    context: BrowserContext
    site: StaffSite
    wrong: list[str] = field(default_factory=list)

    async def page(self, path: str = "/") -> Page:
        """Open a page in a tab of its own."""
        page = await self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._asked)
        await page.goto(f"{self.site.url}{path}")
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site.url, "data:")):
            self.wrong.append(f"asks another host: {request.url}")

    async def log_in(self, name: str = "ben", path: str = "/") -> Page:
        """Log in through the form, and go on to a page."""
        page = await self.page(path)
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url(f"{self.site.url}{path}")
        return page


async def violations(page: Page) -> list[str]:
    """Give what axe finds wrong with a page."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    # Not as a script of the page, which its policy forbids.
    await page.evaluate(script)
    found: dict[str, Any] = await page.evaluate(
        "async rules => axe.run(document, {runOnly: rules})", list(RULES)
    )
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Open an agency's staff page at noon."""
    async with staff_site(database, mongodb) as found:
        yield found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium."""
    assert CHROMIUM, "chromium is missing: apt-get install chromium"
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield found
        await found.close()


@asynccontextmanager
async def looking(
    browser: Browser,
    site: StaffSite,
    *,
    phone: bool = False,
    scheme: Literal["light", "dark"] = "light",
) -> AsyncIterator[Looker]:
    """Look with a window of a size; at the end nothing may have gone wrong."""
    context = await browser.new_context(
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]  # a dictionary of its shape
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    looker = Looker(context, site)
    yield looker
    await context.close()
    assert looker.wrong == []


@pytest.fixture
async def looker(browser: Browser, site: StaffSite) -> AsyncIterator[Looker]:
    """Look with a wide window."""
    async with looking(browser, site) as found:
        yield found
