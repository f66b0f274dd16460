"""A mail server, a Twilio and the mailbox's page, in a thread of their own: for tests that block.

Where connections are to be cut, a cutter stands before the mail server, which may be another one's.
"""

import asyncio
import threading
from contextlib import AsyncExitStack
from typing import Any, Self

from flightagents.sandbox.mailbox import Mailbox, mail_server
from flightagents.sandbox.mailbox_lookup import MAILBOX_URL
from flightagents.sandbox.mailbox_page import mailbox_page
from flightagents.sandbox.messages_account import Differences, compare
from flightagents.sandbox.twilio import Twilio, twilio_server
from tests.support.cutting import Cutter, cutting

START_SECONDS = 10


class Post:
    """What workers send their messages to."""

    mailbox: Mailbox
    twilio: Twilio
    page: str
    cutter: Cutter | None = None

    def __init__(self, *, cut: bool = False, mail_server: tuple[str, int] | None = None) -> None:
        """With `cut` emails go through a cutter; to `mail_server`, or to the mailbox here."""
        self._cut = cut
        self._mail_server = mail_server
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    def _serve(self) -> None:
        self._loop.run_until_complete(self._run())

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            self.mailbox = await stack.enter_async_context(mail_server())
            self.twilio = await stack.enter_async_context(twilio_server())
            self.page = await stack.enter_async_context(mailbox_page(self.mailbox, self.twilio))
            if self._cut:
                real = self._mail_server or (self.mailbox.host, self.mailbox.port)
                self.cutter = await stack.enter_async_context(cutting(*real))
            self._ready.set()
            await self._over.wait()

    def settings(self) -> dict[str, object]:
        """Give the settings of a worker that sends here, without their prefix."""
        mail = self.cutter or self.mailbox
        return {
            "SMTP_HOST": mail.host,
            "SMTP_PORT": mail.port,
            "SMTP_TLS": "none",
            "MAIL_FROM": "alerts@agency.example",
            "TWILIO_ACCOUNT_SID": self.twilio.account,
            "TWILIO_AUTH_TOKEN": self.twilio.token,
            "TWILIO_FROM": "+12025550199",
            "TWILIO_URL": self.twilio.url,
        }

    def environment(self) -> dict[str, str]:
        """Give what lets a worker ask the mailbox what arrived."""
        return {MAILBOX_URL: self.page}

    def compare(self, ledger: list[dict[str, Any]], phones: dict[str, str | None]) -> Differences:
        """Compare what was received with the ledger."""
        return compare(self.mailbox.mails, self.twilio.messages, ledger, phones)
