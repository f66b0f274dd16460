"""Whether a row that is about to be sent is still true. Decided anew, on the newest state.

Between the decision and the sending the flight may have moved on, the booking may have been cancelled, and
another row may be on its way to the same person.
"""

from flightagents.clock import Clock
from flightagents.domain.alerting import Reason, expires_at, needs_update
from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import Notification, State
from flightagents.handlers.audience import Audience, Case, Moved
from flightagents.handlers.decide import Decide, notice
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from flightagents.ports import Bookings, Ledger

OPEN = (State.PENDING, State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.DELIVERED)


_NOT_BOOKED = SetAside(State.SUPPRESSED, Reason.NOT_BOOKED)
_SUPERSEDED = SetAside(State.SUPERSEDED, Reason.SUPERSEDED)


class Recheck:
    """Looks at everything again."""

    def __init__(
        self, bookings: Bookings, audience: Audience, ledger: Ledger, decide: Decide, clock: Clock
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._ledger = ledger
        self._decide = decide
        self._clock = clock

    async def __call__(self, row: Notification) -> Verdict:
        """Judge a claimed row that is about to be sent, for the first time or again."""
        booking = await self._booking(row)
        if booking is None:
            return _NOT_BOOKED
        obstacle = self._decide.obstacle(booking, row.channel)
        if obstacle is not None:
            return SetAside(State.SUPPRESSED, obstacle)
        case = await self._case(row, booking)
        address = booking.address(row.channel)
        if case is None or address is None:
            return _NOT_BOOKED
        rows = await self._ledger.rows_of([row.flight], self._decide.address_keys(booking))
        same = [other for other in rows if other.address_key == row.address_key and other.id != row.id]
        if any(other.ordinal > row.ordinal and other.state in OPEN for other in same):
            return _SUPERSEDED
        if any(other.ordinal < row.ordinal and other.state is State.SENDING for other in same):
            return Wait()
        return self._judge(row, case, rows, address)

    async def _booking(self, row: Notification) -> Booking | None:
        """The booking may have got another address since: then this row is not its."""
        if row.booking is None:
            return None
        booking = (await self._bookings.get([row.booking])).get(row.booking)
        keys = self._decide.address_keys(booking) if booking else []
        return booking if row.address_key in keys else None

    async def _case(self, row: Notification, booking: Booking) -> Case | None:
        cases = await self._audience.of_bookings([booking])
        return next((case for case in cases if case.state.flight == row.flight), None)

    def _judge(self, row: Notification, case: Case, rows: list[Notification], address: str) -> Verdict:
        moved = Moved(row.notice.gate_from, row.notice.terminal_from) if row.notice else Moved()
        current = case.current(moved)
        now = self._clock.now()
        if now > expires_at(current):
            return SetAside(State.EXPIRED, Reason.EXPIRED)
        told = self._decide.told(case, rows, row.ordinal)
        decision = needs_update(told, current, now)
        if not decision.tell:
            return SetAside(State.SUPPRESSED, decision.reason)
        if decision.said is not row.said:
            return _SUPERSEDED
        if decision.not_before is not None and decision.not_before > now:
            return Wait()
        return Send(address=address, notice=notice(case, current, told, row.said))
