"""A mail server on localhost and its mailbox: real SMTP in, parsed mails out, and failures to order.

`Mailbox.find` is the evidence that reconciliation asks for: what was accepted is in it, nothing else is.
"""

import asyncio
import contextlib
import email
import email.policy
import warnings
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from enum import Enum, auto
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from flightagents.sandbox.processes import LOCALHOST
from flightagents.sandbox.servers import Hook, at_once

ROW_HEADER = "X-Flightagents-Row"
"""Carries the id of the ledger row that a mail was sent for."""


class MailFault(Enum):
    """What can happen to a mail after its last byte."""

    LOST = auto()
    """The connection breaks before anything is stored."""
    NO_ANSWER = auto()
    """It is stored, and the connection breaks before the answer."""
    HANG = auto()
    """It is stored, and no answer comes for as long as the sender waits."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail. `to` is the envelope's, whatever the headers say."""

    number: int
    """Counted from 1."""
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str
    row: str | None
    headers: Mapping[str, str]
    received_at: datetime


class Mailbox:
    """Every mail that was accepted, oldest first, and what is to go wrong next. Run it with `mail_server`."""

    def __init__(self, now: Callable[[], datetime], credentials: tuple[str, str] | None = None) -> None:
        """Stamp mails with `now()`; with credentials (name, password) nobody else may send."""
        self.host = LOCALHOST
        self.port = 0
        self.mails: list[Mail] = []
        self.before_answer: Hook = at_once
        self._now = now
        self._credentials = credentials
        self._refusals: dict[str, deque[str]] = {}
        self._data_replies: deque[str] = deque()
        self._faults: deque[MailFault] = deque()

    def find(self, message_id: str) -> list[Mail]:
        """Return the mails with a Message-ID: one when it arrived, several when it arrived twice."""
        return [mail for mail in self.mails if mail.message_id == message_id]

    def find_row(self, row: str) -> list[Mail]:
        """Return the mails that were sent for a ledger row."""
        return [mail for mail in self.mails if mail.row == row]

    def refuse(self, recipient: str, reply: str, times: int = 1) -> None:
        """Answer RCPT for an address with `reply` ("451 4.3.0 Try later", "550 5.1.1 No such user")."""
        self._refusals.setdefault(recipient.casefold(), deque()).extend([reply] * times)

    def refuse_data(self, reply: str, times: int = 1) -> None:
        """Answer the end of DATA with `reply`, and store nothing."""
        self._data_replies.extend([reply] * times)

    def fail_next(self, fault: MailFault, times: int = 1) -> None:
        """Let this happen to the next mails."""
        self._faults.extend([fault] * times)

    def knows(self, name: str, password: str) -> bool:
        """Tell whether these are its credentials."""
        return self._credentials is None or self._credentials == (name, password)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it as told."""
        del server, session, options
        refusals = self._refusals.get(address.casefold())
        if refusals:
            return refusals.popleft()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail itself, or let happen to it what was told."""
        del session
        if self._data_replies:
            await self.before_answer()
            return self._data_replies.popleft()
        fault = self._faults.popleft() if self._faults else None
        if fault is not MailFault.LOST:
            self._store(envelope)
        await self.before_answer()
        if fault is not None:
            if fault is not MailFault.HANG and server.transport is not None:
                server.transport.abort()
            # Cancelled as soon as the connection is gone, whoever ends it.
            await asyncio.Event().wait()
        return f"250 2.0.0 Stored as {len(self.mails)}"

    def _store(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
        self.mails.append(
            Mail(
                number=len(self.mails) + 1,
                sender=envelope.mail_from or "",
                to=tuple(envelope.rcpt_tos),
                subject=parsed.get("Subject", ""),
                text=_content(text),
                html=_content(html),
                message_id=parsed.get("Message-ID", "").strip(),
                row=parsed.get(ROW_HEADER),
                headers={name: str(value) for name, value in parsed.items()},
                received_at=self._now(),
            )
        )


def _content(part: MIMEPart | None) -> str:
    """Decode a part, with the line ends of this machine and not of SMTP."""
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def mail_server(
    now: Callable[[], datetime] = _utc_now, *, credentials: tuple[str, str] | None = None, port: int = 0
) -> AsyncIterator[Mailbox]:
    """Run a mail server without TLS until the block ends; `host` and `port` of the mailbox say where."""
    mailbox = Mailbox(now, credentials)
    connections: WeakSet[SMTP] = WeakSet()

    def connection() -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS: these never leave the machine.
            warnings.simplefilter("ignore", UserWarning)
            smtp = SMTP(
                mailbox,
                hostname="sandbox.localhost",
                ident="flightagents sandbox",
                enable_SMTPUTF8=True,
                authenticator=_authenticator(mailbox),
                auth_required=credentials is not None,
                auth_require_tls=False,
            )
        connections.add(smtp)
        return smtp

    server = await asyncio.get_running_loop().create_server(connection, LOCALHOST, port)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        still_open = [smtp for smtp in connections if smtp.transport is not None]
        for smtp in still_open:
            smtp.transport.abort()
        handlers = [smtp._handler_coroutine for smtp in still_open]  # noqa: SLF001 - it has no other way to wait
        await asyncio.gather(*handlers, return_exceptions=True)


def _authenticator(mailbox: Mailbox) -> Callable[..., AuthResult]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and mailbox.knows(data.login.decode(), data.password.decode())
        return AuthResult(success=known, handled=False)

    return check
