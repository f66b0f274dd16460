"""/tasks and /log: what needs a person, as staff see it, what they do about it, and the log of it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientResponse
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.tasks import Task, TaskKind
from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.staff.live import Row
from tests.support.messages import ANNAS_PHONE
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
BA117, BA119 = "BA117|2026-11-22|LHR|JFK", "BA119|2026-11-22|LHR|JFK"
ANNA = booking(phone=ANNAS_PHONE)
CALL = Task(
    id="call000000",
    kind=TaskKind.CALL,
    flight=BA117,
    booking=ANNA.id,
    summary="BA117 LHR-JFK leaves later; call them",
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
    quote="I wait <b>here</b>",
)
SECRETS = ("Anna", "ABC123", "example", ANNAS_PHONE, "I wait", "tel:")


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Somebody is to call Anna, who is on BA117 and has written, too."""
    async with staff_site(database, mongodb) as found:
        await found.use_cases.desk.take_bookings([ANNA])
        await found.see(row(), row("BA119", departs="15:35"))
        await found.use_cases.desk.tasks.open([CALL, REPLY])
        yield found


async def page(site: StaffSite, path: str = "/tasks", **params: str) -> str:
    answer = await site.client.get(path, params=params)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def listed(site: StaffSite, **params: str) -> list[str]:
    """Give the tasks that are shown, in their order."""
    shown = await page(site, **params)
    return [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]


def links(shown: str, words: str) -> list[str]:
    """Give the addresses that links of these words lead to."""
    found = re.findall(rf'<a href="([^"]*)">{words}</a>', shown)
    return [unescape(each) for each in found]


async def act(site: StaffSite, what: str, *tasks: str, **form: str) -> ClientResponse:
    data = [
        (FORM_FIELD, form_token(await page(site))),
        *(("task", each) for each in tasks),
        *form.items(),
    ]
    return await site.client.post(f"/tasks/{what}", data=data, headers={"Origin": site.url})


async def stored(site: StaffSite, task: str = CALL.id) -> dict[str, Any]:
    found = await site.database["tasks"].find_one({"_id": task})
    assert found is not None
    return found


async def logged(site: StaffSite) -> list[tuple[str, str, str]]:
    found = site.database["audit"].find({"about.thing": {"$ne": "user"}})
    return [(each["by"], each["did"], each["about"]["id"]) async for each in found]


async def test_an_agent_sees_whom_to_call_and_what_they_wrote(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site)
    for words in ("Anna Müller", "ABC123", f'href="tel:{ANNAS_PHONE}"', "I wait &lt;b&gt;here&lt;/b&gt;"):
        assert words in shown, words
    assert 'href="/flights/BA117%7C2026-11-22%7CLHR%7CJFK"' in shown
    assert "BA117 LHR\u2013JFK, 22 Nov" in shown
    assert 'data-until="2026-11-22T14:00:00Z"' in shown


async def test_a_viewer_sees_kinds_flights_and_summaries_and_no_way_to_act(site: StaffSite) -> None:
    await site.log_in("vera")
    shown = await page(site)
    assert CALL.summary in shown
    assert "BA117 LHR\u2013JFK" in shown
    assert all(secret not in shown for secret in SECRETS)
    assert "/tasks/take" not in shown
    assert (await act(site, "take", CALL.id)).status == 403
    assert (await stored(site))["claimed_by"] is None
    assert (await site.client.get("/log")).status == 403


async def test_the_soonest_to_resolve_is_first_and_what_is_overdue_says_so(site: StaffSite) -> None:
    sooner = replace(CALL, id="sooner0000", resolve_by=NOON + timedelta(hours=1))
    await site.use_cases.desk.tasks.open([sooner])
    await site.log_in()
    assert await listed(site) == [sooner.id, CALL.id, REPLY.id]
    assert ">overdue<" not in await page(site)
    site.clock.time = NOON + timedelta(minutes=90)
    assert await listed(site) == [sooner.id, CALL.id, REPLY.id]
    late, *others = (await page(site)).split('<tr data-key="')[1:]
    assert ">overdue<" in late
    assert all("overdue" not in each for each in others)


async def test_a_link_shows_the_newest_first_in_the_same_list_and_another_leads_back(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site, whose="@nobody")
    assert 'aria-sort="ascending">Resolve by' in shown
    (newest,) = links(shown, "Show the newest first")
    other = await page(site, newest)
    assert 'aria-sort="' not in other
    assert [each.split('"')[0] for each in other.split('<tr data-key="')[1:]] == [REPLY.id, CALL.id]
    assert 'data-live="/live/tasks?show=to-do&amp;whose=@nobody&amp;sort=newest"' in other
    assert '<input type="hidden" name="sort" value="newest">' in other
    (back,) = links(other, "Show the soonest to resolve first")
    again = await page(site, back)
    assert [each.split('"')[0] for each in again.split('<tr data-key="')[1:]] == [CALL.id, REPLY.id]


