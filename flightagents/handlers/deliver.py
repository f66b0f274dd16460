"""Rows of the ledger -> emails and SMS, each exactly once as far as the provider gives evidence.

Before it decide.py wrote the rows. A row is judged anew when it is claimed, marked "wire" durably just
before bytes leave, and ends with one of five outcomes. A row that was at "wire" when its sender died is
asked about at the provider before anything is sent again (reconcile.py).
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from time import monotonic

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import (
    Accepted,
    Envelope,
    Message,
    Misconfigured,
    Notification,
    Outcome,
    Rejected,
    Retry,
    Stage,
    State,
    Uncertain,
)
from flightagents.handlers.pace import Pace
from flightagents.handlers.recheck import Recheck, Send, SetAside, Wait
from flightagents.handlers.reconcile import Reconcile
from flightagents.ports import DeliveryChannel, Ledger, Renderer

BATCH = 50
"""Rows that one claim takes."""
AT_ONCE = 8
"""Messages on their way at the same time, of one sender."""
STOPPED_FOR = timedelta(seconds=60)
"""How long a channel rests whose credentials, TLS or sender are wrong."""
SOON = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class FenceLostError(Exception):
    """Another sender has the row now: nothing of ours may leave."""


class Deliver:
    """Sends what is due. One at work in each worker; the ledger keeps them apart."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        recheck: Recheck,
        reconcile: Reconcile,
        renderer: Renderer,
        channels: Mapping[Channel, DeliveryChannel],
        paces: Mapping[Channel, Pace],
        clock: Clock,
        owner: str,
    ) -> None:
        self._ledger = ledger
        self._recheck = recheck
        self._reconcile = reconcile
        self._renderer = renderer
        self._channels = channels
        self._paces = paces
        self._clock = clock
        self._owner = owner
        self._stopped: dict[Channel, float] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def __call__(self) -> int:
        """Send one claim of rows; give how many there were."""
        channels = [name for name in self._channels if self._stopped.get(name, 0.0) <= monotonic()]
        if not channels:
            return 0
        now = self._clock.now()
        rows = await self._ledger.claim(self._owner, [name.value for name in channels], now, BATCH)
        await asyncio.gather(*(self._one(row) for row in rows))
        return len(rows)

    async def _one(self, row: Notification) -> None:
        async with self._at_once:
            if row.stage is Stage.WIRE:
                again = await self._reconcile(row)
                if again is not None:
                    await self._send(row, *again)
                return
            verdict = await self._recheck(row)
            match verdict:
                case Send(address, notice):
                    message = row.message or self._renderer.render(
                        notice, row.channel, row=row.id, now=self._clock.now()
                    )
                    await self._send(row, address, message)
                case SetAside(state, reason):
                    await self._ledger.finish(row, state, reason.value, reason=reason)
                case Wait():
                    await self._ledger.postpone(row, "waits", SOON, until=row.not_before, burned=False)

    async def _send(self, row: Notification, address: str, message: Message) -> None:
        async def on_wire() -> None:
            if not await self._ledger.wire(row, message):
                raise FenceLostError

        valid_for = max(row.expires_at - self._clock.now(), SOON)
        envelope = Envelope(row=row.id, address=address, message=message, valid_for=valid_for)
        try:
            outcome = await self._channels[row.channel].send(envelope, on_wire)
        except FenceLostError:
            _log.warning("another sender took a notification over", row=row.id)
        else:
            await self._record(row, outcome)

    async def _record(self, row: Notification, outcome: Outcome) -> None:
        pace = self._paces[row.channel]
        match outcome:
            case Accepted(provider_id):
                await self._ledger.finish(row, State.ACCEPTED, "accepted", provider_id=provider_id)
                _log.info("notified", channel=row.channel, said=row.said, flight=row.flight, row=row.id)
            case Rejected(reason):
                await self._ledger.finish(row, State.FAILED, reason)
                _log.warning("a provider refused it", channel=row.channel, row=row.id, reason=reason)
            case Retry(reason, after):
                wait = max(after or pace.wait(row.tries), pace.wait(row.tries))
                await self._ledger.postpone(row, reason, wait)
            case Uncertain(reason):
                await self._ledger.leave_uncertain(row, reason, pace.grace)
            case Misconfigured(reason):
                await self._ledger.postpone(row, reason, SOON, burned=False)
                self._stopped[row.channel] = monotonic() + STOPPED_FOR.total_seconds()
                _log.error("a channel stops: its settings are wrong", channel=row.channel, reason=reason)
