"""Hands one row over to its channel, and records with which of the five outcomes it ended.

Before it the row was judged (recheck.py); deliver.py says when its turn is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import (
    Accepted,
    Envelope,
    Misconfigured,
    Outcome,
    Rejected,
    Retry,
    Uncertain,
)
from flightagents.domain.notifications import Message, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.vital_signs import Measure
from flightagents.handlers.breaker import STOPPED_FOR
from flightagents.handlers.counting import count_end, time_hand_over
from flightagents.handlers.following import names_of
from flightagents.handlers.pace import Pace
from flightagents.handlers.receipts import RECEIPT_WITHIN
from flightagents.handlers.verdicts import Send
from flightagents.ports import DeliveryChannel, Outbox, Renderer, StaffRenderer
from flightagents.pulse import PULSE

TRIES_WITH_OTHERS = 5
"""Messages with which a stopped channel is tried before the same one's turn comes again."""

Withdraw = Callable[[Channel, str, str], Awaitable[None]]
"""Takes consent back: channel, address, and how we know."""

_SHORTEST = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class FenceLostError(Exception):
    """The row is not ours any more: its lease ran out, or another sender has it. Nothing may leave."""


class HandOver:
    """Writes the words, sends them, and notes what came of it. In shadow mode it only writes them."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        renderer: Renderer,
        staff_renderer: StaffRenderer,
        channels: Mapping[Channel, DeliveryChannel],
        paces: Mapping[Channel, Pace],
        clock: Clock,
        withdraw: Withdraw,
        shadow: bool = False,
    ) -> None:
        self._outbox = outbox
        self._renderer = renderer
        self._staff_renderer = staff_renderer
        self._channels = channels
        self._paces = paces
        self._clock = clock
        self._withdraw = withdraw
        self.shadow = shadow

    async def show(self, row: Notification, send: Send) -> None:
        """Keep what would be sent, for staff to look at; it counts as told for as long as nothing is sent."""
        row = replace(row, notice=send.notice, staff=send.staff)
        message = self._message(row, send)
        await self._outbox.finish(
            row, State.SUPPRESSED, "shown, not sent", reason=Reason.SHADOW, message=message
        )
        count_end(row, State.SUPPRESSED, Reason.SHADOW)

    async def send(self, row: Notification, send: Send) -> Outcome | None:
        """Send it; None where it was not ours any more. The outcome is the caller's to record."""
        message = self._message(row, send)
        is_as_decided = (row.notice, row.staff) == (send.notice, send.staff)
        said = row if is_as_decided else replace(row, notice=send.notice, staff=send.staff)

        async def on_wire() -> None:
            if not await self._outbox.wire(said, message):
                raise FenceLostError

        valid_for = max(row.expires_at - self._clock.now(), _SHORTEST)
        envelope = Envelope(row=row.id, address=send.address, message=message, valid_for=valid_for)
        try:
            outcome = await self._channels[row.channel].send(envelope, on_wire)
        except FenceLostError:
            _log.warning(
                "a notification is not sent from here: its lease ran out or another sender has it",
                **names_of(row),
            )
            return None
        if isinstance(outcome, Rejected) and outcome.opted_out:
            await self._withdraw(row.channel, send.address, "the provider says so")
        return outcome

    async def record(self, row: Notification, outcome: Outcome, *, on_trial: bool = False) -> None:
        """Note how it ended; `on_trial`: it was sent to try whether its channel works again."""
        pace = self._paces[row.channel]
        match outcome:
            case Accepted(provider_id, receipt_promised):
                due_at = max(row.created_at, row.not_before or row.created_at)
                PULSE[Measure.DECISION_TO_HAND_OVER].note(self._clock.real(self._clock.now() - due_at))
                within = RECEIPT_WITHIN if receipt_promised else None
                await self._outbox.finish(
                    row, State.ACCEPTED, "accepted", provider_id=provider_id, receipt_within=within
                )
                count_end(row, State.ACCEPTED)
                time_hand_over(row, self._clock)
            case Rejected(reason):
                await self._outbox.finish(row, State.FAILED, reason)
                count_end(row, State.FAILED)
                _log.warning("a provider refused it", **names_of(row), channel=row.channel, reason=reason)
            case Retry(reason, after):
                wait = pace.wait(row.tries)
                await self._outbox.postpone(
                    row, reason, max(after or wait, wait), until=row.not_before, in_vain=True
                )
            case Uncertain(reason):
                await self._outbox.leave_uncertain(row, reason, pace.grace)
            case Misconfigured(reason):
                # Past the next tries, which are made with other rows: perhaps it is this one alone.
                wait = TRIES_WITH_OTHERS * STOPPED_FOR if on_trial else STOPPED_FOR
                await self._outbox.postpone(
                    row, reason, wait, until=row.not_before, burned=False, in_vain=True
                )

    def _message(self, row: Notification, send: Send) -> Message:
        """Give the message as it was, unless what it says has changed."""
        if row.message is not None and (row.notice, row.staff) == (send.notice, send.staff):
            return row.message
        now = self._clock.now()
        # What left before may have arrived: other words under its name would be folded into it, unread.
        name = row.id if row.wire_at is None else f"{row.id}.{row.attempt}"
        if send.staff is not None:
            return self._staff_renderer.render(send.staff, row.channel, row=name, now=now)
        if send.notice is not None:
            return self._renderer.render(send.notice, row.channel, row=name, now=now)
        raise ValueError(f"the verdict on {row.id} holds nothing to say")
