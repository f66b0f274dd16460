"""Looks once at each notification that ended untold (refused, bounced, set aside, expired) or unconfirmed.

What people were told is less than the decisions since then believed. So first another channel is sought
(fallback.py), and then it is decided again (decide.py).
"""

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import TOLD
from flightagents.handlers.decide import Decide
from flightagents.handlers.fallback import Fallback
from flightagents.ports import Ledger, Receipts


class Settle:
    """Runs after each delivery, and each minute for what a worker that died has left."""

    def __init__(self, ledger: Ledger, receipts: Receipts, fallback: Fallback, decide: Decide) -> None:
        self._ledger = ledger
        self._receipts = receipts
        self._fallback = fallback
        self._decide = decide

    async def __call__(self) -> None:
        """Find another way for each such row, and decide again on the flights of those untold.

        Of an email's receipt only whoever reads the bounces can say that it has not come (receipts.py).
        """
        await self._receipts.overdue(Channel.SMS)
        rows = await self._ledger.unsettled()
        if not rows:
            return
        await self._fallback(rows)
        untold = sorted({row.flight for row in rows if row.state not in TOLD})
        if untold:
            await self._decide.for_flights(untold)
        for row in rows:
            await self._ledger.settle(row)
