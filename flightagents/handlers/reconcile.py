"""What became of a notification whose sender died, or heard no answer, after bytes may have left."""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Envelope, Found
from flightagents.domain.notifications import Notification, State
from flightagents.handlers.counting import count_end
from flightagents.handlers.following import names_of
from flightagents.handlers.pace import Pace
from flightagents.handlers.receipts import RECEIPT_WITHIN
from flightagents.handlers.recheck import JudgeStaffRows, is_for_staff
from flightagents.metrics import MAYBE_TWICE
from flightagents.ports import Bookings, DeliveryChannel, Outbox

_log = structlog.get_logger(__name__)


class Reconcile:
    """Asks the provider, and says whether it has to be sent again."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        bookings: Bookings,
        staff: JudgeStaffRows,
        channels: Mapping[Channel, DeliveryChannel],
        paces: Mapping[Channel, Pace],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._bookings = bookings
        self._staff = staff
        self._channels = channels
        self._paces = paces
        self._clock = clock

    async def __call__(self, row: Notification) -> bool:
        """Tell whether to send it again, if it is still true; False where its state is settled here.

        Without any evidence it is sent a second time, and never a third. If the second went unanswered too,
        only a receipt can still tell; without one, another channel is sought (fallback.py).
        """
        address = await self._address(row)
        if row.message is None or address is None:
            await self._end(row, State.DEAD, "whoever it was for is not booked any more")
            return False
        envelope = Envelope(
            row=row.id,
            address=address,
            message=row.message,
            valid_for=timedelta(),
            wire_at=row.wire_at,
            last_wire_at=row.last_wire_at,
        )
        found = await self._channels[row.channel].find(envelope)
        grace = self._paces[row.channel].grace
        match found:
            case Accepted(provider_id, receipt_promised):
                within = RECEIPT_WITHIN if receipt_promised else None
                await self._end(row, State.ACCEPTED, "found at the provider", within, provider_id)
            case Found.CANNOT_TELL if row.maybe_twice:
                why = "sent twice, and nobody can tell what arrived"
                await self._end(row, State.ACCEPTED, why, RECEIPT_WITHIN)
            case Found.NOT_YET if self._clock.now() > row.expires_at:
                await self._end(row, State.DEAD, "nobody could be asked until it expired")
            case Found.NOT_YET:
                await self._outbox.leave_uncertain(row, "asked too early", grace)
            case Found.CANNOT_TELL:
                _log.warning("a notification may arrive twice", **names_of(row), channel=row.channel)
                MAYBE_TWICE.labels(channel=row.channel.value).inc()
                why = "nobody can tell whether it arrived"
                await self._outbox.leave_uncertain(row, why, grace, again=True)
                return True
            case Found.NO:
                return True
        return False

    async def _end(
        self,
        row: Notification,
        state: State,
        why: str,
        receipt_within: timedelta | None = None,
        provider_id: str | None = None,
    ) -> None:
        await self._outbox.finish(row, state, why, provider_id=provider_id, receipt_within=receipt_within)
        count_end(row, state)

    async def _address(self, row: Notification) -> str | None:
        if is_for_staff(row):
            return await self._staff.address(row)
        if row.booking is None:
            return None
        booking = (await self._bookings.get([row.booking])).get(row.booking)
        return booking.address(row.channel) if booking else None
