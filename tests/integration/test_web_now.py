"""/: what is wrong now, as staff see it, and what they do about it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.sights import KeptSight
from flightagents.store.sights import MongoSights
from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.staff.live import Row
from tests.support.messages import ANNAS_PHONE
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
BA117, BA119 = "BA117|2026-11-22|LHR|JFK", "BA119|2026-11-22|LHR|JFK"


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Anna is on BA117, which is 90 minutes late; BA119 is cancelled and nobody of ours is on it."""
    async with staff_site(database, mongodb) as found:
        await found.use_cases.desk.take_bookings([booking(phone=ANNAS_PHONE)])
        await found.see(row(), row("BA119", departs="15:35"))
        late = row(delay=90), row("BA119", departs="15:35", status="cancelled")
        await found.see(*late, at=NOON + MINUTE)
        await found.see(*late, at=NOON + 3 * MINUTE)
        yield found


async def page(site: StaffSite, path: str = "/") -> str:
    answer = await site.client.get(path)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def act(site: StaffSite, what: str, *flights: str, **form: str) -> ClientResponse:
    data = [
        (FORM_FIELD, form_token(await page(site))),
        *(("flight", each) for each in flights),
        *form.items(),
    ]
    return await site.client.post(f"/now/{what}", data=data, headers={"Origin": site.url})


async def handling(site: StaffSite, flight: str = BA117) -> dict[str, Any]:
    found = await site.database["handling"].find_one({"_id": flight})
    return found or {}


async def acts(site: StaffSite) -> list[tuple[str, str, str]]:
    found = site.database["audit"].find({"about.thing": {"$ne": "user"}}).sort("_id")
    return [(each["by"], each["did"], each["about"]["id"]) async for each in found]


async def test_what_hits_our_travellers_is_shown_with_what_there_is_to_know(site: StaffSite) -> None:
    lost = KeptSight(key=BA117, sight=Sight.BLIND, cause=Cause.OUTAGE, since=NOON, known_at=NOON)
    await MongoSights(site.database).keep([lost], ())
    await site.log_in()
    shown = await page(site)
    assert "BA117" in shown
    assert "BA119" not in shown
    for words in ("LHR → JFK", "delayed 1 h 30", "14:35", "16:05", "2026-11-22 16:05 UTC", "1 waiting"):
        assert words in shown, words
    assert "blind</span> <small>no news since" in shown


async def test_all_flights_are_one_click_away(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site, "/?show=all")
    assert "cancelled" in shown
    assert "none of ours" in shown
    assert shown.index("BA117") < shown.index("BA119")
    assert "overdue" not in shown


async def test_what_was_to_be_resolved_before_now_is_marked(site: StaffSite) -> None:
    site.clock.time = NOON + timedelta(hours=4, minutes=20)
    await site.log_in()
    assert "overdue" in await page(site)


async def test_a_viewer_sees_the_flights_and_no_way_to_act(site: StaffSite) -> None:
    await site.log_in("vera")
    shown = await page(site)
    assert "BA117" in shown
    assert "/now/acknowledge" not in shown
    note = "Anna Müller ABC123 called"
    await site.log_in("ben")
    await act(site, "note", BA117, text=note)
    assert note in await page(site)
    await site.log_in("vera")
    shown += await page(site) + await page(site, "/?show=all")
    assert all(secret not in shown for secret in ("Anna", "ABC123", "example", ANNAS_PHONE))
    assert (await act(site, "acknowledge", BA117)).status == 403
    assert (await handling(site)).get("acknowledged") is None


@pytest.mark.parametrize(
    ("what", "form", "stored", "said"),
    [
        ("acknowledge", {}, ("acknowledged.by", "ben"), "1 flight seen."),
        ("take", {}, ("assigned_to", "ben"), "1 flight taken."),
        ("assign", {"to": "ada"}, ("assigned_to", "ada"), "1 flight given to ada."),
        ("snooze", {"minutes": "60"}, ("snoozed_until", NOON + 63 * MINUTE), "1 flight put off for 1 hour."),
        ("note", {"text": "gate agent called"}, ("notes.0.text", "gate agent called"), "1 flight noted."),
        ("hold", {}, ("holds_messages", True), "1 flight held."),
    ],
)
async def test_an_act_is_done_said_and_logged(
    site: StaffSite, what: str, form: dict[str, str], stored: tuple[str, object], said: str
) -> None:
    await site.log_in()
    answer = await act(site, what, BA117, **form)
    assert (answer.status, said in await answer.text()) == (200, True)
    field, value = stored
    found: Any = await handling(site)
    for part in field.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == value
    assert [(by, about) for by, _, about in await acts(site)] == [("ben", BA117)]


