"""Rows of the ledger -> emails and SMS, each exactly once as far as the provider gives evidence.

Before it decide.py wrote the rows. A row is judged anew when it is claimed, marked "wire" durably just
before bytes leave, and ends with one of five outcomes. A row that was at "wire" when its sender died is
asked about at the provider before anything is sent again (reconcile.py), and judged anew like any other.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
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
    Notice,
    Notification,
    Outcome,
    Rejected,
    Retry,
    Stage,
    State,
    Uncertain,
)
from flightagents.handlers.pace import Pace
from flightagents.handlers.recheck import Recheck
from flightagents.handlers.reconcile import Reconcile
from flightagents.handlers.verdicts import Send, SetAside, Wait
from flightagents.ports import DeliveryChannel, Outbox, Renderer

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
        outbox: Outbox,
        recheck: Recheck,
        reconcile: Reconcile,
        renderer: Renderer,
        channels: Mapping[Channel, DeliveryChannel],
        paces: Mapping[Channel, Pace],
        clock: Clock,
        owner: str,
    ) -> None:
        self._outbox = outbox
        self._recheck = recheck
        self._reconcile = reconcile
        self._renderer = renderer
        self._channels = channels
        self._paces = paces
        self._clock = clock
        self._owner = owner
        self._stopped: dict[Channel, float] = {}
        self._at_once = {channel: asyncio.Semaphore(AT_ONCE) for channel in channels}
        self._ending = False

    @property
    def channels(self) -> list[Channel]:
        """The channels that can be sent on here."""
        return list(self._channels)

    async def __call__(self, channel: Channel) -> int:
        """Send one claim of a channel's rows; give how many there were. A slow channel holds up no other."""
        if self._rests(channel) or self._ending:
            return 0
        rows = await self._outbox.claim(self._owner, [channel.value], self._clock.now(), BATCH)
        # One that fails does not leave the others on their way with nobody waiting for them.
        ends = await asyncio.gather(*(self._one(row) for row in rows), return_exceptions=True)
        if failures := [end for end in ends if isinstance(end, Exception)]:
            raise ExceptionGroup("some notifications stay claimed until their lease ends", failures)
        return len(rows)

    def end(self) -> None:
        """Begin nothing more: what is on its way is sent to its end, and what is claimed is given back."""
        self._ending = True

    def _rests(self, channel: Channel) -> bool:
        return self._stopped.get(channel, 0.0) > monotonic()

    async def _one(self, row: Notification) -> None:
        async with self._at_once[row.channel]:
            if self._ending:
                await self._give_back(row)
                return
            if row.stage is Stage.WIRE and not await self._reconcile(row):
                return
            if self._rests(row.channel):
                await self._wait(row, "the channel rests")
                return
            match await self._recheck(row):
                case Send(address=address, notice=Notice() as notice):
                    await self._send(replace(row, notice=notice), address, self._message(row, notice))
                case SetAside(state, reason):
                    await self._outbox.finish(row, state, reason.value, reason=reason)
                case Wait():
                    await self._wait(row, "waits")

    async def _give_back(self, row: Notification) -> None:
        if row.stage is Stage.WIRE:
            await self._outbox.leave_uncertain(row, "the worker ends", timedelta())
        else:
            await self._outbox.postpone(
                row, "the worker ends", timedelta(), until=row.not_before, burned=False
            )

    async def _wait(self, row: Notification, reason: str) -> None:
        await self._outbox.postpone(row, reason, SOON, until=row.not_before, burned=False)

    def _message(self, row: Notification, notice: Notice) -> Message:
        """Give the message as it was, unless what it says has changed."""
        if row.message is not None and row.notice == notice:
            return row.message
        return self._renderer.render(notice, row.channel, row=row.id, now=self._clock.now())

    async def _send(self, row: Notification, address: str, message: Message) -> None:
        async def on_wire() -> None:
            if not await self._outbox.wire(row, message):
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
                await self._outbox.finish(row, State.ACCEPTED, "accepted", provider_id=provider_id)
                _log.info("notified", channel=row.channel, said=row.said, flight=row.flight, row=row.id)
            case Rejected(reason):
                await self._outbox.finish(row, State.FAILED, reason)
                _log.warning("a provider refused it", channel=row.channel, row=row.id, reason=reason)
            case Retry(reason, after):
                wait = max(after or pace.wait(row.tries), pace.wait(row.tries))
                await self._outbox.postpone(row, reason, wait)
            case Uncertain(reason):
                await self._outbox.leave_uncertain(row, reason, pace.grace)
            case Misconfigured(reason):
                await self._outbox.postpone(row, reason, SOON, burned=False)
                self._stopped[row.channel] = monotonic() + STOPPED_FOR.total_seconds()
                _log.error("a channel stops: its settings are wrong", channel=row.channel, reason=reason)
