"""What providers report later -> the rows move forward.

Before it a row was accepted, and a receipt promised (deliver.py); reports come as callbacks of the web, or as
mails that a bounce mailbox collects. After it settle.py finds what ended untold, or without a receipt.
"""

from collections import Counter
from datetime import timedelta

import structlog

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import NoReceipt, Receipt, Reply
from flightagents.errors import MailboxOutageError
from flightagents.handlers.mail_replies import TakeMailReply
from flightagents.metrics import BOUNCE_MAILS
from flightagents.ports import BounceSource, ReadReceipt, Receipts

RECEIPT_WITHIN = timedelta(minutes=10)
"""How long a promised receipt may take, in real time (docs/alerting.md)."""

_log = structlog.get_logger(__name__)


class TakeReceipt:
    """Takes one report; it may come late, twice and out of order."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts

    async def __call__(self, receipt: Receipt) -> bool:
        """Move the row forward; False where it is unknown or has moved on already."""
        moved = await self._receipts.receive(receipt)
        if moved and not (receipt.delivered or receipt.relayed):
            _log.warning("a notification came back", notification=receipt.row, reason=receipt.detail)
        return moved

    async def by_provider_id(self, provider_id: str, *, delivered: bool, detail: str) -> bool:
        """Take a report that names the provider's own id alone, where the provider had told us that id."""
        row = await self._receipts.row_of(provider_id)
        return row is not None and await self(Receipt(row, delivered, detail))


class ReadBounces:
    """Empties the mailbox of the bounces."""

    def __init__(
        self,
        source: BounceSource,
        read: ReadReceipt,
        take: TakeReceipt,
        take_reply: TakeMailReply,
        receipts: Receipts,
    ) -> None:
        self._source = source
        self._read = read
        self._take = take
        self._take_reply = take_reply
        self._receipts = receipts

    async def __call__(self) -> Counter[str]:
        """Take every report that has come, then look for those that have not; give how many of each kind.

        A mail is marked as read after its row has moved, or its task is open: whoever dies between the two
        reads it again.
        """
        counted: Counter[str] = Counter()
        try:
            while mails := await self._source.read():
                for key, mail in mails:
                    kind = await self._one(mail)
                    await self._source.done(key)
                    counted[kind] += 1
                    BOUNCE_MAILS.labels(kind).inc()
        except MailboxOutageError as exc:
            # No receipt is overdue while nobody can see whether it has come.
            _log.warning("bounces cannot be read; trying again", reason=str(exc))
        else:
            counted["overdue"] = len(await self._receipts.overdue(Channel.EMAIL))
        counted = +counted
        if counted:
            _log.info("read bounces", **counted)
        return counted

    def close(self) -> None:
        """End what the mailbox keeps open."""
        self._source.close()

    async def _one(self, mail: bytes) -> str:
        receipt = self._read(mail)
        if isinstance(receipt, NoReceipt):
            return receipt.value
        if isinstance(receipt, Reply):
            await self._take_reply(receipt)
            return "reply"
        if not await self._take(receipt):
            return "no_change"
        if receipt.relayed:
            return "relayed"
        return "delivered" if receipt.delivered else "failed"
