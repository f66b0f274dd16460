"""Twilio's webhooks: an SMS that somebody sent us, and what became of one of ours. Signed, or refused.

The signature covers the address that Twilio called, so it is checked against FLIGHTAGENTS_PUBLIC_URL: behind
a proxy the address that we see is another, and whoever sends the request chooses its Host header.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import structlog
from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from flightagents.domain.delivery import Receipt
from flightagents.domain.replies import Answered, InboundSms
from flightagents.languages import ENGLISH
from flightagents.web.forms import posted
from flightagents.web.site import Site
from flightagents.web.words import words_for

INBOUND, STATUS = "/twilio/inbound", "/twilio/status"

_FORM = "application/x-www-form-urlencoded"
_FINAL = {"delivered": True, "undelivered": False, "failed": False}
"""What Twilio's statuses say; queued, sending and sent are no news of the handset."""

PATIENCE_SECONDS = 10
"""Twilio waits for 15."""
_LONGEST_AGENCY = 40
"""Letters of the agency's name in an SMS: a quarter of a segment."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Webhooks:
    """Answers Twilio; `site` is asked at each request, for the web server starts before all is wired."""

    def __init__(self, site: Callable[[], Site]) -> None:
        self._site = site
        self._at_work: set[asyncio.Task[Any]] = set()

    async def inbound(self, request: web.Request) -> web.Response:
        """Take an SMS; the answer, if any, is what Twilio sends back."""
        site = self._site()
        form = await _signed(request, site)
        sms = InboundSms(form.get("MessageSid", ""), form.get("From", ""), form.get("Body", ""))
        if not sms.sid or not sms.sender:
            raise web.HTTPBadRequest(text="MessageSid and From are missing")
        answered = await self._soon(site.take_reply(sms))
        twiml = MessagingResponse()
        if answered is not None:
            twiml.message(_text(answered, site))
        return web.Response(text=str(twiml), content_type="text/xml")

    async def status(self, request: web.Request) -> web.Response:
        """Take a report; one that we can do nothing with is answered as well.

        Our callback's address names the row, and the signature covers it: it is known here before Twilio's id
        of the message is.
        """
        site = self._site()
        form = await _signed(request, site)
        delivered = _FINAL.get(form.get("MessageStatus", ""))
        if delivered is not None:
            code = form.get("ErrorCode", "")
            detail = f"{form['MessageStatus']} {code}" if code.isdecimal() else form["MessageStatus"]
            if row := request.query.get("row"):
                await self._soon(site.take_receipt(Receipt(row, delivered, detail)))
            else:
                sid = form.get("MessageSid", "")
                await self._soon(site.take_receipt.by_provider_id(sid, delivered=delivered, detail=detail))
        return web.Response(status=204)

    async def _soon(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a while. What takes longer is done all the same: Twilio may not call a second time."""
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(task), PATIENCE_SECONDS)
        except TimeoutError:
            raise web.HTTPServiceUnavailable(text="not just now") from None


async def _signed(request: web.Request, site: Site) -> Mapping[str, str]:
    """Give the form of a request that Twilio signed. Raises HTTPForbidden; the log has no word of it."""
    if not site.public_url or not site.twilio_token:
        raise _refused(request, "FLIGHTAGENTS_PUBLIC_URL or FLIGHTAGENTS_TWILIO_AUTH_TOKEN is not set")
    signature = request.headers.get("X-Twilio-Signature", "")
    if request.content_type != _FORM or not signature.isascii():
        raise _refused(request, "no signed form")
    form = await posted(request)
    if form is None:
        raise _refused(request, "no form that can be read")
    url = f"{site.public_url}{request.raw_path}"
    if not RequestValidator(site.twilio_token).validate(url, form, signature):
        raise _refused(request, "wrong signature: does FLIGHTAGENTS_PUBLIC_URL say what Twilio calls?")
    return form


def _refused(request: web.Request, reason: str) -> web.HTTPForbidden:
    _log.warning("a webhook was refused", path=request.path, reason=reason)
    return web.HTTPForbidden(text="not signed")


def _text(answered: Answered, site: Site) -> str:
    """Write one segment; GSM-7 has not all letters of our languages, and `one_segment` sees to that."""
    # Of a stranger nobody knows the language: that is no text which somebody has yet to translate.
    words = words_for(answered.language or ENGLISH)
    agency = site.agency
    name = f"sms.{answered.answer}" if agency.phone else f"sms.{answered.answer}_without_phone"
    sender = f"{agency.name[:_LONGEST_AGENCY].strip()}: " if agency.name else ""
    return site.one_segment(f"{sender}{words(name, phone=agency.phone).unescape()}")
