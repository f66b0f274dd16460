"""A notification failed, is stuck, or got no promised receipt -> the other channel, and then a call by staff.

Before it a row ended untold (deliver.py, receipts.py) or cannot leave (waiting.py); settle.py brings it here.
After it the new row is judged anew and sent like any other (recheck.py, deliver.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from flightagents.clock import Clock
from flightagents.domain.alerting import SMS_BEFORE, SMS_DELAY
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.holding import Holding
from flightagents.domain.notifications import Notice, Notification, State, may_tell
from flightagents.domain.reasons import Reason
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, PLACES, Said
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.domain.times import at_latest, to_local
from flightagents.handlers.audience import Audience
from flightagents.handlers.counting import count_written
from flightagents.handlers.following import names_of
from flightagents.handlers.rows import Rows, obstacle_to
from flightagents.ports import Bookings, Ledger, Tasks

FALLS_BACK = frozenset({State.FAILED, State.DEAD, State.ACCEPTED})
"""How a row ended that is to be told elsewhere; accepted: without the receipt that was promised."""
WORTH_A_CALL = CONNECTIONS | {
    Said.CANCELLED,
    Said.EARLIER,
    Said.ALL_CLEAR,
    Said.REINSTATED,
    Said.DIVERTED,
}
"""Whoever does not hear of these misses a flight. A delay has to be a long one, or close to departure."""


_HAPPENED = {
    Said.LATER: "now leaves at {new}, not {old}",
    Said.EARLIER: "leaves earlier than the traveller believes: {new}, not {old}",
    Said.ALL_CLEAR: "is on time again: {new}, not {old}",
    Said.CANCELLED: "is cancelled",
    Said.REINSTATED: "flies after all, at {new}",
    Said.DIVERTED: "is diverted",
    Said.CONNECTION_AT_RISK: "puts the connection to {onward} at risk",
    Said.CONNECTION_MISSED: "misses the connection to {onward}",
    Said.CONNECTION_SAFE: "makes the connection to {onward} after all",
}

_log = structlog.get_logger(__name__)


class Fallback:
    """Finds another way to tell people. `channels` are those that can be sent on at all."""

    def __init__(
        self,
        bookings: Bookings,
        ledger: Ledger,
        tasks: Tasks,
        rows: Rows,
        audience: Audience,
        *,
        channels: Collection[Channel],
        clock: Clock,
        holding: Holding,
    ) -> None:
        self._bookings = bookings
        self._ledger = ledger
        self._tasks = tasks
        self._rows = rows
        self._audience = audience
        self._channels = channels
        self._clock = clock
        self._holding = holding

    async def __call__(self, failed: Sequence[Notification]) -> None:
        """Write a row on the other channel, or open a task, for each that needs it; again changes nothing."""
        now = self._clock.now()
        failed = [row for row in failed if _needs_another_way(row, now)]
        bookings = await self._bookings.get(sorted({row.booking for row in failed if row.booking}))
        over = await self._told_of_another(list(bookings.values()))
        keys = sorted({key for each in bookings.values() for key in self._rows.address_keys(each)})
        known = await self._ledger.rows_of(sorted({row.flight for row in failed}), keys) if keys else []
        rows, calls = [], []
        for row in failed:
            booking = bookings.get(row.booking or "")
            if booking is None or row.notice is None or (booking.id, row.flight) in over:
                continue
            match self._instead(row, row.notice, booking, known, now):
                case Notification() as elsewhere:
                    rows.append(elsewhere)
                case Task() as call:
                    calls.append(call)
        if rows:
            count_written(await self._ledger.add(rows))
        if calls:
            await self._tasks.open(calls)
        for row in rows:
            _log.info(
                "telling it on another channel",
                **names_of(row),
                channel=row.channel,
                instead=row.fallback_of,
            )

    async def _told_of_another(self, bookings: Sequence[Booking]) -> set[tuple[str, str]]:
        """Give bookings and flights whose travellers go by another flight now, which it became or was."""
        cases = await self._audience.of_bookings(bookings) if bookings else []
        return {(case.booking.id, case.state.flight) for case in cases if case.aside is Reason.MOVED}

    def _instead(
        self,
        row: Notification,
        notice: Notice,
        booking: Booking,
        known: Sequence[Notification],
        now: datetime,
    ) -> Notification | Task | None:
        keys = self._rows.address_keys(booking)
        theirs = [
            each
            for each in known
            if each.flight == row.flight
            and each.address_key in keys
            and (each.state is not State.PENDING or each.channel in self._channels)
        ]
        if any(_settles(each, row) for each in theirs):
            return None
        elsewhere = [each for each in theirs if _news(each) == _news(row) and each.channel is not row.channel]
        failed = any(each.state in (State.FAILED, State.DEAD) or each.stuck for each in elsewhere)
        channel = None if failed or row.fallback_of else self._other_channel(row, booking)
        if channel is not None:
            return self._row(row, notice, booking, channel, now)
        return self._call(row, notice, now) if _is_worth_a_call(row, notice, now) else None

    def _other_channel(self, row: Notification, booking: Booking) -> Channel | None:
        """Give a channel that reaches them, if also for what it was not worth; but an SMS names no gate."""
        for channel in self._channels:
            unfit = channel is row.channel or (channel is Channel.SMS and row.said in PLACES)
            if not unfit and booking.address(channel) and obstacle_to(booking, channel) is None:
                return channel
        return None

    def _row(
        self, row: Notification, notice: Notice, booking: Booking, channel: Channel, now: datetime
    ) -> Notification:
        """Write the row that this news would have had there: whoever decides on it again finds it written."""
        until = self._holding.quiet_until(row.said, at_latest(notice.new), notice.zone, now)
        return replace(
            self._rows.elsewhere(row, notice, booking, channel, now), reason=Reason.FALLBACK, not_before=until
        )

    def _call(self, row: Notification, notice: Notice, now: datetime) -> Task:
        person = self._rows.person_key(row.booking or "")
        needed_by = at_latest(notice.onward.leaves if notice.onward else notice.new)
        return Task(
            id=task_id(TaskKind.CALL, row.flight, *_news(row), person),
            kind=TaskKind.CALL,
            flight=row.flight,
            booking=row.booking,
            summary=_summary(notice),
            created_at=now,
            resolve_by=needed_by if needed_by > now else row.expires_at,
        )


def _needs_another_way(row: Notification, now: datetime) -> bool:
    """Staff have other ways to see their alerts, and nobody needs stale news."""
    for_staff = row.rule is not None or row.said in FOR_STAFF
    return (row.state in FALLS_BACK or row.stuck) and not for_staff and now <= row.expires_at


def _settles(other: Notification, row: Notification) -> bool:
    """Tell whether it arrived after all, or they hear it elsewhere, or something newer."""
    if other.id == row.id:
        return other.state is State.DELIVERED
    if _news(other) == _news(row):
        # What this one stands in for has told nobody; but if it was stuck, it may have left since.
        told = may_tell(other) and (other.id != row.fallback_of or other.stuck)
        return told or other.state is State.DELIVERED
    return other.ordinal > row.ordinal and may_tell(other) and _about(other) == _about(row)


def _news(row: Notification) -> tuple[str, ...]:
    """Give what makes it the same news: of a flight as it stands, or of a connection whatever else moves."""
    if row.said in CONNECTIONS:
        onward = row.notice.onward if row.notice else None
        return row.said, _about(row), str(onward.round if onward else 1)
    return row.said, row.flight, str(row.ordinal), str(row.turn)


def _about(row: Notification) -> str:
    """Name what the news is about: a newer gate does not make up for an older delay."""
    if row.said in CONNECTIONS:
        onward = row.notice.onward if row.notice else None
        return f"connection to {onward.designator if onward else None}"
    if row.said is Said.NO_NEWS:
        return "sight"
    return "place" if row.said in PLACES else "flight"


def _is_worth_a_call(row: Notification, notice: Notice, now: datetime) -> bool:
    if row.said is not Said.LATER:
        return row.said in WORTH_A_CALL
    long = at_latest(notice.new) - at_latest(notice.old) >= SMS_DELAY
    return long or timedelta() <= at_latest(notice.new) - now < SMS_BEFORE


def _summary(notice: Notice) -> str:
    new, old = (f"{to_local(time, notice.zone):%-d %b %H:%M}" for time in (notice.new, notice.old))
    onward = notice.onward.designator if notice.onward else "the next flight"
    happened = _HAPPENED[notice.said].format(new=new, old=old, onward=onward)
    if notice.was_diverted:
        happened = "is not diverted any more"
    flight = f"{notice.designator} {notice.departure}-{notice.arrival}"
    return f"{flight} {happened}; no message is known to have reached the traveller: call them"
