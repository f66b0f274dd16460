"""/messages: the ledger as staff see it, one row with its words, and what they do about it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.staff.live import Row
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
BA117 = "BA117|2026-11-22|LHR|JFK"
UNKNOWN = "f" * 32
WORDS = {"text": "BA117 leaves at 16:05", "subject": "BA117 is late", "html": "<p>BA117 <b>late</b></p>"}
SECRETS = ("Anna", "ABC123", ANNA, ANNAS_PHONE, "XYZ789", "leaves at 16:05", "BA117 is late", "SM42", "tina@")


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """Anna is on BA117 and Ben on BA119; both flights are 90 minutes late, and nothing is sent yet."""
    async with staff_site(database, mongodb) as found:
        bens = booking(segment("BA119"), reference="XYZ789", email="tina@example.org", name="Ben Berg")
        await found.use_cases.desk.take_bookings([booking(phone=ANNAS_PHONE), bens])
        await found.see(row(), row("BA119", departs="15:35"))
        late = row(delay=90), row("BA119", departs="15:35", delay=90)
        await found.see(*late, at=NOON + MINUTE)
        await found.see(*late, at=NOON + 3 * MINUTE)
        yield found


async def page(site: StaffSite, path: str = "/messages", **params: str) -> str:
    answer = await site.client.get(path, params=params)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def listed(site: StaffSite, **params: str) -> list[str]:
    """Give the rows that are shown, in their order."""
    shown = await page(site, **params)
    return [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]


async def the_row(site: StaffSite, **wanted: object) -> str:
    """Give the id of Anna's email, or of what is wanted."""
    found = await site.database["notifications"].find_one({"flight": BA117, "channel": "email", **wanted})
    assert found is not None
    return str(found["_id"])


async def stored(site: StaffSite, message: str) -> dict[str, Any]:
    found = await site.database["notifications"].find_one({"_id": message})
    assert found is not None
    return found


async def becomes(site: StaffSite, id_: str, **fields: object) -> None:
    await site.database["notifications"].update_one({"_id": id_}, {"$set": fields})


async def post(site: StaffSite, path: str, *messages: str, **form: str) -> ClientResponse:
    data = [
        (FORM_FIELD, form_token(await page(site))),
        *(("message", each) for each in messages),
        *form.items(),
    ]
    return await site.client.post(f"/messages/{path}", data=data, headers={"Origin": site.url})


async def logged(site: StaffSite) -> list[tuple[str, str, str]]:
    """Give the acts by what was done: they are all of one moment."""
    found = site.database["audit"].find({"about.thing": {"$ne": "user"}})
    return sorted([(each["by"], each["did"], each["about"]["id"]) async for each in found])


async def test_an_agent_sees_what_was_said_to_whom_and_why(site: StaffSite) -> None:
    await site.log_in()
    shown = await page(site)
    for words in ("Anna Müller", "ABC123", "leaves later", "waits to be sent", "BA117 LHR\u2013JFK, 22 Nov"):
        assert words in shown, words
    plain = "differs enough from what the person was told last"
    assert plain not in shown  # said of nearly each row it would drown the other reasons
    assert plain in (await page(site, f"/messages/{await the_row(site)}")).lower()


async def test_a_viewer_sees_no_reference_word_or_address_anywhere(site: StaffSite) -> None:
    message = await the_row(site)
    trace = [f"2026-11-22T12:01:00Z refused: no such mailbox {ANNA}"]
    await becomes(site, message, message=WORDS, provider_id="SM42", state="failed", trace=trace)
    await site.log_in("vera")
    for path in ("/messages", f"/messages/{message}"):
        shown = await page(site, path)
        assert "leaves later" in shown
        assert all(secret not in shown for secret in SECRETS)
        assert 'id="acts"' not in shown
    assert (await site.client.get("/messages", params={"reference": "ABC123"})).status == 403
    assert (await post(site, "hold", message)).status == 403
    assert (await post(site, f"{message}/resend", channel="sms")).status == 403


async def test_messages_are_found_by_what_they_have(site: StaffSite) -> None:
    await site.log_in()
    everything, mine = set(await listed(site)), await the_row(site)
    annas = set(await listed(site, reference="abc123"))
    assert mine in annas < everything
    assert set(await listed(site, flight="BA117")) == annas == set(await listed(site, flight=BA117))
    assert await listed(site, flight=BA117, channel="email") == [mine]
    assert await listed(site, to="staff") == []
    assert (
        set(await listed(site, to="travellers", said="later", state="pending", reason="news")) == everything
    )
    assert await listed(site, state="dead") == []
    assert await listed(site, held="yes") == []
    assert set(await listed(site, since="2026-11-22", until="2026-11-22")) == everything
    assert await listed(site, since="2026-11-23") == await listed(site, until="2026-11-21") == []
    assert await listed(site, flight="XX99") == []


