"""Twilio's webhooks over HTTP: what is not signed for our public address changes nothing."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Receipt
from flightagents.domain.replies import Answered, InboundSms
from flightagents.domain.tasks import TaskKind
from flightagents.sandbox.sms import segments
from flightagents.sandbox.twilio import signature, twilio_server
from flightagents.web import twilio
from flightagents.web.twilio import INBOUND, STATUS
from tests.support.agency import Agency
from tests.support.messages import ANNAS_PHONE
from tests.support.pages import fallbacks
from tests.support.travellers import booking
from tests.support.website import PUBLIC_URL, TWILIO_TOKEN, Website, signed

STOP = {"MessageSid": "SM1", "From": ANNAS_PHONE, "To": "+12025550199", "Body": "STOP"}
DELIVERED = {"MessageSid": "SM9", "MessageStatus": "delivered", "To": ANNAS_PHONE}
BY_ROW = f"{STATUS}?row=row-1"


async def website(**differs: Any) -> Website:  # noqa: ANN401 - any of its arguments
    agency = Agency()
    await agency.books(booking(phone=ANNAS_PHONE, language="fr"))
    return Website(agency, **differs)


async def allows_sms(site: Website) -> bool:
    (booked,) = await site.agency.bookings.everyone()
    return booked.allows(Channel.SMS)


# What people write


async def test_a_signed_stop_ends_sms_and_is_not_answered() -> None:
    site = await website()
    async with site.open() as client:
        response = await client.post(INBOUND, data=STOP, headers=signed(INBOUND, STOP))
        assert response.status == 200
        assert response.content_type == "text/xml"
        assert "<Message>" not in await response.text()
    assert not await allows_sms(site)


async def test_a_reply_is_answered_once_in_one_segment() -> None:
    site = await website(name="Agence <Été> & Œuvres", phone="+33 1 23 45 67 89")
    form = STOP | {"Body": "À quelle heure ? <b>"}
    async with site.open() as client:
        first = await (await client.post(INBOUND, data=form, headers=signed(INBOUND, form))).text()
        again = await (await client.post(INBOUND, data=form, headers=signed(INBOUND, form))).text()
    assert "<Message>Agence &lt;Été&gt; &amp; OEuvres: Message bien recu" in first, "ç and Œ are not GSM-7"
    assert "+33 1 23 45 67 89" in first
    assert segments(first.partition("<Message>")[2].partition("</Message>")[0]) == 1
    assert "<Message>" not in again
    (task,) = site.agency.tasks.of_kind(TaskKind.REPLY)
    assert task.quote == "À quelle heure ? <b>"


async def test_an_answer_that_nobody_has_translated_is_counted() -> None:
    site = await website()
    await site.agency.books(booking(phone=ANNAS_PHONE, language="ja"))
    form = STOP | {"Body": "?"}
    before = fallbacks("ja")
    async with site.open() as client:
        answer = await (await client.post(INBOUND, data=form, headers=signed(INBOUND, form))).text()
    assert "We have your message, but this number is not read straight away." in answer
    assert fallbacks("ja") == before + 1


async def test_a_stranger_is_answered_in_english_and_that_is_no_gap() -> None:
    site = await website()
    form = STOP | {"Body": "?", "From": "+447700900999"}
    before = fallbacks("unknown")
    async with site.open() as client:
        answer = await (await client.post(INBOUND, data=form, headers=signed(INBOUND, form))).text()
    assert "We have your message" in answer
    assert fallbacks("unknown") == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "AAAA"},
        signed(INBOUND, STOP, token="another token"),
        signed(INBOUND, STOP, url="https://evil.example"),
        signed(INBOUND, STOP, url="http://alerts.agency.example"),
        signed(STATUS, STOP),
        signed(f"{INBOUND}?x=1", STOP),
        signed(INBOUND, STOP | {"From": "+447700900999"}),
        signed(INBOUND, STOP) | {"Host": "evil.example"} | signed(INBOUND, STOP, url="https://evil.example"),
    ],
)
async def test_what_is_not_signed_for_us_changes_nothing(headers: dict[str, str]) -> None:
    site = await website()
    async with site.open() as client:
        for path in (INBOUND, STATUS):
            form = STOP if path == INBOUND else DELIVERED
            assert (await client.post(path, data=form, headers=headers)).status == 403
    assert await allows_sms(site)
    assert site.reports.taken == []


async def test_behind_a_proxy_the_public_address_counts() -> None:
    site = await website()
    async with site.open() as client:
        headers = signed(INBOUND, STOP) | {"Host": "10.0.0.7:6066", "X-Forwarded-Proto": "http"}
        assert (await client.post(INBOUND, data=STOP, headers=headers)).status == 200
    assert not await allows_sms(site)


async def test_a_public_address_may_have_a_path() -> None:
    url = f"{PUBLIC_URL}/flights"
    site = await website(public_url=url)
    async with site.open() as client:
        headers = signed(INBOUND, STOP, url=url)
        assert (await client.post(INBOUND, data=STOP, headers=headers)).status == 200
        assert (await client.post(INBOUND, data=STOP, headers=signed(INBOUND, STOP))).status == 403


@pytest.mark.parametrize("missing", ["public_url", "twilio_token"])
async def test_without_its_settings_a_webhook_is_refused(missing: str) -> None:
    site = await website(**{missing: ""})
    url = "" if missing == "public_url" else PUBLIC_URL
    token = "" if missing == "twilio_token" else TWILIO_TOKEN
    async with site.open() as client:
        headers = {"X-Twilio-Signature": signature(f"{url}{INBOUND}", STOP, token)}
        assert (await client.post(INBOUND, data=STOP, headers=headers)).status == 403
    assert await allows_sms(site)


async def test_a_body_that_is_no_form_is_refused() -> None:
    site = await website()
    async with site.open() as client:
        empty = signed(INBOUND, {})
        assert (await client.post(INBOUND, json=STOP, headers=empty)).status == 403
        assert (await client.post(INBOUND, headers=empty)).status == 403
        unreadable = empty | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await client.post(INBOUND, data=b"Body=\xff", headers=unreadable)).status == 403
        nobody = {"Body": "STOP"}
        assert (await client.post(INBOUND, data=nobody, headers=signed(INBOUND, nobody))).status == 400


async def test_nothing_that_somebody_wrote_is_in_a_log() -> None:
    site = await website()
    form = STOP | {"Body": "my secret plans"}
    with structlog.testing.capture_logs() as lines:
        async with site.open() as client:
            await client.post(INBOUND, data=form, headers={"X-Twilio-Signature": "AAAA"})
            await client.post(INBOUND, data=form, headers=signed(INBOUND, form))
    assert [line["reason"].partition(":")[0] for line in lines] == ["wrong signature"]
    for secret in ("secret plans", ANNAS_PHONE, ANNAS_PHONE[1:]):
        assert secret not in str(lines)


async def test_what_takes_long_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    site = await website()
    database, done = asyncio.Event(), asyncio.Event()

    async def slow(sms: InboundSms) -> Answered | None:
        await database.wait()
        answered = await site.take_reply(sms)
        done.set()
        return answered

    site.site = replace(site.site, take_reply=slow)
    monkeypatch.setattr(twilio, "PATIENCE_SECONDS", 0.01)
    async with site.open() as client:
        response = await client.post(INBOUND, data=STOP, headers=signed(INBOUND, STOP))
        assert response.status == 503
        assert await allows_sms(site)
        database.set()
        await done.wait()
    assert not await allows_sms(site)


async def test_the_sandboxs_twilio_hands_over_what_people_write() -> None:
    site = await website(phone="")
    async with twilio_server(token=TWILIO_TOKEN) as sandbox, site.open() as client:
        url = str(client.make_url("")).rstrip("/")
        site.public_url(url)
        (answer,) = await sandbox.deliver(f"{url}{INBOUND}", ANNAS_PHONE, "Bonjour ?")
        assert answer == "Acme Travel: Message bien recu, mais personne ne lit ce numéro tout de suite."
        assert await sandbox.deliver(f"{url}{INBOUND}", ANNAS_PHONE, "Allô ?") == []
        assert await sandbox.deliver(f"{url}{INBOUND}", ANNAS_PHONE, "STOP", sid="SM7") == []
    assert not await allows_sms(site)
    assert len(site.agency.tasks.of_kind(TaskKind.REPLY)) == 2


# What became of ours


@pytest.mark.parametrize(
    ("form", "receipt"),
    [
        ({"MessageStatus": "delivered"}, Receipt("row-1", True, "delivered")),
        (
            {"MessageStatus": "undelivered", "ErrorCode": "30003"},
            Receipt("row-1", False, "undelivered 30003"),
        ),
        ({"MessageStatus": "failed", "ErrorCode": "+447700900123"}, Receipt("row-1", False, "failed")),
    ],
)
async def test_a_final_status_is_a_receipt_of_the_row_in_the_address(
    form: dict[str, str], receipt: Receipt
) -> None:
    site = await website()
    async with site.open() as client:
        report = DELIVERED | form
        assert (await client.post(BY_ROW, data=report, headers=signed(BY_ROW, report))).status == 204
    assert site.reports.taken == [receipt]


async def test_a_row_may_be_known_by_twilios_id_alone() -> None:
    site = await website()
    site.reports.rows["SM9"] = "row-7"
    async with site.open() as client:
        for sid in ("SM9", "SM-unknown"):
            report = DELIVERED | {"MessageSid": sid}
            assert (await client.post(STATUS, data=report, headers=signed(STATUS, report))).status == 204
    assert site.reports.taken == [Receipt("row-7", True, "delivered")]


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "accepted", "", "nonsense"])
async def test_what_is_on_its_way_is_no_receipt(status: str) -> None:
    site = await website()
    report = DELIVERED | {"MessageStatus": status}
    async with site.open() as client:
        assert (await client.post(BY_ROW, data=report, headers=signed(BY_ROW, report))).status == 204
    assert site.reports.taken == []


async def test_another_row_than_the_signed_one_is_refused() -> None:
    site = await website()
    async with site.open() as client:
        headers = signed(BY_ROW, DELIVERED)
        path = f"{STATUS}?{urlencode({'row': 'row-2'})}"
        assert (await client.post(path, data=DELIVERED, headers=headers)).status == 403
    assert site.reports.taken == []


async def test_metrics_are_there_for_prometheus_and_name_nobody() -> None:
    site = await website()
    async with site.open() as client:
        response = await client.get("/metrics")
        assert response.status == 200
        assert response.content_type == "text/plain"
        text = await response.text()
    assert "# HELP flightagents_" in text
    assert ANNAS_PHONE not in text
