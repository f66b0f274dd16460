"""Exports: every line of the days that are asked for, page by page, and nothing of people for a viewer."""

import asyncio
import csv
import html
import io
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import msgspec
import pytest
import structlog
from aiohttp import ClientError, web
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.errors import HistoryOutageError
from flightagents.store.change_search import MongoChangeSearch
from flightagents.web.api import exports
from flightagents.web.staff.exports import Offered
from tests.support.office import StaffSite
from tests.support.programs import ANNAS, busy_site, program

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb
DAYS = {"from": "2026-11-01", "to": "2026-11-22"}
TODAY = date(2026, 11, 22)


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


async def exported(site: StaffSite, name: str, who: str = "ben", **days: str) -> str:
    answer = await (await program(site, who)).ask("GET", f"/exports/{name}", query=days or DAYS)
    assert answer.status == 200, await answer.text()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    return (await answer.read()).decode()


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_csv_and_json_say_the_same(site: StaffSite) -> None:
    for name in ("flights", "changes", "notifications"):
        rows = table(await exported(site, f"{name}.csv"))
        lines = [msgspec.json.decode(each) for each in (await exported(site, f"{name}.jsonl")).splitlines()]
        assert len(rows) == len(lines) >= 2
        assert [row["flight"] for row in rows] == [line["flight"] for line in lines]
        assert list(rows[0]) == list(lines[0])


async def test_all_pages_are_written_each_line_once(site: StaffSite, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: await exported(site, f"{name}.csv") for name in ("flights", "changes", "notifications")}
    monkeypatch.setattr(exports, "MOST", 1)
    for name, text in whole.items():
        assert await exported(site, f"{name}.csv") == text


async def test_the_days_are_those_that_were_asked_for(site: StaffSite) -> None:
    flights = table(await exported(site, "flights.csv"))
    assert [each["departure_expected_local"] for each in flights] == ["2026-11-22 16:10", "2026-11-22 18:00"]
    assert table(await exported(site, "flights.csv", **{"from": "2026-11-23", "to": "2026-11-30"})) == []
    assert table(await exported(site, "changes.csv", **{"from": "2026-11-01", "to": "2026-11-21"})) == []


async def test_an_agent_gets_the_reference_and_nobody_an_address(site: StaffSite) -> None:
    text = await exported(site, "notifications.csv", "ben")
    assert {each["reference"] for each in table(text)} == {"ABC123", "DEF456"}
    assert not [word for word in ANNAS[:3] if word in text]
    text = await exported(site, "notifications.csv", "vera")
    assert {each["reference"] for each in table(text)} == {""}
    assert not [word for word in ANNAS if word in text]


async def test_the_log_says_who_took_what(site: StaffSite) -> None:
    await exported(site, "changes.jsonl")
    ben = await program(site)
    (act,) = (await ben.get("/audit", thing="export", id="changes.jsonl"))["items"]
    assert (act["by"], act["did"], act["detail"]) == ("ben (nightly)", "exported", "2026-11-01 to 2026-11-22")
    head = await ben.ask("HEAD", "/exports/changes.jsonl", query=DAYS)
    assert (head.status, await head.read()) == (200, b"")
    assert len((await ben.get("/audit", thing="export", id="changes.jsonl"))["items"]) == 1


async def test_half_an_export_is_never_taken_for_the_whole(
    site: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = MongoChangeSearch.recent, 0

    async def breaking(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - as the search
        """Give one page, and then the database is gone."""
        nonlocal asked
        asked += 1
        if asked > 1:
            raise HistoryOutageError("gone")
        return await real(*args, **more)

    monkeypatch.setattr(exports, "MOST", 1)
    monkeypatch.setattr(MongoChangeSearch, "recent", breaking)
    answer = await (await program(site)).ask("GET", "/exports/changes.jsonl", query=DAYS)
    with pytest.raises(ClientError):
        await answer.read()


async def test_an_export_that_nobody_reads_ends_and_is_no_error(
    site: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(*_args: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(exports, "SEND_SECONDS", 0)
    monkeypatch.setattr(web.StreamResponse, "write", stuck)
    ben = await program(site)
    with structlog.testing.capture_logs() as lines, pytest.raises(ClientError):
        await (await ben.ask("GET", "/exports/changes.jsonl", query=DAYS)).read()
    assert [line for line in lines if line["log_level"] == "error"] == []


async def test_the_pages_lead_to_the_exports_of_their_days(site: StaffSite) -> None:
    await site.log_in("vera")
    whole = {"since": DAYS["from"], "until": DAYS["to"]}
    listed = (("/flights", DAYS, ("flights", "changes")), ("/messages", whole, ("notifications",)))
    for path, days, names in listed:
        page = await (await site.client.get(path, params=days)).text()
        links = re.findall(r'href="(/api/v1/exports/[^"]+)"', page)
        assert [each.partition("?")[0].rpartition("/")[2] for each in links] == [
            f"{name}.{ending}" for name in names for ending in ("csv", "jsonl")
        ]
        for link in links:
            answer = await site.client.get(html.unescape(link))
            assert (answer.status, "attachment" in answer.headers["Content-Disposition"]) == (200, True)
            assert (await answer.text()).count("BA117") >= 1, link


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ((None, None), (TODAY, TODAY)),
        ((date(2026, 11, 1), None), (date(2026, 11, 1), TODAY)),
        ((None, date(2026, 11, 1)), (date(2026, 11, 1), date(2026, 11, 1))),
        ((None, date(2026, 11, 30)), (TODAY, date(2026, 11, 30))),
        ((date(2026, 12, 1), None), (date(2026, 12, 1), date(2026, 12, 1))),
        ((date(2020, 1, 1), TODAY), (date(2025, 10, 19), TODAY)),
        ((date(2026, 11, 9), date(2026, 11, 2)), (date(2026, 11, 9), date(2026, 11, 9))),
        ((date.min, date.min), (date.min, date.min)),
    ],
)
def test_days_that_nobody_names_are_today_and_400_at_the_most(
    asked: tuple[date | None, date | None], offered: tuple[date, date]
) -> None:
    days = Offered.of(*asked, TODAY)
    assert (days.begin, days.end) == offered