async def test_long_lists_have_pages(site: StaffSite) -> None:
    ledger = site.database["notifications"]
    one = await stored(site, await the_row(site))
    await ledger.insert_many(
        [{**one, "_id": f"{number:032x}", "created_at": NOON + number * MINUTE} for number in range(110)]
    )
    await site.log_in()
    seen: list[str] = []
    shown = await page(site, flight=BA117, channel="email")
    while 'rel="next"' in shown:
        seen += [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]
        shown = await page(site, shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&"))
    seen += [each.split('"')[0] for each in shown.split('<tr data-key="')[1:]]
    assert (len(seen), len(set(seen)), seen[0]) == (111, 111, f"{109:032x}")


async def test_an_agent_reads_the_words_that_were_sent_and_what_became_of_them(site: StaffSite) -> None:
    message = await the_row(site)
    trace = ["2026-11-22T12:01:00Z decided: news", "2026-11-22T12:02:00Z receipt: delivered: 250 ok"]
    await becomes(site, message, message=WORDS, provider_id="SM42", state="delivered", trace=trace)
    await site.log_in()
    shown = await page(site, f"/messages/{message}")
    for words in ("BA117 is late", "BA117 leaves at 16:05", "SM42", "receipt: delivered: 250 ok", ANNA):
        assert words in shown, words
    assert "&lt;p&gt;BA117 &lt;b&gt;late" in shown
    assert "<b>late" not in shown


async def test_a_message_is_held_released_and_tried_again(site: StaffSite) -> None:
    message = await the_row(site)
    await site.log_in()
    assert "1 message held." in await (await post(site, "hold", message)).text()
    assert (await stored(site, message))["hold"] is True
    assert await listed(site, held="yes") == [message]
    assert "1 message released." in await (await post(site, "release", only=message)).text()
    assert (await stored(site, message))["hold"] is False
    answer = await post(site, "again", message)
    assert "neither given up nor refused" in await answer.text()
    await becomes(site, message, state="dead")
    answer = await post(site, "again", message, back=f"/messages/{message}")
    assert (answer.url.path, (await stored(site, message))["state"]) == (f"/messages/{message}", "pending")
    assert "1 message on the way again." in await answer.text()
    assert await logged(site) == [
        ("ben", "held", message),
        ("ben", "released", message),
        ("ben", "replayed", message),
    ]


async def test_sending_again_what_was_told_asks_first(site: StaffSite) -> None:
    message = await the_row(site)
    await becomes(site, message, state="accepted")
    site.clock.time = NOON + 15 * MINUTE
    await site.log_in()
    asked = await post(site, f"{message}/resend", channel="email")
    shown = await asked.text()
    assert (asked.status, "confirm to send it again" in shown) == (409, True)
    assert "Yes, send it again by email" in shown
    sent = await post(site, f"{message}/resend", channel="email", again="yes")
    assert "Sent by email: it is on its way." in await sent.text()
    new = sent.url.path.removeprefix("/messages/")
    assert new != message
    assert (await stored(site, new))["state"] == "pending"
    assert await logged(site) == [("ben", "resent", new)]


async def test_what_cannot_be_sent_says_why(site: StaffSite) -> None:
    message = await the_row(site)
    await site.log_in()
    answer = await post(site, f"{message}/resend", channel="email")
    assert (answer.status, "it waits to be sent there already" in await answer.text()) == (409, True)
    assert (await post(site, f"{message}/resend", channel="pigeon")).status == 400
    assert await logged(site) == []


@pytest.mark.parametrize("path", [UNKNOWN, "..%2Fetc", "%24ne", "A%00", "x" * 3000])
async def test_no_such_message_is_not_found(site: StaffSite, path: str) -> None:
    await site.log_in()
    assert (await site.client.get(f"/messages/{path}")).status == 404
    assert (await post(site, f"{path}/resend", channel="email")).status == 404


@pytest.mark.parametrize(
    ("what", "form", "status", "said"),
    [
        ("hold", {"message": UNKNOWN}, 200, "1 not waiting to be sent"),
        ("hold", {"message": '{"$ne": 1}'}, 200, "1 not waiting to be sent"),
        ("hold", {}, 200, "Nothing was marked"),
        ("explode", {"message": UNKNOWN}, 404, ""),
    ],
)
async def test_what_cannot_be_done_is_said(
    site: StaffSite, what: str, form: dict[str, str], status: int, said: str
) -> None:
    await site.log_in()
    answer = await post(site, what, **form)
    assert (answer.status, said in await answer.text()) == (status, True)


async def test_an_act_without_the_token_of_a_form_is_refused(site: StaffSite) -> None:
    message = await the_row(site)
    await site.log_in()
    data = {"message": message, FORM_FIELD: "forged"}
    for path in ("hold", f"{message}/resend"):
        answer = await site.client.post(f"/messages/{path}", data=data, headers={"Origin": site.url})
        assert answer.status == 403
    assert (await stored(site, message))["hold"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "$ne"},
        {"said": "everything"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"after": "../../etc/passwd"},
        {"reference": "x" * 101},
        {"reference": "\0"},
        {"flight": "<script>"},
    ],
)
async def test_what_cannot_be_read_is_refused(site: StaffSite, wrong: dict[str, str]) -> None:
    await site.log_in()
    assert (await site.client.get("/messages", params=wrong)).status == 400


async def test_the_streams_make_the_same_rows_as_the_pages(site: StaffSite) -> None:
    message = await the_row(site)
    await site.log_in("vera")
    for path, live in (
        ("/messages", "/live/messages"),
        (f"/messages/{message}", f"/live/message?id={message}"),
    ):
        shown = await page(site, path)
        async with site.client.get(live) as answer:
            assert answer.status == 200
            (view,) = [each for each in site.use_cases.site.live.views if each.name != "counts"]
            rows = [Row(*each) for each in await view.make()]
        assert rows
        if path == "/messages":
            assert all(each.html.strip() in shown for each in rows)
