"""Decides again for people whose notification ended untold: refused, set aside, expired.

What they were told is less than the decisions since then believed.
"""

from flightagents.handlers.decide import Decide
from flightagents.ports import Ledger


class Settle:
    """Runs after each delivery, and each minute for what a worker that died has left."""

    def __init__(self, ledger: Ledger, decide: Decide) -> None:
        self._ledger = ledger
        self._decide = decide

    async def __call__(self) -> None:
        """Decide again on each flight with such a row."""
        rows = await self._ledger.unsettled()
        if rows:
            await self._decide.for_flights(sorted({row.flight for row in rows}))
            for row in rows:
                await self._ledger.settle(row)