async def test_what_is_done_is_listed_newest_first_unless_asked_otherwise(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "done", CALL.id, REPLY.id)
    assert await listed(site, show="done") == [REPLY.id, CALL.id]
    assert await listed(site, show="done", sort="due") == [CALL.id, REPLY.id]


async def test_tasks_are_found_by_kind_state_person_and_flight(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "take", CALL.id)
    assert await listed(site, kind="call") == [CALL.id]
    assert await listed(site, show="open") == [REPLY.id]
    assert await listed(site, show="taken") == [CALL.id]
    assert await listed(site, whose="@me") == [CALL.id]
    assert await listed(site, whose="@nobody") == [REPLY.id]
    assert await listed(site, whose="ada") == []
    assert await listed(site, flight=BA117) == [CALL.id]
    assert await listed(site, flight="ba117") == [CALL.id]
    assert await listed(site, flight=BA119) == []
    await act(site, "done", CALL.id)
    assert await listed(site, show="done") == [CALL.id]
    assert await listed(site, whose="@me") == []


async def test_a_text_that_means_several_flights_is_asked_about(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site, flight="LHR-JFK")
    assert "may be several flights" in shown
    assert "BA119 LHR\u2013JFK, 22 Nov" in shown
    assert CALL.summary not in shown
    assert "We know no flight that XX99 could mean" in await page(site, flight="XX99")


@pytest.mark.parametrize("sort", ["", "newest"])
async def test_long_lists_have_pages(site: StaffSite, sort: str) -> None:
    many = [
        replace(CALL, id=f"many{number:06}", created_at=NOON + number * MINUTE + MINUTE)
        for number in range(120)
    ]
    await site.use_cases.desk.tasks.open(many)
    await site.log_in()
    seen: list[str] = []
    shown = await page(site, kind="call", sort=sort)
    while 'rel="next"' in shown:
        seen += [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]
        address = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        shown = await page(site, address)
    seen += [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]
    expected = [CALL.id, *(task.id for task in many)]
    assert seen == (expected[::-1] if sort else expected)
    assert "call (121)" in shown


@pytest.mark.parametrize(
    ("what", "form", "changed", "said"),
    [
        ("take", {}, {"claimed_by": "ben", "state": "claimed"}, "1 task taken."),
        ("give", {"to": "ada"}, {"claimed_by": "ada", "state": "claimed"}, "1 task given to ada."),
        ("done", {"text": "told her"}, {"state": "done"}, "1 task done."),
        ("note", {"text": "rang twice"}, {"state": "open"}, "1 task noted."),
    ],
)
async def test_an_act_is_done_said_and_logged(
    site: StaffSite, what: str, form: dict[str, str], changed: dict[str, object], said: str
) -> None:
    await site.log_in()
    answer = await act(site, what, CALL.id, **form)
    assert (answer.status, said in await answer.text()) == (200, True)
    found = await stored(site)
    assert {name: found[name] for name in changed} == changed
    assert [(by, about) for by, _, about in await logged(site)] == [("ben", CALL.id)]
    if "text" in form:
        assert form["text"] in found["trace"][-1]


async def test_what_is_about_all_on_a_flight_leads_to_it(site: StaffSite) -> None:
    rebook = replace(CALL, id="rebook0000", kind=TaskKind.REBOOK, booking=None)
    await site.use_cases.desk.tasks.open([rebook])
    await site.log_in()
    assert "all on the flight" not in await page(site, kind="call")
    assert ">all on the flight</a>" in await page(site, kind="rebook")


async def test_many_tasks_are_given_back_and_opened_again_at_once(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "take", CALL.id, REPLY.id)
    assert "2 tasks free for anybody." in await (await act(site, "release", CALL.id, REPLY.id)).text()
    await act(site, "done", CALL.id, REPLY.id)
    assert "2 tasks open again." in await (await act(site, "reopen", CALL.id, REPLY.id)).text()
    assert (await stored(site))["state"] == "open"


async def test_what_a_colleague_has_is_not_taken_and_it_is_said_who(site: StaffSite) -> None:
    await site.use_cases.site.office.tasks.acts.assign([CALL.id], "ada")
    await site.log_in()
    answer = await act(site, "take", CALL.id, REPLY.id)
    assert "1 task taken; 1 in somebody else&#39;s hands (ada)." in await answer.text()
    answer = await act(site, "give", CALL.id, to="ben")
    assert "1 in somebody else&#39;s hands (ada)." in await answer.text()


