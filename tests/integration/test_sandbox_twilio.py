"""The Twilio on localhost accepts, refuses, fails and lists as the real one does."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from flightagents.sandbox.servers import serving
from flightagents.sandbox.sms import segments
from flightagents.sandbox.twilio import SmsFault, Twilio, twilio_server

ANNA = "+447700900123"
AGENCY = "+15005550006"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def twilio(watch: Watch) -> AsyncIterator[Twilio]:
    async with twilio_server(watch) as running:
        yield running


def messages(twilio: Twilio) -> str:
    return f"{twilio.url}/2010-04-01/Accounts/{twilio.account}/Messages.json"


async def call(
    twilio: Twilio,
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    wait: float = 10,
    token: str | None = None,
) -> tuple[int, Any]:
    """Call with the account's credentials; `wait` is in seconds."""
    credentials = base64.b64encode(f"{twilio.account}:{token or twilio.token}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    timeout = aiohttp.ClientTimeout(total=wait)
    async with (
        aiohttp.ClientSession(headers=headers, timeout=timeout) as session,
        session.request(method, url, params=params, data=form) as answer,
    ):
        return answer.status, await answer.json()


async def send(
    twilio: Twilio, form: Mapping[str, str] | None = None, *, wait: float = 10, token: str | None = None
) -> tuple[int, Any]:
    filled = {"To": ANNA, "From": AGENCY, "Body": "BA117 now expected 16:40", **(form or {})}
    return await call(twilio, "POST", messages(twilio), form=filled, wait=wait, token=token)


async def listed(twilio: Twilio, query: Mapping[str, str] | None = None) -> list[str]:
    """List the bodies of what is found, over all pages."""
    found = []
    url: str | None = messages(twilio)
    while url:
        _, answer = await call(twilio, "GET", url, params=query)
        found += [message["body"] for message in answer["messages"]]
        query = None
        url = answer["next_page_uri"] and f"{twilio.url}{answer['next_page_uri']}"
    return found


async def test_an_sms_is_accepted(twilio: Twilio) -> None:
    status, answer = await send(twilio, {"ValidityPeriod": "3600"})
    assert status == 201
    assert (answer["status"], answer["to"], answer["from"]) == ("queued", ANNA, AGENCY)
    assert answer["num_segments"] == "1"
    assert answer["date_created"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    (sms,) = twilio.messages
    assert (sms.sid, sms.body, sms.validity_period) == (answer["sid"], "BA117 now expected 16:40", 3600)
    status, again = await call(twilio, "GET", f"{twilio.url}{answer['uri']}")
    assert (status, again) == (200, answer)


async def test_a_messaging_service_is_a_sender_too(twilio: Twilio) -> None:
    _, answer = await send(twilio, {"From": "", "MessagingServiceSid": "MG1"})
    assert (answer["from"], answer["messaging_service_sid"]) == (None, "MG1")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"To": "+15005550001"}, 400, 21211),
        ({"To": "0170 1234567"}, 400, 21211),
        ({"To": "+15005550009"}, 400, 21614),
        ({"To": "+15005550004"}, 400, 21610),
        ({"From": "+15005550007"}, 400, 21606),
        ({"From": "+15005550008"}, 429, 21611),
        ({"From": ""}, 400, 21603),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
    ],
)
async def test_what_it_refuses(twilio: Twilio, form: dict[str, str], status: int, code: int) -> None:
    answered, answer = await send(twilio, form)
    assert (answered, answer["code"], answer["status"]) == (status, code, status)
    assert twilio.messages == []


async def test_wrong_credentials_are_refused(twilio: Twilio) -> None:
    status, answer = await send(twilio, token="wrong")
    assert (status, answer["code"]) == (401, 20003)
    async with aiohttp.ClientSession() as session, session.get(messages(twilio)) as anonymous:
        assert anonymous.status == 401


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [(SmsFault.RATE_LIMIT, 429, 0), (SmsFault.ERROR_BEFORE, 500, 0), (SmsFault.ERROR_AFTER, 500, 1)],
)
async def test_it_fails_as_told(twilio: Twilio, fault: SmsFault, status: int, accepted: int) -> None:
    twilio.fail_next(fault)
    answered, _ = await send(twilio)
    assert (answered, len(twilio.messages)) == (status, accepted)
    assert (await send(twilio))[0] == 201


@pytest.mark.parametrize(("fault", "accepted"), [(SmsFault.LOST, 0), (SmsFault.NO_ANSWER, 1)])
async def test_the_connection_breaks(twilio: Twilio, fault: SmsFault, accepted: int) -> None:
    twilio.fail_next(fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await send(twilio)
    assert len(twilio.messages) == accepted


async def test_it_accepts_and_then_hangs(twilio: Twilio) -> None:
    twilio.fail_next(SmsFault.HANG)
    with pytest.raises(TimeoutError):
        await send(twilio, wait=0.2)
    assert await listed(twilio, {"To": ANNA}) == ["BA117 now expected 16:40"]


async def test_an_answer_can_be_held_back(twilio: Twilio) -> None:
    stored, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        stored.set()
        await go_on.wait()

    twilio.before_answer = hold
    sending = asyncio.create_task(send(twilio))
    async with asyncio.timeout(10):
        await stored.wait()
    assert len(twilio.messages) == 1
    assert not sending.done()
    go_on.set()
    assert (await sending)[0] == 201


async def test_the_list_is_by_recipient_and_time_newest_first(twilio: Twilio, watch: Watch) -> None:
    for minute, to in enumerate([ANNA, "+447700900999", ANNA]):
        watch.time = NOON + timedelta(minutes=minute)
        await send(twilio, {"To": to, "Body": f"{minute}"})
    assert await listed(twilio) == ["2", "1", "0"]
    assert await listed(twilio, {"To": ANNA}) == ["2", "0"]
    assert await listed(twilio, {"To": ANNA, "DateSent>": "2026-11-22T12:01:00Z"}) == ["2"]
    assert await listed(twilio, {"DateSent<": "2026-11-22T12:01:00Z"}) == ["1", "0"]
    assert await listed(twilio, {"DateSent": "2026-11-21"}) == []
    assert await listed(twilio, {"PageSize": "2"}) == ["2", "1", "0"], "over two pages"


async def test_a_status_callback_is_signed(twilio: Twilio) -> None:
    calls: list[tuple[dict[str, str], str]] = []

    async def note(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        calls.append((form, request.headers["X-Twilio-Signature"]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/callback", note)
    async with serving(app) as ours:
        callback = f"{ours}/callback"
        _, sent = await send(twilio, {"StatusCallback": callback})
        await twilio.report(sent["sid"], "delivered")
    ((form, signed),) = calls
    assert (form["MessageSid"], form["MessageStatus"]) == (sent["sid"], "delivered")
    assert RequestValidator(twilio.token).validate(callback, form, signed)
    assert twilio.messages[0].status == "delivered"


@pytest.mark.parametrize(
    ("body", "parts"),
    [("x" * 160, 1), ("x" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("→" + "x" * 69, 1), ("→" + "x" * 70, 2)],
)
def test_segments_are_counted_as_they_are_billed(body: str, parts: int) -> None:
    assert segments(body) == parts
