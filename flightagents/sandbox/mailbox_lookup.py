"""Asks the sandbox's mailbox what arrived: the evidence that plain SMTP does not give."""

from dataclasses import dataclass

import aiohttp

from flightagents.domain.delivery import Accepted, Envelope, Found

MAILBOX_URL = "SANDBOX_MAILBOX_URL"
"""Environment variable: where the mailbox's page is."""


@dataclass(frozen=True, slots=True)
class MailboxPageLookup:
    """Asks the mailbox's page for a letter. It shows a mail before the SMTP client has its answer."""

    url: str

    async def __call__(self, envelope: Envelope) -> Accepted | Found:
        """Tell whether the letter is there."""
        timeout = aiohttp.ClientTimeout(total=5)
        question = {"message_id": envelope.message.message_id}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"{self.url}messages.json", params=question) as response,
            ):
                response.raise_for_status()
                return Accepted() if (await response.json())["emails"] else Found.NO
        except (aiohttp.ClientError, TimeoutError):
            return Found.NOT_YET
