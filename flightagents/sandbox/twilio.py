"""A Twilio on localhost: its Messages resource, its credentials, its magic numbers and failures to order.

`GET` with `To` and `DateSent>` is the evidence that reconciliation asks for.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from xml.etree import ElementTree as ET

from aiohttp import ClientError, ClientSession, web

from flightagents.sandbox.servers import Hook, at_once, serving
from flightagents.sandbox.sms import ERRORS, Sms, refusal_of

DEFAULT_ACCOUNT = "AC00000000000000000000000000000000"
DEFAULT_TOKEN = "sandbox"  # noqa: S105 - opens nothing but this server
NUMBER = "+12025550199"
"""The number of the account."""
SERVICE = f"MG{'0' * 32}"
"""Its messaging service."""

_PAGE_SIZE = 50
REPORT_AFTER = 0.5
"""Seconds."""


class SmsFault(Enum):
    """What can happen to a request to send."""

    RATE_LIMIT = auto()
    """429: never accepted."""
    ERROR_BEFORE = auto()
    """500, and it was not accepted."""
    ERROR_AFTER = auto()
    """500, although it was accepted."""
    LOST = auto()
    """The connection breaks, and it was not accepted."""
    NO_ANSWER = auto()
    """The connection breaks, although it was accepted."""
    HANG = auto()
    """It was accepted, and no answer comes for as long as the sender waits."""


_NOT_ACCEPTED = (SmsFault.RATE_LIMIT, SmsFault.ERROR_BEFORE, SmsFault.LOST)


class Twilio:
    """Every accepted SMS, oldest first, and what is to go wrong next. Run it with `twilio_server`."""

    def __init__(
        self, now: Callable[[], datetime], account: str, token: str, shown: Callable[[], datetime] | None
    ) -> None:
        self.url = ""
        """The base URL, as `FLIGHTAGENTS_TWILIO_URL` wants it."""
        self.account = account
        self.token = token
        self.messages: list[Sms] = []
        self.before_answer: Hook = at_once
        self._now = now
        self._shown = shown or now
        self._faults: deque[SmsFault] = deque()
        self._inbound = 0
        self.reports = False
        """Whether it reports each accepted SMS as delivered a moment later, as phones that are on do."""
        self._reporting: set[asyncio.Task[None]] = set()

    def fail_next(self, fault: SmsFault, times: int = 1) -> None:
        """Let this happen to the next requests to send."""
        self._faults.extend([fault] * times)

    async def report(self, sid: str, status: str) -> None:
        """Set a message's status and call its status callback, signed, as Twilio does."""
        index = next(index for index, sms in enumerate(self.messages) if sms.sid == sid)
        sms = self.messages[index] = replace(self.messages[index], status=status)
        if sms.status_callback is None:
            return
        form = {"MessageSid": sid, "MessageStatus": status, "To": sms.to, "AccountSid": self.account}
        headers = {"X-Twilio-Signature": signature(sms.status_callback, form, self.token)}
        async with ClientSession() as session:
            await session.post(sms.status_callback, data=form, headers=headers)

    async def deliver(self, url: str, sender: str, body: str, *, sid: str | None = None) -> list[str]:
        """Hand an SMS that somebody sent us to a webhook, signed, as Twilio does; give what is answered.

        The same `sid` again is Twilio's repeating a webhook.
        """
        self._inbound += 1
        form = {
            "MessageSid": sid or f"SM{hashlib.sha256(f'inbound {self._inbound}'.encode()).hexdigest()[:32]}",
            "AccountSid": self.account,
            "From": sender,
            "To": NUMBER,
            "Body": body,
            "NumMedia": "0",
        }
        headers = {"X-Twilio-Signature": signature(url, form, self.token)}
        async with ClientSession() as session, session.post(url, data=form, headers=headers) as response:
            response.raise_for_status()
            twiml = ET.fromstring(await response.text())  # noqa: S314 - the answer of our own worker
            return [each.text or "" for each in twiml.iter("Message")]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Accept an SMS, refuse it as Twilio would, or fail as told."""
        if not self._authenticated(request):
            return _error(20003)
        form = {name: str(value) for name, value in (await request.post()).items()}
        fault = self._faults.popleft() if self._faults else None
        if fault in _NOT_ACCEPTED:
            await self.before_answer()
            return await self._break(request, fault)
        sender = form.get("MessagingServiceSid") or form.get("From", "")
        code = refusal_of(form.get("To", ""), sender, form.get("Body", ""))
        if code is not None:
            await self.before_answer()
            return _error(code)
        sms = self._store(form, sender)
        await self.before_answer()
        if fault is not None:
            return await self._break(request, fault)
        if self.reports:
            report = asyncio.create_task(self._report_delivered(sms.sid))
            self._reporting.add(report)
            report.add_done_callback(self._reporting.discard)
        return web.json_response(sms.as_json(), status=201)

    async def _report_delivered(self, sid: str) -> None:
        """Report it a moment later; after the end nobody answers."""
        await asyncio.sleep(REPORT_AFTER)
        with contextlib.suppress(ClientError):
            await self.report(sid, "delivered")

    async def list(self, request: web.Request) -> web.StreamResponse:
        """List messages, newest first, filtered by recipient, sender and day or time."""
        if not self._authenticated(request):
            return _error(20003)
        query = request.query
        found = [sms for sms in reversed(self.messages) if _asked_for(sms, query)]
        size, page = int(query.get("PageSize", _PAGE_SIZE)), int(query.get("Page", "0"))
        shown = found[page * size : (page + 1) * size]
        following = request.rel_url.update_query({"PageSize": str(size), "Page": str(page + 1)})
        return web.json_response(
            {
                "messages": [sms.as_json() for sms in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": str(request.rel_url),
                "first_page_uri": str(request.rel_url.update_query({"Page": "0"})),
                "next_page_uri": str(following) if len(found) > (page + 1) * size else None,
                "previous_page_uri": None,
            }
        )

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """Show one message."""
        if not self._authenticated(request):
            return _error(20003)
        found = [sms for sms in self.messages if sms.sid == request.match_info["message"]]
        return web.json_response(found[0].as_json()) if found else _error(20404)

    async def numbers(self, request: web.Request) -> web.StreamResponse:
        """List the account's numbers."""
        if not self._authenticated(request):
            return _error(20003)
        found = [NUMBER] if request.query.get("PhoneNumber", NUMBER) == NUMBER else []
        numbers = [{"sid": f"PN{'0' * 32}", "phone_number": each} for each in found]
        return web.json_response({"incoming_phone_numbers": numbers, "next_page_uri": None})

    async def service(self, request: web.Request) -> web.StreamResponse:
        """Show a messaging service."""
        if request.headers.get("Authorization") != self._credentials:
            return _error(20003)
        known = request.match_info["service"] == SERVICE
        return web.json_response({"sid": SERVICE}) if known else _error(20404)

    @property
    def _credentials(self) -> str:
        return f"Basic {base64.b64encode(f'{self.account}:{self.token}'.encode()).decode()}"

    def _authenticated(self, request: web.Request) -> bool:
        known = request.headers.get("Authorization") == self._credentials
        return known and request.match_info["account"] == self.account

    def _store(self, form: Mapping[str, str], sender: str) -> Sms:
        number = len(self.messages) + 1
        sms = Sms(
            number=number,
            sid=f"SM{hashlib.sha256(str(number).encode()).hexdigest()[:32]}",
            account=self.account,
            to=form["To"],
            sender=sender,
            body=form["Body"],
            status="queued",
            validity_period=int(form["ValidityPeriod"]) if "ValidityPeriod" in form else None,
            status_callback=form.get("StatusCallback"),
            received_at=self._shown(),
            created_at=self._now(),
        )
        self.messages.append(sms)
        return sms

    async def _break(self, request: web.Request, fault: SmsFault | None) -> web.StreamResponse:
        if fault is SmsFault.RATE_LIMIT:
            return _error(20429)
        if fault in (SmsFault.ERROR_BEFORE, SmsFault.ERROR_AFTER):
            return _error(20500)
        if fault is not SmsFault.HANG and request.transport is not None:
            request.transport.abort()
        # Cancelled as soon as the connection is gone, whoever ends it.
        await asyncio.Event().wait()
        return _error(20500)


def signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Sign a callback: HMAC-SHA1 of the URL and the sorted form, in base64 (Twilio's own recipe)."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _asked_for(sms: Sms, query: Mapping[str, str]) -> bool:
    if query.get("To", sms.to) != sms.to or query.get("From", sms.sender) != sms.sender:
        return False
    return (
        ("DateSent>" not in query or sms.received_at >= _time(query["DateSent>"]))
        and ("DateSent<" not in query or sms.received_at <= _time(query["DateSent<"]))
        and ("DateSent" not in query or sms.received_at.date() == _time(query["DateSent"]).date())
    )


def _time(text: str) -> datetime:
    """Read a date (GMT) or a time."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _error(code: int) -> web.Response:
    status, message = ERRORS[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return web.json_response(body, status=status)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def twilio_server(
    now: Callable[[], datetime] = _utc_now,
    *,
    account: str = DEFAULT_ACCOUNT,
    token: str = DEFAULT_TOKEN,
    port: int = 0,
    shown: Callable[[], datetime] | None = None,
) -> AsyncIterator[Twilio]:
    """Run the server until the block ends. `shown` is the clock of a simulated day, for people to read."""
    twilio = Twilio(now, account, token, shown)
    messages = "/2010-04-01/Accounts/{account}/Messages"
    app = web.Application()
    app.router.add_post(f"{messages}.json", twilio.create)
    app.router.add_get(f"{messages}.json", twilio.list)
    app.router.add_get(f"{messages}/{{message}}.json", twilio.fetch)
    app.router.add_get("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", twilio.numbers)
    app.router.add_get("/v1/Services/{service}", twilio.service)
    async with serving(app, port) as url:
        twilio.url = url
        yield twilio
