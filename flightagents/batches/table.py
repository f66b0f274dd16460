"""A Faust table whose writes can be waited for.

Faust sends a table's changelog without looking back. A write that was dropped means an old state after the
next recovery, the same change found again, and a second message to a traveller.
"""

import asyncio

import faust
from faust.types import FutureMessage

from flightagents.waits import KAFKA, WAITS


class DurableTable(faust.Table):
    """Remembers the changelog's sends until `durable` has seen their acks."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._sent: list[FutureMessage] = []

    def send_changelog(self, *args: object, **kwargs: object) -> FutureMessage:
        """Send as Faust does, and remember."""
        sent: FutureMessage = super().send_changelog(*args, **kwargs)
        self._sent.append(sent)
        return sent

    async def durable(self) -> None:
        """Wait until the broker has everything. Raises what a send failed with for good."""
        sent, self._sent = self._sent, []
        with WAITS.on(KAFKA):
            await asyncio.gather(*sent)
