"""Sends emails: over a few kept connections, in explicit steps, with one of five outcomes each.

Before the server said 354 to DATA nothing of the letter has left: whatever goes wrong, it can be sent again.
After the letter's last byte only the server knows, until it answers.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiosmtplib
from pydantic import SecretStr

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import (
    Accepted,
    Envelope,
    Found,
    Misconfigured,
    Outcome,
    Rejected,
    Retry,
    Uncertain,
)
from flightagents.mail_addresses import UnwritableAddressError
from flightagents.notify import letter
from flightagents.notify.letter import Mailbox
from flightagents.notify.looking_up import settled
from flightagents.notify.smtp_answers import (
    SLOW_DOWN,
    Step,
    answer_in,
    outcome_before_wire,
    outcome_of,
)
from flightagents.notify.smtp_connection import Connection, Server
from flightagents.notify.smtp_pool import Limits, Pool, SlowedDownError
from flightagents.settings import SmtpTls


class MailboxLookup(Protocol):
    """Whoever can see what arrived: the bounce mailbox, the sandbox's own mailbox."""

    async def __call__(self, envelope: Envelope) -> Accepted | Found:
        """Tell whether the letter is there; NO only if it would be seen."""


async def nobody_can_tell(envelope: Envelope) -> Found:
    """Answer for plain SMTP, which cannot be asked what became of a letter."""
    del envelope
    return Found.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait. All of it together stays below the lease on a row (60 s)."""

    step: timedelta = timedelta(seconds=10)
    """For each answer before the letter."""
    before_wire: timedelta = timedelta(seconds=20)
    """For all of them, with the wait for a free connection."""
    verdict: timedelta = timedelta(seconds=30)
    """For the answer to the letter: servers scan it before they give one."""


class EmailChannel:
    """Email by SMTP."""

    channel = Channel.EMAIL

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: SmtpTls,
        mail_from: str,
        from_name: str = "",
        reply_to: str = "",
        username: str = "",
        password: SecretStr | None = None,
        lookup: MailboxLookup = nobody_can_tell,
        grace: timedelta = timedelta(minutes=2),
        receipts: bool = False,
        limits: Limits | None = None,
        patience: Patience | None = None,
        context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`mail_from`, and `reply_to` if given, is an address or Name <address>; else raises SettingsError.

        `grace`: how long after the last byte a look-up that finds nothing means nothing. `receipts`: somebody
        reads what comes to `mail_from`, so ask for DSNs where the server offers them. `now` is real time.
        """
        self._sender = Mailbox.ours(mail_from, from_name)
        self._reply_to = Mailbox.ours(reply_to, setting="REPLY_TO") if reply_to else None
        if context is None and tls is not SmtpTls.NONE:
            context = ssl.create_default_context()
        self._patience = patience or Patience()
        self._server = Server(
            host=host,
            port=port,
            tls=tls,
            username=username,
            password=password,
            hello=self._sender.domain,
            step_timeout=self._patience.step,
            context=context,
        )
        self._pool = Pool(lambda: Connection.open(self._server), limits or Limits())
        self._receipts = receipts
        self._lookup = lookup
        self._grace = grace
        self._now = now

    async def trouble(self) -> Misconfigured | Retry | None:
        """Connect, agree on TLS, log in and leave: give what is wrong with that."""
        try:
            connection = await Connection.open(self._server)
        except (aiosmtplib.SMTPException, OSError) as error:
            outcome = outcome_before_wire(error)
            away = Retry("the mail server cannot be reached")
            return outcome if isinstance(outcome, Misconfigured | Retry) else away
        connection.hang_up()
        return None

    async def send(self, envelope: Envelope, on_wire: Callable[[], Awaitable[None]]) -> Outcome:
        """Send one email. What `on_wire` raises passes through, and then nothing was sent."""
        try:
            recipient = Mailbox.parse(envelope.address)
        except UnwritableAddressError as error:
            return Rejected(str(error))
        written = letter.write(envelope, self._sender, recipient, self._reply_to)
        ready = await self._ready(recipient, envelope.row)
        if not isinstance(ready, Connection):
            return ready
        in_step = False
        try:
            await on_wire()
            outcome = await self._hand_over(ready, written)
            in_step = not isinstance(outcome, Uncertain)
        finally:
            if in_step:
                self._pool.give_back(ready)
            else:
                self._pool.cut(ready)
        return outcome

    async def find(self, envelope: Envelope) -> Accepted | Found:
        """Ask the look-up; that it found nothing, or cannot tell, counts only when the grace is over."""
        asked_at = self._now()
        found = await self._lookup(envelope)
        if isinstance(found, Accepted):
            return found
        return settled(found, envelope, asked_at, self._grace, receipt_may_come=self._receipts)

    def close(self) -> None:
        """End the connections that nobody uses."""
        self._pool.close()

    async def _ready(self, recipient: Mailbox, row: str) -> Connection | Outcome:
        """Give a connection whose server waits for the letter, or say what that failed for."""
        try:
            async with asyncio.timeout(self._patience.before_wire.total_seconds()):
                return await self._offered(recipient, row)
        except SlowedDownError as slowed:
            return Retry("the mail server asked us to slow down", slowed.after)
        except (aiosmtplib.SMTPException, OSError) as error:  # TimeoutError and ssl errors are OSErrors
            outcome = outcome_before_wire(error)
            answer = answer_in(error) if isinstance(error, aiosmtplib.SMTPException) else None
            if answer is not None and answer.closing:
                self._pool.slow_down(SLOW_DOWN)
            return outcome

    async def _offered(self, recipient: Mailbox, row: str) -> Connection:
        """Offer the letter; where a kept connection turns out to have ended, once more on a new one."""
        connection = await self._pool.take()
        kept = connection.letters > 0
        try:
            return await self._offer(connection, recipient, row)
        except aiosmtplib.SMTPException as error:
            if not (kept and _had_ended(error)):
                raise
        return await self._offer(await self._pool.take(fresh=True), recipient, row)

    async def _offer(self, connection: Connection, recipient: Mailbox, row: str) -> Connection:
        offered = in_step = False
        try:
            await connection.offer(self._sender, recipient, row, receipt=self._receipts)
            offered = True
        except aiosmtplib.SMTPRecipientRefused:
            in_step = await connection.reset()
            raise
        finally:
            if in_step:
                self._pool.give_back(connection)
            elif not offered:
                self._pool.cut(connection)
        return connection

    async def _hand_over(self, connection: Connection, written: bytes) -> Outcome:
        try:
            connection.write(written)
        except aiosmtplib.SMTPServerDisconnected:
            return Retry("the mail server hung up before the letter left")
        try:
            answer = await connection.verdict(self._patience.verdict)
        except (aiosmtplib.SMTPException, OSError):
            return Uncertain("the letter left, and the mail server gave no answer")
        if answer.closing:
            self._pool.slow_down(SLOW_DOWN)
        outcome = outcome_of(answer)
        if isinstance(outcome, Accepted):
            return replace(outcome, receipt_promised=self._receipts and connection.gives_receipts)
        return outcome


def _had_ended(error: aiosmtplib.SMTPException) -> bool:
    """Whether the server had ended the connection before: too long idle, or enough letters on it."""
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return True
    answer = answer_in(error)
    return answer is not None and answer.closing and answer.step is Step.SENDER
