"""/flights: what somebody looks for is found, sorted, paged and followed, and names nobody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from tests.support.office import StaffSite, staff_site
from tests.support.rows import DAY, MINUTE, NOON, row
from tests.support.travellers import booking

pytestmark = pytest.mark.mongodb
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Four flights: one late, one cancelled, one as planned, and one of tomorrow."""
    async with staff_site(database, mongodb) as found:
        await found.use_cases.desk.take_bookings([booking()])
        planned = row("IB6253", route="MAD-JFK", departs="16:00", arrives="19:30")
        await found.see(row(), planned, row("AA100", route="JFK-LHR", departs="18:00", arrives="23:00"))
        await found.see(row(delay=50), row("BA9", route="LHR-MAD", day=TOMORROW), at=NOON + MINUTE)
        for minutes in (2, 4):
            await found.see(planned | {"flight_status": "cancelled"}, at=NOON + minutes * MINUTE)
        yield found


async def look(site: StaffSite, who: str = "vera", path: str = "/flights", **query: str) -> tuple[int, str]:
    await site.log_in(who)
    answer = await site.client.get(path, params=query)
    return answer.status, await answer.text()


def shown(page: str) -> list[str]:
    """Give the designators of the rows, in their order."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [each.partition('data-key="')[2].partition("|")[0] for each in body.split("<tr")[1:]]


async def test_a_row_says_how_a_flight_stands(site: StaffSite) -> None:
    status, page = await look(site, text="BA117")
    assert (status, shown(page)) == (200, ["BA117"])
    assert "<del><time" in page
    for text in (
        "Sun 22 Nov 14:35",
        ">15:25<",
        "delayed 50 min",
        "2026-11-22 15:25 UTC",
        "1 flight",
        "British Airways",
    ):
        assert text in page, text
    assert 'href="/flights/BA117%7C2026-11-22%7CLHR%7CJFK"' in page


@pytest.mark.parametrize(
    ("query", "flights"),
    [
        ({}, ["IB6253", "BA117", "AA100", "BA9"]),
        ({"text": "ba 117"}, ["BA117"]),
        ({"text": "lhr-jfk"}, ["BA117"]),
        ({"text": "MAD"}, ["IB6253", "BA9"]),
        ({"text": "british airways"}, ["BA117", "BA9"]),
        ({"text": "Heathrow to New York"}, ["BA117"]),
        ({"text": "EGLL 2026-11-23"}, ["BA9"]),
        ({"airline": "ba"}, ["BA117", "BA9"]),
        ({"airport": "jfk"}, ["IB6253", "BA117", "AA100"]),
        ({"from": TOMORROW.isoformat()}, ["BA9"]),
        ({"from": "", "to": DAY.isoformat()}, ["IB6253", "BA117", "AA100"]),
        ({"trouble": "cancelled"}, ["IB6253"]),
        ({"trouble": "any"}, ["IB6253", "BA117"]),
        ({"trouble": "none"}, ["AA100", "BA9"]),
        ({"open": "1", "airport": "MAD"}, ["BA9"]),
        ({"sort": "designator"}, ["AA100", "BA9", "BA117", "IB6253"]),
        ({"sort": "late", "down": "1", "airline": "BA"}, ["BA117", "BA9"]),
        ({"text": "QF1"}, []),
    ],
)
async def test_what_is_asked_for_is_found_in_its_order(
    site: StaffSite, query: dict[str, str], flights: list[str]
) -> None:
    status, page = await look(site, **query)
    assert (status, shown(page)) == (200, flights)
    assert ("No flight is like that" in page.partition("data-empty>")[2]) is not bool(flights)


async def test_without_a_date_the_list_begins_today(site: StaffSite) -> None:
    site.clock.time = NOON + timedelta(days=1)
    assert shown((await look(site))[1]) == ["BA9"]
    assert shown((await look(site, **{"from": ""}))[1]) == ["IB6253", "BA117", "AA100", "BA9"]


async def test_a_heading_sorts_and_says_how_it_is_sorted(site: StaffSite) -> None:
    _, page = await look(site, airline="BA", sort="late", down="1")
    assert page.count("aria-sort") == 1
    assert (
        'aria-sort="descending"><a href="/flights?from=2026-11-22&amp;airline=BA&amp;sort=late">Late' in page
    )


async def test_pages_follow_each_other(site: StaffSite) -> None:
    many = [row(f"BA{2000 + number}", route="LHR-MAD", day=TOMORROW) for number in range(60)]
    await site.see(*many, at=NOON + 5 * MINUTE)
    _, first = await look(site, text="LHR-MAD", sort="designator")
    after = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = await (await site.client.get(after)).text()
    assert (len(shown(first)), len(shown(second))) == (50, 11)
    assert len({*shown(first), *shown(second)}) == 61
    back = second.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert shown(await (await site.client.get(back)).text()) == shown(first)
    assert "61 flights" in second


@pytest.mark.parametrize(
    "query",
    [
        {"text": "<script>alert(1)</script>"},
        {"text": "$ne"},
        {"text": "../../etc"},
        {"text": "BA117\0"},
        {"text": "A" * 5000},
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"trouble": "{'$ne': 1}"},
        {"sort": "state"},
        {"airline": "B" * 500},
        {"after": "nonsense"},
        {"after": "W" * 5000},
        {"before": '{"$gt": ""}'},
    ],
)
async def test_what_cannot_be_read_is_said(site: StaffSite, query: dict[str, str]) -> None:
    status, page = await look(site, **query)
    assert (status, 'role="alert"' in page) == (400, True)
    assert "<script>alert" not in page
    assert ("try BA117, LHR-JFK, LHR, BA, Newark or British Airways" in page) is ("text" in query)
    assert "<td" not in page


async def test_a_filter_is_a_value_and_never_an_operator(site: StaffSite) -> None:
    for query in ({"text[$ne]": "BA117"}, {"airline": "$ne"}, {"airport": '{"$gt":""}'}):
        status, page = await look(site, **query)
        assert status == 200
        assert shown(page) == ([] if "text[$ne]" not in query else ["IB6253", "BA117", "AA100", "BA9"])


async def test_nobody_is_named_and_nobody_unknown_looks(site: StaffSite) -> None:
    assert "Anna" not in (await look(site, "ben"))[1]
    site.client.session.cookie_jar.clear()
    answer = await site.client.get("/flights", headers={"Accept": "text/html"}, allow_redirects=False)
    assert answer.status == 303


async def test_the_stream_brings_the_rows_that_the_page_shows(site: StaffSite) -> None:
    _, page = await look(site, trouble="delayed")
    live = page.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    async with site.client.get(live) as answer:
        assert answer.status == 200
        read = ""
        while "BA117|2026-11-22" not in read:
            read += (await answer.content.readline()).decode()
    assert "delayed 50 min" in read
    assert "IB6253" not in read
    assert (await site.client.get("/live/flights?sort=nonsense")).status == 400
