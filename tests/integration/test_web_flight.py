"""/flights/FLIGHT: the whole story of a flight, to each what they may see, and the evidence of a claim."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase
from pypdf import PdfReader

from flightagents.domain.tasks import Task, TaskKind
from flightagents.store.tasks import MongoTasks
from flightagents.web.access.gate import FORM_FIELD
from tests.support.agency import BA117
from tests.support.messages import ANNA
from tests.support.office import StaffSite, staff_site
from tests.support.rows import DAY, MINUTE, NOON, row
from tests.support.travellers import booking
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
PAGE = f"/flights/{quote(BA117)}"
BEN = booking(reference="XYZ789", email="ben@example.com", name="Ben <i>Ito</i>")
BACK = 'name="back" value="'
PERSONAL = ("Anna", "Müller", "ABC123", ANNA, "Ito", "XYZ789", "ben@", "at the gate", "Please call")


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Anna and Ben are on BA117, which is five hours late and has another gate; Anna waits for a call."""
    async with staff_site(database, mongodb) as found:
        await found.use_cases.desk.take_bookings([booking(), BEN])
        await found.see(row(departure={"gate": "B32"}), row("AA6142", operated_by="BA117"))
        late = row(delay=320, departure={"gate": "C<b>4</b>"})
        await found.see(late, at=NOON + 2 * MINUTE)
        task = Task(
            id="t1",
            kind=TaskKind.CALL,
            flight=BA117,
            booking=booking().id,
            summary="ABC123: Please call",
            quote="I am at the gate <script>alert(1)</script>",
            created_at=NOON + 3 * MINUTE,
            resolve_by=NOON + timedelta(hours=2),
        )
        await MongoTasks(found.database).open([task])
        yield found


async def look(site: StaffSite, who: str = "ben", path: str = PAGE, **query: str) -> tuple[int, str]:
    await site.log_in(who)
    answer = await site.client.get(path, params=query)
    return answer.status, await answer.text()


def choice(page: str, name: str) -> str:
    """Give the key of a traveller among those to choose from."""
    before = page.partition('<select id="booking"')[2].partition(f">{name}")[0]
    return before.rpartition('<option value="')[2].rstrip('"')


async def test_the_head_says_how_the_flight_stands(site: StaffSite) -> None:
    status, page = await look(site)
    assert status == 200
    for text in (
        "London Heathrow (LHR) to John F Kennedy International, New York (JFK)",
        "delayed 5 h 20",
        "AA6142",
        'title="2026-11-22 19:55 UTC"',
        "Last seen in the feed: <time",
        "C&lt;B&gt;4&lt;/B&gt;",
    ):
        assert text in page, text
    assert "<B>4" not in page


async def test_the_story_tells_changes_with_their_records_newest_first(site: StaffSite) -> None:
    _, page = await look(site)
    story = page.partition('<ol class="timeline"')[2].partition("</ol>")[0]
    order = ["Task open", "Email to", "Delayed", "First seen"]
    places = [story.index(each) for each in order]
    assert places == sorted(places)
    assert "5 h 20 behind the first schedule" in story
    assert "Because the feed gave another delay." in story
    assert "<code>2026-11-22T14:35:00+00:00</code>" in story
    assert "delay 320" in story


async def test_an_agent_sees_who_was_written_to_and_what_they_said(site: StaffSite) -> None:
    _, page = await look(site)
    for text in ("Anna Müller", "Ben &lt;i&gt;Ito&lt;/i&gt;", "ABC123", "I am at the gate &lt;script&gt;"):
        assert text in page, text
    assert "<script>alert" not in page
    assert booking().id not in page


async def test_a_viewer_sees_the_story_and_nobody_in_it(site: StaffSite) -> None:
    status, page = await look(site, "vera")
    assert status == 200
    assert "to a traveller: leaves later" in page
    assert [each for each in PERSONAL if each in page] == []
    assert "Delayed" in page
    assert "delay 320" in page


async def act(site: StaffSite, what: str, **form: str) -> str:
    """Press a button of the flight's page; give the page that it leads to."""
    _, page = await look(site)
    back = unescape(page.partition(BACK)[2].partition('"')[0])
    data = {FORM_FIELD: form_token(page), "flight": BA117, "back": back, **form}
    answer = await site.client.post(f"/now/{what}", data=data, headers={"Origin": site.url})
    assert (answer.status, answer.url.path) == (200, f"/flights/{BA117}")
    return await answer.text()