@pytest.mark.parametrize(
    ("what", "form", "status", "said"),
    [
        ("take", {"task": "unknown"}, 200, "1 not there any more"),
        ("take", {"task": '{"$ne": 1}'}, 200, "1 not there any more"),
        ("take", {}, 200, "Nothing was marked"),
        ("give", {"task": CALL.id, "to": "eve"}, 400, "there is nobody of that name"),
        ("give", {"task": CALL.id, "to": ""}, 400, "choose to whom"),
        ("give", {"task": CALL.id, "to": "vera"}, 400, "there is nobody of that name who may act"),
        ("note", {"task": CALL.id, "text": " "}, 200, "write something"),
        ("release", {"task": CALL.id}, 200, "in nobody&#39;s hands"),
        ("explode", {"task": CALL.id}, 404, ""),
    ],
)
async def test_what_cannot_be_done_is_said(
    site: StaffSite, what: str, form: dict[str, str], status: int, said: str
) -> None:
    await site.log_in()
    answer = await act(site, what, **form)
    assert (answer.status, said in await answer.text()) == (status, True)


async def test_an_act_without_the_token_of_a_form_is_refused(site: StaffSite) -> None:
    await site.log_in()
    data = {"task": CALL.id, FORM_FIELD: "forged"}
    answer = await site.client.post("/tasks/take", data=data, headers={"Origin": site.url})
    assert answer.status == 403
    assert (await stored(site))["claimed_by"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "$ne"},
        {"show": "everything"},
        {"sort": "$gt"},
        {"whose": "x" * 101},
        {"whose": "a\0b"},
        {"flight": "<script>"},
        {"flight": "x" * 5000},
    ],
)
@pytest.mark.parametrize("path", ["/tasks", "/live/tasks"])
async def test_what_cannot_be_read_is_refused(site: StaffSite, path: str, wrong: dict[str, str]) -> None:
    await site.log_in()
    assert (await site.client.get(path, params=wrong)).status == 400


@pytest.mark.parametrize("wrong", [{"after": "../../etc/passwd"}, {"before": "%00"}, {"after": "$gt"}])
async def test_a_place_that_no_list_gave_is_refused_and_its_stream_stays_empty(
    site: StaffSite, wrong: dict[str, str]
) -> None:
    await site.log_in()
    assert (await site.client.get("/tasks", params=wrong)).status == 400
    async with site.client.get("/live/tasks", params=wrong):
        (view,) = [each for each in site.use_cases.site.live.views if each.name == "tasks"]
        assert [Row(*each).key for each in await view.make()] == ["#kinds"]


@pytest.mark.parametrize(("sort", "order"), [("", [CALL.id, REPLY.id]), ("newest", [REPLY.id, CALL.id])])
async def test_the_stream_makes_the_same_rows_as_the_page(
    site: StaffSite, sort: str, order: list[str]
) -> None:
    await site.log_in("vera")
    shown = await page(site, sort=sort)
    async with site.client.get("/live/tasks", params={"show": "to-do", "sort": sort}) as answer:
        assert answer.status == 200
        (view,) = [each for each in site.use_cases.site.live.views if each.name == "tasks"]
        rows = [Row(*each) for each in await view.make()]
    assert [each.key for each in rows] == ["#kinds", *order]
    assert all(each.html.strip() in shown for each in rows)


# The log


async def test_the_log_tells_who_did_what_in_words(site: StaffSite) -> None:
    await site.log_in()
    await act(site, "take", CALL.id)
    site.clock.move(MINUTE)
    await act(site, "done", CALL.id, text="Anna is at the gate")
    site.clock.move(MINUTE)
    await act(site, "give", REPLY.id, to="ada")
    site.clock.move(MINUTE)
    await site.use_cases.site.office.now.acts.hold([BA117], "ada")
    shown = await page(site, "/log")
    for words in ("took task call000000", "gave task reply00000 to ada", "held the messages of"):
        assert words in " ".join(shown.split()), words
    assert "Anna" not in shown
    assert shown.index("held the messages of") < shown.index("finished") < shown.index("took task")
    theirs = await page(site, "/log", by="ada")
    assert "held the messages of" in theirs
    assert "finished" not in theirs
    about = await page(site, "/log", thing="task", id=CALL.id)
    assert "finished" in about
    assert "held the messages of" not in about


@pytest.mark.parametrize(
    "wrong", [{"thing": "$ne", "id": "x"}, {"after": "x"}, {"by": "\0"}, {"by": "x" * 101}]
)
async def test_a_log_of_nothing_that_there_is_is_refused(site: StaffSite, wrong: dict[str, str]) -> None:
    await site.log_in()
    assert (await site.client.get("/log", params=wrong)).status == 400
