"""/places: today's punctuality of airports and airlines beside what is usual, honestly."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.store.flights import MongoFlights
from tests.support.counted_days import a_month, count
from tests.support.office import StaffSite, staff_site
from tests.support.punctuality import flight
from tests.support.rows import DAY, row

pytestmark = pytest.mark.mongodb


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    async with staff_site(database, mongodb) as found:
        await found.log_in("vera")
        yield found


async def page(site: StaffSite, path: str, status: int = 200) -> str:
    """Give what a page says, without its marks."""
    return words(await html(site, path, status))


async def html(site: StaffSite, path: str, status: int = 200) -> str:
    answer = await site.client.get(path, headers={"Accept": "text/html"})
    assert answer.status == status
    return await answer.text()


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


async def test_the_busiest_stand_beside_what_is_usual(site: StaffSite) -> None:
    await a_month(site)
    text = await page(site, "/places")
    assert "LHR London Heathrow 20 20 so far, usual 20 50 % usual 10 % 0 % usual 0 %" in text
    assert "BA 20 20 so far, usual 20 50 % usual 10 %" in text
    assert "As counted 12:05" in text
    whole = await html(site, "/places")
    assert 'href="/places/airports/LHR"' in whole
    assert 'href="/places/airlines/BA"' in whole


async def test_whoever_has_too_few_flights_is_not_compared(site: StaffSite) -> None:
    await a_month(site)
    text = await page(site, "/places")
    assert "MAD Madrid Barajas 1 1 so far 0 % few days counted" in text
    assert "Few days counted: not compared, fewer than 7 of the last 28 days are counted yet." in text


async def test_before_the_first_count_the_page_says_so(site: StaffSite) -> None:
    assert "No departures are counted yet today." in await page(site, "/places")


async def test_an_airport_shows_today_its_hours_and_the_difference(site: StaffSite) -> None:
    await a_month(site)
    text = await page(site, "/places/airports/LHR")
    assert "London Heathrow Airport LHR" in text
    assert "Late 50 % usual 10 % 40 points more" in text
    assert "Departures 20 20 so far, usual 20 by now as usual" in text
    assert "Median delay 15 min usual 0 min 15 min more" in text
    assert "10 on time 10 late 0 cancelled 0 not known yet" in text
    assert "09:00 20 20 50 % 10 % 0 % 0 % 15 min 0 min" in text


async def test_a_picture_has_its_numbers_in_words_beside_it(site: StaffSite) -> None:
    await a_month(site)
    whole = await html(site, "/places/airports/LHR")
    assert whole.count('role="img"') == 3
    assert "<title>09:00 today: 50 %</title>" in whole
    assert "style=" not in whole


async def test_an_airline_goes_by_the_clocks_of_its_airports(site: StaffSite) -> None:
    await a_month(site)
    text = await page(site, "/places/airlines/ba")
    assert "Airline BA" in text
    assert "Licensed in GB. Hours and dates are those of each airport" in text
    assert "40 points more" in text


async def test_a_place_with_few_days_says_why_nothing_is_compared(site: StaffSite) -> None:
    await a_month(site, days=6)
    text = await page(site, "/places/airports/LHR")
    assert "Not compared: fewer than 7 of the last 28 days are counted yet." in text
    assert "points" not in text


async def test_flights_that_are_late_or_cancelled_now_are_listed_with_their_way(site: StaffSite) -> None:
    late = {"estimated": f"{DAY}T16:05:00+00:00"}
    rows = [
        row("BA117", delay=90, departure=late),
        row("BA119", departs="18:00", status="cancelled"),
        row("BA121", departs="19:00"),
        row("BA123", departs="20:00", day=DAY + timedelta(days=1), status="cancelled"),
        row("IB31", route="MAD-LHR", departs="18:00", status="cancelled"),
    ]
    await site.see(*rows)
    await site.see(*rows, at=site.clock.time + timedelta(minutes=5))
    await count(site)
    whole = await html(site, "/places/airports/LHR")
    section = whole.partition('data-key="troubled"')[2].partition("</section>")[0]
    assert [found for found in ("BA117", "BA119", "BA121", "BA123", "IB31") if f">{found}<" in section] == [
        "BA117",
        "BA119",
    ]
    assert f'href="/flights/BA117%7C{DAY}%7CLHR%7CJFK"' in section
    assert "There are more" not in section
    airline = words(await html(site, "/places/airlines/IB"))
    assert "IB31 MAD → LHR" in airline


async def test_a_short_list_says_that_there_is_more(site: StaffSite) -> None:
    await MongoFlights(site.database).move_on(
        flight(f"BA{number}", departs="18:00", cancelled=True) for number in range(1, 8)
    )
    await count(site)
    whole = await html(site, "/places/airports/LHR")
    assert 'href="/flights?airport=LHR&amp;trouble=cancelled"' in whole
    assert "trouble=delayed" not in whole


async def test_a_quiet_place_says_that_nothing_is_wrong(site: StaffSite) -> None:
    await a_month(site)
    assert "No departure of today is cancelled" in await page(site, "/places/airports/LHR")


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [("lhr", "airports/LHR"), ("MAD", "airports/MAD"), ("ba", "airlines/BA"), ("egll", "airports/LHR")],
)
async def test_a_code_leads_straight_to_its_page(site: StaffSite, text: str, leads_to: str) -> None:
    await a_month(site)
    answer = await site.client.get("/places", params={"q": text}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/places/{leads_to}")


async def test_a_name_lists_the_airports_that_it_may_be(site: StaffSite) -> None:
    await a_month(site)
    whole = await html(site, "/places?q=london")
    listed = whole.partition('class="card found"')[2].partition("</ul>")[0]
    assert words(listed).index("LHR London Heathrow Airport") < words(listed).index("LGW London Gatwick")
    assert "no departures today" in listed
    assert "/places/airports/LHR" in listed
    assert "/places/airports/LGW" not in listed


async def test_an_airline_is_named_and_found_by_its_name(site: StaffSite) -> None:
    await a_month(site)
    await site.see(row())
    whole = await html(site, "/places?q=british")
    listed = whole.partition('class="card found"')[2].partition("</ul>")[0]
    assert words(listed).endswith("Airline BA British Airways")
    assert "BA British Airways 20" in words(whole.partition("</ul>")[2])
    assert "<h1>British Airways" in await html(site, "/places/airlines/BA")


@pytest.mark.parametrize(
    ("text", "status"),
    [("<script>alert(1)</script>", 200), ("$ne", 200), ("../users", 200), ("a\0b", 200), ("x" * 61, 400)],
)
async def test_whatever_is_looked_for_is_only_text(site: StaffSite, text: str, status: int) -> None:
    answer = await site.client.get("/places", params={"q": text}, headers={"Accept": "text/html"})
    whole = await answer.text()
    assert answer.status == status
    assert "<script>alert" not in whole
    assert ("Nothing is called" if status == 200 else "up to 60 characters") in whole


@pytest.mark.parametrize(
    "path",
    [
        "/places/airports/QQQ",
        "/places/airlines/QQ",
        "/places/airports/%24ne",
        "/places/airlines/..%2Fusers",
        "/places/airports/" + "L" * 300,
        "/places/airports/%00",
        "/live/place?of=airport&code=%24ne",
        "/live/place?of=king&code=LHR",
        "/live/place",
    ],
)
async def test_whatever_is_no_code_or_nobodys_is_not_found(site: StaffSite, path: str) -> None:
    await html(site, path, 404)


async def test_who_is_not_logged_in_sees_nothing(site: StaffSite) -> None:
    site.client.session.cookie_jar.clear()
    for path in ("/places", "/places/airports/LHR", "/live/places"):
        assert (await site.client.get(path)).status == 401


async def test_a_count_reaches_an_open_page_with_the_parts_that_changed(site: StaffSite) -> None:
    await a_month(site)
    async with site.client.get("/live/place?of=airport&code=LHR") as stream:
        assert "hours" in (await update(stream))["rows"]
        await MongoFlights(site.database).move_on([flight("BA500", departs="09:00", late=40)])
        await count(site)
        later = await update(stream)
    assert "21" in words(later["rows"]["departures"])
    assert "troubled" not in later["rows"]
    assert later["order"] == [
        "departures",
        "share_late",
        "share_cancelled",
        "median_delay",
        "troubled",
        "today",
        "hours-departures",
        "hours-share_late",
        "hours",
    ]


async def update(stream: ClientResponse) -> dict[str, Any]:
    """Wait for the next rows that a stream brings."""
    event = ""
    async for line in stream.content:
        name, _, value = line.decode().strip().partition(": ")
        if name == "event":
            event = value
        elif name == "data" and event == "rows":
            found: dict[str, Any] = json.loads(value)
            return found
    raise AssertionError("the stream ended")