async def test_what_staff_do_on_the_page_stands_in_it_and_in_its_story(site: StaffSite) -> None:
    _, page = await look(site)
    assert "in nobody's hands" in unescape(page)
    for what, form, told in (
        ("take", {}, "ben took the flight"),
        ("acknowledge", {}, "ben saw the flight"),
        ("snooze", {"minutes": "60"}, 'ben put off the flight until <time datetime="2026-11-22T13:02:00Z"'),
        ("note", {"text": "gate <b>agent</b> called"}, "gate &lt;b&gt;agent&lt;/b&gt; called"),
        ("hold", {}, "ben held the messages of the flight"),
        ("drop", {}, "ben gave back the flight"),
        ("assign", {"to": "ada"}, "ben gave the flight to ada"),
        ("release", {}, "ben released the messages of the flight"),
    ):
        page = await act(site, what, **form)
        story = page.partition('<ol class="timeline"')[2]
        assert told in " ".join(story.split()), what
    assert "in the hands of ada" in page
    assert "put off until" in page.partition('id="hand"')[2].partition("</section>")[0]
    status, page = await look(site, "vera")
    assert status == 200
    assert "ben wrote a note on the flight" in " ".join(page.split())
    assert "in the hands of ada" in page
    assert [each for each in ("called", "/now/", 'id="acts"') if each in page] == []


async def test_a_flight_without_trouble_offers_what_makes_sense(site: StaffSite) -> None:
    await site.see(row("BA9", route="LHR-MAD"), at=NOON + 5 * MINUTE)
    _, page = await look(site, path="/flights/BA9%7C2026-11-22%7CLHR%7CMAD")
    for act, offered in (
        ("take", True),
        ("assign", True),
        ("note", True),
        ("hold", True),
        ("acknowledge", False),
        ("snooze", False),
        ("release", False),
        ("drop", False),
    ):
        assert (f'formaction="/now/{act}"' in page) is offered, act


async def test_acts_on_messages_and_tasks_stand_in_the_story(site: StaffSite) -> None:
    rows = [each["_id"] async for each in site.database["notifications"].find({"booking": BEN.id})]
    floor = site.use_cases.site.office
    await floor.api.on_messages.hold_messages(rows[:1], "ben")
    await floor.api.on_tasks.assign(["t1"], "ben")
    _, page = await look(site)
    words = " ".join(page.split())
    assert f'ben held <a href="/messages/{rows[0]}">an email</a> to Ben &lt;i&gt;Ito&lt;/i&gt;' in words
    assert "ben took the task “call”, Anna Müller" in words


async def test_many_messages_alike_are_one_line(site: StaffSite) -> None:
    await site.use_cases.desk.take_bookings([booking(reference="QQQ111", email="q@example.com")])
    await site.see(row(delay=400), at=NOON + 5 * MINUTE)
    _, page = await look(site)
    # Those of the first news, which the second took the place of, and those of the second.
    assert page.count("3 emails to travellers: leaves later") == 2
    assert page.count("To whom, and in which words") == 2


async def test_hints_about_rights_have_their_source_and_date(site: StaffSite) -> None:
    _, page = await look(site, "vera")
    assert "Hints, no legal advice" in page
    assert "GBP 520" in page
    assert 'href="https://www.legislation.gov.uk/eur/2004/261" target="_blank" rel="noreferrer"' in page
    assert "compared with the law of <time" in page


async def test_a_flight_that_became_another_leads_to_it_and_back(site: StaffSite) -> None:
    tomorrow = DAY + timedelta(days=1)
    new = row(day=tomorrow, departs="00:20", arrives="03:20")
    for minutes in (10, 12):
        await site.see(new, at=NOON + minutes * MINUTE)
    await site.use_cases.watch()
    moved = f"/flights/{quote(BA117.replace('22', '23'))}"
    assert f'href="{moved}"' in (await look(site))[1]
    assert f'href="{PAGE}"' in (await look(site, path=moved))[1]