async def test_held_messages_stay_until_they_are_released(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "hold", BA117)
    outbox = site.use_cases.desk.deliver
    assert await outbox(Channel.EMAIL) == 0
    assert "messages held by ben" in await page(site)
    assert "released" in await (await act(site, "release", BA117)).text()
    assert "messages held" not in await page(site)


async def test_a_storm_is_handled_at_once(site: StaffSite) -> None:
    await site.log_in()
    answer = await act(site, "acknowledge", BA117, BA119, back="/?show=all")
    assert "2 flights seen." in await answer.text()
    assert answer.url.query["show"] == "all"
    assert {about for *_, about in await acts(site)} == {BA117, BA119}


async def test_what_a_colleague_has_is_given_away_only_where_one_sees_who_has_it(site: StaffSite) -> None:
    await site.use_cases.site.office.now.acts.assign([BA117], "ada", "ada")
    await site.log_in()
    for flights, force in (((BA117,), {}), ((BA117, BA119), {"force": "1"})):
        answer = await act(site, "assign", *flights, to="ben", **force)
        assert "1 in somebody else&#39;s hands (ada)." in await answer.text()
        assert (await handling(site))["assigned_to"] == "ada"
    answer = await act(site, "assign", BA117, to="ben", force="1")
    assert "1 flight given to ben." in await answer.text()
    assert 'name="force"' not in await page(site)
    assert 'name="force"' in await page(site, f"/flights/{BA117}")


async def test_the_button_of_a_row_is_about_that_row_alone(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "acknowledge", BA117, only=BA119)
    assert await handling(site, BA117) == {}
    assert await handling(site, BA119) != {}


@pytest.mark.parametrize(
    ("what", "form", "status", "said"),
    [
        ("acknowledge", {"flight": "XX1|2026-11-22|LHR|JFK"}, 200, "1 not there any more"),
        ("acknowledge", {"flight": '{"$ne": 1}'}, 200, "1 not there any more"),
        ("acknowledge", {}, 200, "Nothing was marked"),
        ("assign", {"flight": BA117, "to": "eve"}, 400, "there is nobody of that name"),
        ("assign", {"flight": BA117, "to": ""}, 400, "choose to whom"),
        ("assign", {"flight": BA117, "to": "vera"}, 400, "there is nobody of that name who may act"),
        ("snooze", {"flight": BA117, "minutes": "100000"}, 400, "say for how long"),
        ("note", {"flight": BA117, "text": " "}, 200, "write something"),
        ("explode", {"flight": BA117}, 404, ""),
    ],
)
async def test_what_cannot_be_done_is_said(
    site: StaffSite, what: str, form: dict[str, str], status: int, said: str
) -> None:
    await site.log_in()
    answer = await act(site, what, **form)
    assert (answer.status, said in await answer.text()) == (status, True)


async def test_html_in_a_note_is_text(site: StaffSite) -> None:
    await site.log_in()
    shown = await (await act(site, "note", BA117, text="<script>alert(1)</script>")).text()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


@pytest.mark.parametrize("wrong", ["everything", "", "$ne"])
async def test_another_list_than_there_is_is_refused(site: StaffSite, wrong: str) -> None:
    await site.log_in()
    assert (await site.client.get("/", params={"show": wrong})).status == 400


async def test_what_an_act_has_done_is_said_only_where_we_have_signed_it(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site, "/?done=Call+this+number")
    assert "Call this number" not in shown


async def test_the_stream_makes_the_same_rows_as_the_page(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site)
    async with site.client.get("/live/now?show=ours") as answer:
        assert answer.status == 200
        (view,) = [each for each in site.use_cases.site.live.views if each.name == "now"]
        rows = [Row(*each) for each in await view.make()]
    counts = ["#ours", "#attention", "#mine", "#all"]
    assert [each.key for each in rows] == ["#totals", *counts, BA117]
    assert all(each.html.strip() in shown for each in rows)


async def test_how_much_is_in_whose_hands_is_the_same_row_for_all_who_look(site: StaffSite) -> None:
    await site.use_cases.site.office.now.acts.assign([BA117], "ada", "ben")
    mine = '<span data-part="#mine" data-each="{&#34;ben&#34;:1}">'
    for name, count in (("ben", 1), ("vera", 0)):
        await site.log_in(name)
        assert f"{mine}{count}</span>" in await page(site)
        async with site.client.get("/live/now?show=ours"):
            (view,) = [each for each in site.use_cases.site.live.views if each.name == "now"]
            assert Row("#mine", f"{mine}0</span>") in [Row(*each) for each in await view.make()]
