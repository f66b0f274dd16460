"""A page on localhost that shows every email and SMS of the sandbox, newest first; JSON at /messages.json.

The JSON is the look-up for whoever runs in another process: `?message_id=` and `?row=` find emails.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from flightagents.sandbox.mailbox import Mail, Mailbox
from flightagents.sandbox.servers import serving
from flightagents.sandbox.sms import Sms
from flightagents.sandbox.twilio import Twilio

# A page of so many stays quick on a phone.
PER_PAGE = 50

# Nothing is loaded from anywhere, and a mail's HTML runs no script (its frame is sandboxed as well).
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; connect-src 'self'"


@dataclass(frozen=True, slots=True)
class Entry:
    """One email or SMS as the page shows it."""

    kind: str
    to: str
    title: str
    received_at: datetime
    mail: Mail | None = None
    sms: Sms | None = None


class MailboxPage:
    """Shows a mailbox and, if there is one, a Twilio."""

    def __init__(self, mailbox: Mailbox, twilio: Twilio | None = None) -> None:
        self._mailbox = mailbox
        self._twilio = twilio
        templates = Environment(
            loader=PackageLoader("flightagents.sandbox"),
            autoescape=select_autoescape(("html", "html.j2")),
            undefined=StrictUndefined,
        )
        self._template = templates.get_template("mailbox.html.j2")

    async def show(self, request: web.Request) -> web.Response:
        """Show a page of messages, `?page=2` and so on the older ones."""
        asked = request.query.get("page", "1")
        entries = self._entries()
        pages = max(1, -(-len(entries) // PER_PAGE))
        page = min(max(1, int(asked) if asked.isdecimal() else 1), pages)
        nonce = secrets.token_urlsafe(16)
        text = self._template.render(
            entries=entries[(page - 1) * PER_PAGE : page * PER_PAGE],
            emails=len(self._mailbox.mails),
            texts=len(self._messages()),
            page=page,
            pages=pages,
            nonce=nonce,
        )
        headers = {
            "Content-Security-Policy": f"{_POLICY}; script-src 'nonce-{nonce}'",
            "Cache-Control": "no-store",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def json(self, request: web.Request) -> web.Response:
        """Give everything, or the emails with a Message-ID or for a ledger row."""
        message_id, row = request.query.get("message_id"), request.query.get("row")
        mails = [
            mail
            for mail in self._mailbox.mails
            if message_id in (None, mail.message_id) and row in (None, mail.row)
        ]
        messages = [] if message_id or row else self._messages()
        return web.json_response(
            {"emails": [_email(mail) for mail in mails], "sms": [_sms(sms) for sms in messages]}
        )

    async def count(self, _request: web.Request) -> web.Response:
        """Say how many there are, for the page to notice new ones."""
        return web.json_response({"emails": len(self._mailbox.mails), "sms": len(self._messages())})

    def _entries(self) -> list[Entry]:
        entries = [
            *[
                Entry("email", ", ".join(mail.to), mail.subject, mail.received_at, mail=mail)
                for mail in self._mailbox.mails
            ],
            *[Entry("sms", sms.to, sms.body, sms.received_at, sms=sms) for sms in self._messages()],
        ]
        # Each list is oldest first and the sort is stable: of two at one instant the later one comes first.
        return sorted(entries, key=lambda entry: entry.received_at)[::-1]

    def _messages(self) -> list[Sms]:
        return self._twilio.messages if self._twilio else []


@contextlib.asynccontextmanager
async def mailbox_page(
    mailbox: Mailbox, twilio: Twilio | None = None, *, port: int = 0
) -> AsyncIterator[str]:
    """Serve the page until the block ends and yield its address."""
    page = MailboxPage(mailbox, twilio)
    app = web.Application()
    app.router.add_get("/", page.show)
    app.router.add_get("/messages.json", page.json)
    app.router.add_get("/count.json", page.count)
    async with serving(app, port) as url:
        yield f"{url}/"


def _email(mail: Mail) -> dict[str, Any]:
    return {
        "number": mail.number,
        "from": mail.sender,
        "to": list(mail.to),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": mail.message_id,
        "row": mail.row,
        "received_at": mail.received_at.isoformat(),
    }


def _sms(sms: Sms) -> dict[str, Any]:
    return {
        "number": sms.number,
        "sid": sms.sid,
        "from": sms.sender,
        "to": sms.to,
        "body": sms.body,
        "segments": sms.segments,
        "status": sms.status,
        "received_at": sms.received_at.isoformat(),
    }