@pytest.mark.parametrize("suffix", ["pdf", "json"])
async def test_the_evidence_of_one_traveller_names_nobody_else(site: StaffSite, suffix: str) -> None:
    _, page = await look(site)
    key = choice(page, "Anna Müller")
    answer = await site.client.get(f"{PAGE}/evidence.{suffix}", params={"booking": key})
    assert answer.status == 200
    name = f"BA117-2026-11-22-LHR-JFK-ABC123.{suffix}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    text = _text(await answer.read())
    assert "ABC123" in text
    assert "XYZ789" not in text
    assert "Acme Travel" in text
    assert not re.search(r"\bben\b", text)  # whose login it is


@pytest.mark.parametrize("suffix", ["pdf", "json"])
async def test_a_viewers_evidence_is_about_the_flight_alone(site: StaffSite, suffix: str) -> None:
    _, page = await look(site)
    key = choice(page, "Anna Müller")
    await site.log_in("vera")
    answer = await site.client.get(f"{PAGE}/evidence.{suffix}")
    text = _text(await answer.read())
    assert [each for each in PERSONAL if each in text] == []
    assert "320" in text or "19:55" in text
    refused = await site.client.get(f"{PAGE}/evidence.{suffix}", params={"booking": key})
    assert refused.status == 403


def _text(body: bytes) -> str:
    if body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return json.dumps(json.loads(body), ensure_ascii=False)


async def test_an_agents_whole_evidence_names_all(site: StaffSite) -> None:
    await site.log_in("ben")
    text = await (await site.client.get(f"{PAGE}/evidence.json", params={"booking": ""})).text()
    assert "ABC123" in text
    assert "XYZ789" in text


async def test_a_key_is_of_one_flight_and_no_id_is_one(site: StaffSite) -> None:
    _, page = await look(site)
    key = choice(page, "Anna Müller")
    assert len(key) == 16
    await site.see(row("BA9", route="LHR-MAD"), at=NOON + 5 * MINUTE)
    for path, given in (
        ("/flights/BA9%7C2026-11-22%7CLHR%7CMAD", key),
        (PAGE, booking().id),
        (PAGE, "$ne"),
        (PAGE, "k" * 3000),
    ):
        assert (await look(site, path=f"{path}/evidence.json", booking=given))[0] == 404


@pytest.mark.parametrize(
    "flight",
    [
        "BA118|2026-11-22|LHR|JFK",
        "nonsense",
        "BA117|2026-13-45|LHR|JFK",
        "BA117|2026-11-22|LHR|JFK\0",
        '{"$ne":""}|2026-11-22|LHR|JFK',
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "A" * 4000,
    ],
)
async def test_what_is_no_flight_of_ours_is_not_found(site: StaffSite, flight: str) -> None:
    for suffix in ("", "/evidence.pdf", "/evidence.json"):
        status, page = await look(site, path=f"/flights/{quote(flight, safe='')}{suffix}")
        assert status == 404
        assert "<script>" not in page


async def test_the_stream_follows_story_head_and_rights(site: StaffSite) -> None:
    _, page = await look(site)
    live = page.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    async with site.client.get(live) as answer:
        read = await _until(answer, "320")
        assert '"#head"' in read
        assert '"#rights"' in read
        assert "Anna Müller" in read
        await site.see(row(delay=320, departure={"gate": "D9"}), at=NOON + 6 * MINUTE)
        assert "D9" in await _until(answer, "gate_changed")
        await site.use_cases.site.office.now.acts.note([BA117], "ben", "Anna Müller called")
        assert "ben wrote" in await _until(answer, "Anna Müller called")
    await site.log_in("vera")
    async with site.client.get(live) as answer:
        read = await _until(answer, "delayed 5 h 20")
        assert [each for each in PERSONAL if each in read] == []


async def _until(answer: Any, text: str) -> str:  # noqa: ANN401 - an answer of aiohttp
    read = ""
    while text not in read:
        read += (await answer.content.readline()).decode()
    return read


async def test_what_is_no_flight_is_not_followed(site: StaffSite) -> None:
    assert (await look(site, "vera", "/live/flight", flight="x1"))[0] == 404
    assert (await look(site, "vera", "/live/flight", flight=""))[0] == 404


async def test_a_flight_of_which_nothing_is_kept_is_an_empty_list(site: StaffSite) -> None:
    await site.log_in("vera")
    live = site.use_cases.site.live
    async with site.client.get("/live/flight", params={"flight": BA117.replace("2026", "2025")}) as answer:
        assert answer.status == 200
        with structlog.testing.capture_logs() as lines:
            await live.catch_up()
    assert [line for line in lines if line["log_level"] == "error"] == []
