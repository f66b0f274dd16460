"""Whether rows that are about to be sent are still true. Decided anew, on the newest state.

Between the decision and the sending a flight may have moved on, a booking may have been cancelled, and
another row may be on its way to the same person. However many rows there are, the questions are the same few.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.clock import Clock
from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE, CONNECTIONS, FOR_STAFF
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case, Moved
from flightagents.handlers.caveats import Caveats
from flightagents.handlers.decide import Decide
from flightagents.handlers.heard import is_newer
from flightagents.handlers.limits import AddressLimit
from flightagents.handlers.one_person import OnePerson
from flightagents.handlers.rows import Rows, obstacle_to
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from flightagents.ports import Bookings
from flightagents.ports.desk import HeldFlights

OPEN = (State.PENDING, State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.DELIVERED)
UNCERTAIN_PATIENCE = timedelta(minutes=5)
"""How long newer news waits until it is known what became of older news, in business time.

A provider that can be asked has answered by then; one that cannot be asked must not keep a cancellation back.
"""

_NOT_BOOKED = SetAside(State.SUPPRESSED, Reason.NOT_BOOKED)
_SUPERSEDED = SetAside(State.SUPERSEDED, Reason.SUPERSEDED)
_HELD = Wait("staff hold the messages of its flight")
"""Only what was claimed just before they did: else it is not claimed."""


class JudgeStaffRows(Protocol):
    """Judges rows that are for staff."""

    async def __call__(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        """Give a verdict on each row, by its id."""

    async def address(self, row: Notification) -> str | None:
        """Give where a row goes, or went; None where nobody there is told any more."""


class JudgeConnections(Protocol):
    """Judges rows about a connection."""

    async def judge(
        self, rows: Sequence[Notification], bookings: Mapping[str, Booking]
    ) -> dict[str, Verdict]:
        """Give a verdict on each row, by its id. The rows' bookings are there, and may be written to."""


class Recheck:
    """Looks at everything again."""

    def __init__(
        self,
        *,
        bookings: Bookings,
        audience: Audience,
        decide: Decide,
        one_person: OnePerson,
        rows: Rows,
        staff: JudgeStaffRows,
        connections: JudgeConnections,
        limit: AddressLimit,
        caveats: Caveats,
        held: HeldFlights,
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._decide = decide
        self._one_person = one_person
        self._rows = rows
        self._staff = staff
        self._connections = connections
        self._limit = limit
        self._caveats = caveats
        self._held = held
        self._clock = clock

    async def __call__(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        """Judge claimed rows that are about to be sent, for the first time or again; by their ids."""
        staff = [row for row in rows if is_for_staff(row)]
        theirs = [row for row in rows if not is_for_staff(row)]
        verdicts = await self._staff(staff) if staff else {}
        held = await self._held.held() if theirs else frozenset()
        verdicts |= {row.id: _HELD for row in theirs if row.flight in held}
        theirs = [row for row in theirs if row.flight not in held]
        judged = await self._limit(theirs, await self._of_travellers(theirs))
        return verdicts | await self._caveats(judged)

    async def _of_travellers(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        ids = sorted({row.booking for row in rows if row.booking is not None})
        bookings = await self._bookings.get(ids) if ids else {}
        verdicts: dict[str, Verdict] = {}
        open_rows: list[tuple[Notification, Booking]] = []
        for row in rows:
            booking = bookings.get(row.booking or "")
            if booking is None or row.address_key not in self._rows.address_keys(booking):
                verdicts[row.id] = _NOT_BOOKED  # perhaps it has got another address since
            elif (obstacle := obstacle_to(booking, row.channel)) is not None:
                verdicts[row.id] = SetAside(State.SUPPRESSED, obstacle)
            else:
                open_rows.append((row, booking))
        connecting = [row for row, _ in open_rows if row.said in CONNECTIONS]
        if connecting:
            verdicts |= await self._connections.judge(connecting, bookings)
        about_flights = [(row, booking) for row, booking in open_rows if row.said not in CONNECTIONS]
        return verdicts | await self._about_flights(about_flights)

    async def _about_flights(self, rows: Sequence[tuple[Notification, Booking]]) -> dict[str, Verdict]:
        if not rows:
            return {}
        wanted = {(booking.id, row.flight) for row, booking in rows}
        everyone = list({each.id: each for _, each in rows}.values())
        all_cases = await self._decide.sighted(await self._audience.of_bookings(everyone, whole=True))
        cases = {(case.booking.id, case.state.flight): case for case in all_cases}
        known = await self._decide.known([case for key, case in cases.items() if key in wanted])
        now = self._clock.now()
        verdicts: dict[str, Verdict] = {}
        for row, booking in rows:
            case, address = cases.get((booking.id, row.flight)), booking.address(row.channel)
            if case is None or address is None:
                verdicts[row.id] = _NOT_BOOKED
                continue
            if case.aside is Reason.MOVED:
                verdicts[row.id] = _SUPERSEDED
                continue
            told = self._decide.of_person(case, known)
            verdicts[row.id] = _crossed(row, told, now) or self._judge(row, case, told, address, now)
        return verdicts

    def _judge(
        self, row: Notification, case: Case, rows: Sequence[Notification], address: str, now: datetime
    ) -> Verdict:
        moved = Moved(row.notice.gate_from, row.notice.terminal_from) if row.notice else Moved()
        current = self._one_person.current(case, moved)
        decision, told = self._one_person.still(case, rows, row, current, now)
        if decision.reason is Reason.SUPERSEDED:
            return _SUPERSEDED
        if not decision.tell:
            late = decision.reason is Reason.EXPIRED
            return SetAside(State.EXPIRED if late else State.SUPPRESSED, decision.reason)
        if decision.said is not row.said:
            return _SUPERSEDED
        if decision.not_before is not None and decision.not_before > now:
            return Wait()
        return Send(address=address, notice=self._rows.notice(case, current, told, row.said))


def is_for_staff(row: Notification) -> bool:
    """Tell whether it is judged by the rules for staff."""
    return row.rule is not None or row.said in FOR_STAFF


def _crossed(row: Notification, rows: Sequence[Notification], now: datetime) -> Verdict | None:
    """Look at what else the address is told of this flight: newer news wins, older news goes first."""
    same = [
        other
        for other in rows
        if (other.flight, other.address_key) == (row.flight, row.address_key)
        and other.id != row.id
        and other.said not in BESIDE
    ]
    if any(is_newer(other, row) and other.state in OPEN for other in same):
        return _SUPERSEDED
    older = {other.state for other in same if is_newer(row, other)}
    unclear = State.UNCERTAIN in older and now - row.created_at < UNCERTAIN_PATIENCE
    return Wait() if State.SENDING in older or unclear else None
