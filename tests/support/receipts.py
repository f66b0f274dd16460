"""For tests of receipts: a row of Anna's, and a mailbox of bounces in memory."""

from datetime import timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification
from flightagents.domain.said import Said
from flightagents.errors import MailboxOutageError
from tests.support.messages import notice
from tests.support.rows import NOON

ROW = Notification(
    id="a",
    flight="BA117|2026-11-22|LHR|JFK",
    ordinal=2,
    booking="ABC123|anna@example.com",
    channel=Channel.EMAIL,
    address_key="anna",
    said=Said.LATER,
    notice=notice(),
    created_at=NOON,
    expires_at=NOON + timedelta(hours=5),
)
"""Her email of a delay."""


class FakeBounces:
    """Gives two mails at a time; with `breaks_after` it is out of reach after so many calls."""

    def __init__(self, *mails: bytes, breaks_after: int | None = None) -> None:
        self.unread = {str(number): mail for number, mail in enumerate(mails)}
        self.closed = False
        self._left = breaks_after

    async def read(self) -> list[tuple[str, bytes]]:
        self._call()
        return list(self.unread.items())[:2]

    async def done(self, key: str) -> None:
        self._call()
        self.unread.pop(key, None)

    def close(self) -> None:
        self.closed = True

    def _call(self) -> None:
        if self._left is not None:
            if not self._left:
                raise MailboxOutageError("the mail server of the bounces: no connection, or it was lost")
            self._left -= 1
