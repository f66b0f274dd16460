"""Sending SMS keeps its promises on the sandbox's Twilio."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from flightagents.domain.delivery import Accepted, Found, Misconfigured, Rejected, Retry, Uncertain
from flightagents.errors import SettingsError
from flightagents.notify.sms import LONGEST_VALIDITY, SHORTEST_VALIDITY, Patience, SmsChannel
from flightagents.notify.twilio_answers import outcome_of
from flightagents.notify.twilio_transport import wait_of
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.sandbox.servers import serving
from flightagents.sandbox.twilio import SmsFault, Twilio, twilio_server
from tests.support.messages import ANNAS_PHONE, Wire, sms
from tests.support.postfix import make_certificate
from tests.support.smtp_server import ScriptedSmtp

TOKEN = "t0ken-that-nobody-may-see"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IMPATIENT = Patience(connect=timedelta(seconds=0.2), total=timedelta(seconds=0.3))


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    async with twilio_server(lambda: NOW, token=TOKEN) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def channel_to(
    twilio: Twilio,
    session: aiohttp.ClientSession,
    **settings: Any,  # noqa: ANN401 - any of the channel's arguments
) -> SmsChannel:
    usual: dict[str, Any] = {
        "account_sid": twilio.account,
        "auth_token": SecretStr(TOKEN),
        "from_": "+15005550006",
        "url": twilio.url,
        "patience": IMPATIENT,
        "now": lambda: NOW,
    }
    return SmsChannel(session, **{**usual, **settings})


@pytest.fixture
def channel(twilio: Twilio, session: aiohttp.ClientSession) -> SmsChannel:
    return channel_to(twilio, session)


@contextlib.asynccontextmanager
async def answering(answer: web.Response) -> AsyncIterator[str]:
    """Give the address of a server that always answers so."""

    async def handle(request: web.Request) -> web.StreamResponse:
        del request
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with serving(app) as url:
        yield url


async def test_an_sms_is_accepted(twilio: Twilio, channel: SmsChannel) -> None:
    wire = Wire()
    outcome = await channel.send(sms(text="BA117 now expected 16:40."), wire)
    (message,) = twilio.messages
    assert outcome == Accepted(message.sid)
    assert (message.to, message.body) == (ANNAS_PHONE, "BA117 now expected 16:40.")
    assert message.sender == "+15005550006"
    assert message.validity_period == 7200
    assert wire.times == 1


async def test_twilio_is_asked_to_report_where_it_can_reach_us(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    channel = channel_to(twilio, session, public_url="https://alerts.agency.example/")
    outcome = await channel.send(sms("row/1"), Wire())
    (message,) = twilio.messages
    assert outcome == Accepted(message.sid, receipt_promised=True)
    assert message.status_callback == "https://alerts.agency.example/twilio/status?row=row%2F1"


async def test_no_report_is_promised_where_twilio_cannot_reach_us(
    twilio: Twilio, channel: SmsChannel
) -> None:
    assert await channel.send(sms(), Wire()) == Accepted(twilio.messages[0].sid, receipt_promised=False)
    assert twilio.messages[0].status_callback is None


@pytest.mark.parametrize("from_", ["", "+12025550199"])
async def test_a_messaging_service_chooses_the_sender_per_country_whatever_number_is_set(
    twilio: Twilio, session: aiohttp.ClientSession, from_: str
) -> None:
    channel = channel_to(twilio, session, from_=from_, messaging_service_sid="MG1")
    assert isinstance(await channel.send(sms(), Wire()), Accepted)
    assert twilio.messages[0].sender == "MG1"


async def test_one_of_them_has_to_be_set(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_TWILIO_FROM"):
        channel_to(twilio, session, from_="")


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (timedelta(seconds=-1), SHORTEST_VALIDITY),
        (timedelta(minutes=5), 300),
        (timedelta(days=2), LONGEST_VALIDITY),
    ],
)
async def test_an_sms_is_valid_as_long_as_it_makes_sense(
    twilio: Twilio, channel: SmsChannel, valid_for: timedelta, seconds: int
) -> None:
    await channel.send(sms(valid_for=valid_for), Wire())
    assert twilio.messages[0].validity_period == seconds


async def test_what_the_wire_raises_passes_through_and_nothing_is_sent(
    twilio: Twilio, channel: SmsChannel
) -> None:
    async def lost() -> None:
        raise LookupError("the row is another's")

    with pytest.raises(LookupError):
        await channel.send(sms(), lost)
    assert twilio.messages == []


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("+15005550001", Rejected("the number is not a valid phone number (21211)")),
        ("+15005550002", Rejected("the number is not reachable by SMS (21612)")),
        ("+15005550003", Rejected("the account may not send to that country (21408)")),
        ("+15005550004", Rejected("the recipient has opted out (21610)", opted_out=True)),
        ("+15005550009", Rejected("the number is no mobile number (21614)")),
    ],
)
async def test_a_number_is_rejected(channel: SmsChannel, number: str, outcome: Rejected) -> None:
    assert await channel.send(sms(to=number), Wire()) == outcome


async def test_a_body_that_is_too_long_is_rejected(channel: SmsChannel) -> None:
    assert await channel.send(sms(text="x" * 1601), Wire()) == Rejected("Twilio refused it (21617)")


async def test_a_wrong_token_stops_the_channel(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    channel = channel_to(twilio, session, auth_token=SecretStr("another"))
    outcome = await channel.send(sms(), Wire())
    assert isinstance(outcome, Misconfigured)
    assert "20003" in outcome.reason
    assert "FLIGHTAGENTS_TWILIO_ACCOUNT_SID" in outcome.reason


@pytest.mark.parametrize(("sender", "code"), [("+15005550001", "21212"), ("+15005550007", "21606")])
async def test_a_wrong_sender_stops_the_channel(
    twilio: Twilio, session: aiohttp.ClientSession, sender: str, code: str
) -> None:
    outcome = await channel_to(twilio, session, from_=sender).send(sms(), Wire())
    assert isinstance(outcome, Misconfigured)
    assert code in outcome.reason


async def test_a_full_queue_is_a_retry(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    assert isinstance(await channel_to(twilio, session, from_="+15005550008").send(sms(), Wire()), Retry)


async def test_too_many_requests_are_a_retry_and_nothing_was_sent(
    twilio: Twilio, channel: SmsChannel
) -> None:
    twilio.fail_next(SmsFault.RATE_LIMIT)
    assert await channel.send(sms(), Wire()) == Retry("Twilio says too many requests (HTTP 429)")
    assert twilio.messages == []


async def test_the_wait_that_twilio_asks_for_is_kept(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    async with answering(web.Response(status=429, headers={"Retry-After": "7"})) as url:
        outcome = await channel_to(twilio, session, url=url).send(sms(), Wire())
    assert outcome == Retry("Twilio says too many requests (HTTP 429)", timedelta(seconds=7))


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (SmsFault.ERROR_BEFORE, 0),
        (SmsFault.ERROR_AFTER, 1),
        (SmsFault.LOST, 0),
        (SmsFault.NO_ANSWER, 1),
        (SmsFault.HANG, 1),
    ],
)
async def test_what_was_posted_without_an_answer_is_uncertain_and_posted_once(
    twilio: Twilio, channel: SmsChannel, fault: SmsFault, sent: int
) -> None:
    await channel.send(sms(text="opens the connection that is then kept"), Wire())
    twilio.fail_next(fault)
    assert isinstance(await channel.send(sms(), Wire()), Uncertain)
    assert len(twilio.messages) == 1 + sent


@pytest.mark.parametrize("fault", [SmsFault.ERROR_AFTER, SmsFault.NO_ANSWER, SmsFault.HANG])
async def test_what_was_sent_without_an_answer_is_found(
    twilio: Twilio, channel: SmsChannel, fault: SmsFault
) -> None:
    twilio.fail_next(fault)
    await channel.send(sms(), Wire())
    assert isinstance(await channel.find(sms(wire_at=NOW)), Accepted)


async def test_nobody_listening_is_a_retry(twilio: Twilio, session: aiohttp.ClientSession) -> None:
    channel = channel_to(twilio, session, url=f"http://{LOCALHOST}:{free_port()}")
    assert await channel.send(sms(), Wire()) == Retry("no connection to Twilio")


async def test_a_server_that_is_not_twilio_stops_the_channel(
    twilio: Twilio, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with ScriptedSmtp(context=context, tls_first=True).running() as impostor:
        url = f"https://{impostor.host}:{impostor.port}"
        outcome = await channel_to(twilio, session, url=url, patience=Patience()).send(sms(), Wire())
    assert isinstance(outcome, Misconfigured)
    assert "FLIGHTAGENTS_TWILIO_URL" in outcome.reason
    assert impostor.commands == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (web.Response(status=201, text="<p>hello</p>"), Uncertain),
        (web.Response(status=201, text="[]"), Uncertain),
        (web.Response(status=302, headers={"Location": "http://elsewhere.example/"}), Misconfigured),
        (web.Response(status=404, text="not found"), Misconfigured),
        (web.Response(status=401, text=""), Misconfigured),
        (web.Response(status=400, text='{"code": 99999, "message": "?", "status": 400}'), Rejected),
        (web.Response(status=503, text=""), Uncertain),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
async def test_what_is_no_answer_of_twilios_has_its_outcome(
    twilio: Twilio, session: aiohttp.ClientSession, answer: web.Response, outcome: type
) -> None:
    async with answering(answer) as url:
        assert isinstance(await channel_to(twilio, session, url=url).send(sms(), Wire()), outcome)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21610, Rejected),
        (400, 21659, Misconfigured),
        (400, 21703, Misconfigured),
        (400, 12345, Rejected),
        (403, 21408, Rejected),
        (403, None, Misconfigured),
        (429, 63038, Retry),
        (500, 20500, Uncertain),
    ],
)
def test_a_code_has_its_outcome(status: int, code: int | None, outcome: type) -> None:
    assert isinstance(outcome_of(status, code), outcome)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("7", timedelta(seconds=7)),
        ("Sun, 22 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta()),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait: timedelta | None) -> None:
    assert wait_of(header, NOW) == wait


# Looking


async def test_what_is_missing_soon_after_may_still_come(channel: SmsChannel) -> None:
    assert await channel.find(sms(wire_at=NOW - timedelta(seconds=29))) is Found.NOT_YET
    assert await channel.find(sms(wire_at=NOW - timedelta(seconds=30))) is Found.NO


async def test_the_grace_counts_from_the_last_time_that_it_was_sent(channel: SmsChannel) -> None:
    asked = sms(wire_at=NOW - timedelta(minutes=9), last_wire_at=NOW - timedelta(seconds=3))
    assert await channel.find(asked) is Found.NOT_YET


async def test_without_grace_a_missing_message_is_missing(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    assert await channel_to(twilio, session, grace=timedelta()).find(sms(wire_at=NOW)) is Found.NO


async def test_others_are_not_taken_for_it(twilio: Twilio, channel: SmsChannel) -> None:
    await channel.send(sms(to="+447700900999"), Wire())
    await channel.send(sms(text="BA117 now 17:05."), Wire())
    assert await channel.find(sms(wire_at=NOW - timedelta(minutes=1))) is Found.NO
    assert len(twilio.messages) == 2


async def test_the_same_words_of_some_minutes_before_are_not_taken_for_it(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    channel = channel_to(twilio, session, now=lambda: NOW + timedelta(minutes=10))
    await channel.send(sms(), Wire())
    assert await channel.find(sms(wire_at=NOW + timedelta(minutes=5))) is Found.NO
    assert isinstance(await channel.find(sms(wire_at=NOW + timedelta(seconds=20))), Accepted)


async def test_a_trial_account_s_prefix_does_not_hide_it(twilio: Twilio, channel: SmsChannel) -> None:
    await channel.send(sms(text="Sent from your Twilio trial account - BA117 now 16:40."), Wire())
    assert isinstance(await channel.find(sms(wire_at=NOW)), Accepted)
    assert len(twilio.messages) == 1


async def test_when_twilio_cannot_be_asked_nobody_can_tell(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    long_ago = sms(wire_at=NOW - timedelta(hours=1))
    wrong_token = channel_to(twilio, session, auth_token=SecretStr("another"))
    assert await wrong_token.find(long_ago) is Found.NOT_YET
    gone = channel_to(twilio, session, url=f"http://{LOCALHOST}:{free_port()}")
    assert await gone.find(long_ago) is Found.NOT_YET
    for status in (429, 500):
        async with answering(web.Response(status=status)) as url:
            assert await channel_to(twilio, session, url=url).find(long_ago) is Found.NOT_YET


async def test_what_may_stand_further_down_the_list_is_not_missing(
    twilio: Twilio, channel: SmsChannel
) -> None:
    await channel.send(sms(), Wire())
    twilio.messages += [replace(twilio.messages[0], body=f"another {number}") for number in range(200)]
    assert await channel.find(sms(wire_at=NOW - timedelta(minutes=1))) is Found.CANNOT_TELL


# Secrets


async def test_neither_token_nor_number_nor_words_are_told(
    twilio: Twilio, channel: SmsChannel, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcomes: list[object] = []
    for fault in SmsFault:
        twilio.fail_next(fault)
        outcomes.append(await channel.send(sms(text="secret words"), Wire()))
    outcomes.append(await channel.send(sms(to="+15005550001", text="secret words"), Wire()))
    outcomes.append(await channel_to(twilio, session, from_="+15005550007").send(sms(), Wire()))
    told = repr(outcomes) + caplog.text + repr(channel)
    for secret in (TOKEN, ANNAS_PHONE, "+1500555", "secret words"):
        assert secret not in told


async def test_a_cancelled_send_passes_on(twilio: Twilio, channel: SmsChannel) -> None:
    twilio.fail_next(SmsFault.HANG)
    posted = asyncio.Event()

    async def note() -> None:
        posted.set()

    twilio.before_answer = note
    sending = asyncio.create_task(channel.send(sms(), Wire()))
    await posted.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


# Whether Twilio lets us in, asked without a message


async def test_getting_in_without_a_message_is_no_trouble(twilio: Twilio, channel: SmsChannel) -> None:
    assert await channel.trouble() is None
    assert twilio.messages == []


async def test_a_wrong_token_is_trouble_and_names_its_setting(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    trouble = await channel_to(twilio, session, auth_token=SecretStr("wrong")).trouble()
    assert isinstance(trouble, Misconfigured)
    assert "FLIGHTAGENTS_TWILIO_" in trouble.reason


async def test_a_twilio_that_is_away_or_fails_is_trouble(
    twilio: Twilio, session: aiohttp.ClientSession
) -> None:
    away = channel_to(twilio, session, url=f"http://localhost:{free_port()}")
    assert isinstance(await away.trouble(), Retry)
    async with answering(web.Response(status=500, text="{}")) as url:
        assert isinstance(await channel_to(twilio, session, url=url).trouble(), Retry)
