"""Looks once at each notification that ended untold (refused, bounced, set aside, expired) or unconfirmed.

Or that is stuck (waiting.py). What people were told is less than the decisions since then believed. So first
another channel is sought (fallback.py), and then it is decided again (decide.py).
"""

from collections.abc import Collection, Sequence

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import TOLD, Notification, State
from flightagents.handlers.decide import Decide
from flightagents.handlers.fallback import Fallback
from flightagents.ports import Ledger, Receipts

FLIGHTS = 10
"""Flights whose travellers are decided on at once: after an outage there are hundreds."""


class Settle:
    """Runs after each delivery, and each minute for what a worker that died has left."""

    def __init__(
        self,
        ledger: Ledger,
        receipts: Receipts,
        fallback: Fallback,
        decide: Decide,
        *,
        reported: Collection[Channel] = (Channel.SMS,),
    ) -> None:
        """`reported`: the channels on which a receipt that has not come in time does not come.

        Of the others only whoever reads the bounces can say so (receipts.py).
        """
        self._ledger = ledger
        self._receipts = receipts
        self._fallback = fallback
        self._decide = decide
        self._reported = reported

    async def __call__(self) -> None:
        """Find another way for each such row, and decide again on the flights of those untold."""
        for channel in self._reported:
            await self._receipts.overdue(channel)
        seen: set[str] = set()
        while rows := [row for row in await self._ledger.unsettled() if row.id not in seen]:
            seen |= {row.id for row in rows}
            await self._settle(rows)

    async def _settle(self, rows: Sequence[Notification]) -> None:
        await self._fallback(rows)
        untold = sorted({row.flight for row in rows if row.state not in TOLD | {State.PENDING}})
        for start in range(0, len(untold), FLIGHTS):
            await self._decide.for_flights(untold[start : start + FLIGHTS])
        await self._ledger.settle(rows)
