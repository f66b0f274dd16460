"""A worker as in production, which can also ask the sandbox's mailbox what arrived.

`python -m flightagents.sandbox.worker worker -l info`: plain SMTP cannot be asked, so that a message whose
worker died may arrive twice; here there is evidence, and it arrives once.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp

from flightagents.app import app
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Envelope, Found
from flightagents.handlers.pace import Pace
from flightagents.wiring import Sending, wire

MAILBOX_URL = "SANDBOX_MAILBOX_URL"
"""Environment variable: where the mailbox's page is."""
LEASE = timedelta(seconds=10)
"""Short, so that a killed worker's messages go on while somebody watches."""
PACE = Pace(timedelta(seconds=1), timedelta(seconds=5), grace=timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class MailboxPageLookup:
    """Asks the mailbox's page for a letter. It shows a mail before the SMTP client has its answer."""

    url: str

    async def __call__(self, envelope: Envelope) -> Found:
        """Tell whether the letter is there."""
        timeout = aiohttp.ClientTimeout(total=5)
        question = {"message_id": envelope.message.message_id}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"{self.url}messages.json", params=question) as response,
            ):
                response.raise_for_status()
                return Found.YES if (await response.json())["emails"] else Found.NO
        except (aiohttp.ClientError, TimeoutError):
            return Found.NOT_YET


def sending() -> Sending:
    """Send with evidence, and without long waits."""
    lookup = MailboxPageLookup(os.environ[MAILBOX_URL])
    return Sending({Channel.EMAIL: PACE, Channel.SMS: PACE}, LEASE, lookup)


if __name__ == "__main__":
    app.wire = partial(wire, sending=sending())
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    app.main()
