"""Who has to be told of a flight as it stands now -> rows of the ledger.

Before it alert stored the facts (alert.py); after it the rows are sent (deliver.py). Always on the flight's
newest state, never on the change that happened to bring us here: a change that comes again decides nothing.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.alerting import (
    Current,
    Decision,
    Reason,
    Said,
    Told,
    expires_at,
    gate_before,
    needs_update,
    reaches,
    terminal_before,
    time_to_tell,
)
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import TOLD, Notice, Notification, State, told_by
from flightagents.domain.times import to_utc
from flightagents.handlers.audience import NOT_MOVED, Audience, Case, Moved
from flightagents.ports import Ledger


class Decide:
    """Decides for each person on a flight, and writes down what they are to be told."""

    def __init__(
        self,
        audience: Audience,
        ledger: Ledger,
        address_key: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._audience = audience
        self._ledger = ledger
        self._address_key = address_key
        self._clock = clock
        self._senders: list[asyncio.Event] = []

    def wake(self, sender: asyncio.Event) -> None:
        """Set this event whenever there is something to send."""
        self._senders.append(sender)

    async def for_flights(self, flights: Sequence[str], moved: Mapping[str, Moved] | None = None) -> None:
        """Decide for everyone on these flights; `moved` tells whose gate or terminal was just changed."""
        await self._decide(await self._audience.of_flights(flights), moved or {})

    async def for_bookings(self, bookings: Sequence[Booking]) -> None:
        """Decide for people who are new, or whose booking has changed."""
        await self._decide(await self._audience.of_bookings(bookings), {})

    async def _decide(self, cases: Sequence[Case], moved: Mapping[str, Moved]) -> None:
        """First withdraw what waits about older states: what that misses is being told, and counts."""
        if not cases:
            return
        keys = sorted({key for case in cases for key in self.address_keys(case.booking)})
        newest = {case.state.flight: case.state.ordinal for case in cases}
        await self._ledger.supersede(newest.items(), keys)
        by_flight: dict[str, list[Notification]] = defaultdict(list)
        for row in await self._ledger.rows_of(list(newest), keys):
            by_flight[row.flight].append(row)
        now = self._clock.now()
        rows: list[Notification] = []
        for case in cases:
            known = self._of_person(case, by_flight[case.state.flight])
            told = self.told(case, known, case.state.ordinal)
            current = case.current(_unheard(known, moved.get(case.state.flight, NOT_MOVED)))
            decision = needs_update(told, current, now)
            if decision.tell and decision.said is not None:
                decided = self._rows(case, current, told, decision, now)
                rows += [row for row in decided if not _says_it_already(known, row)]
        if await self._ledger.add(rows):
            for sender in self._senders:
                sender.set()

    def address_keys(self, booking: Booking) -> list[str]:
        """Hash every address of a person."""
        return [self._address_key(address) for address in (booking.email, booking.phone) if address]

    def told(self, case: Case, rows: Sequence[Notification], before: int) -> Told:
        """Sum up what a person was told, at any of their addresses, about states before an ordinal."""
        told = told_by(row for row in self._of_person(case, rows) if row.ordinal < before)
        if told.expected is None or told.expected.tzinfo is not None:
            return told
        # It was told when nobody knew the airport's zone.
        return replace(told, expected=to_utc(told.expected, case.state.departure.zone))

    def _of_person(self, case: Case, rows: Sequence[Notification]) -> list[Notification]:
        keys = set(self.address_keys(case.booking))
        return [row for row in rows if row.address_key in keys]

    def _rows(
        self, case: Case, current: Current, told: Told, decision: Decision, now: datetime
    ) -> list[Notification]:
        said = decision.said
        rows = []
        for channel in case.booking.channels:
            address = case.booking.address(channel)
            if said is None or address is None or not reaches(channel, said, current, now):
                continue
            reason = self.obstacle(case.booking, channel) or decision.reason
            obstructed = reason is not decision.reason
            key = self._address_key(address)
            rows.append(
                Notification(
                    id=_row_id(current, said, channel, key),
                    flight=current.state.flight,
                    ordinal=current.state.ordinal,
                    booking=case.booking.id,
                    channel=channel,
                    address_key=key,
                    said=said,
                    notice=notice(case, current, told, said),
                    created_at=now,
                    expires_at=expires_at(current),
                    state=State.SUPPRESSED if obstructed else State.PENDING,
                    reason=reason,
                    not_before=decision.not_before,
                )
            )
        return rows

    def obstacle(self, booking: Booking, channel: Channel) -> Reason | None:
        """Name what forbids writing to a person on a channel.

        A channel without settings forbids nothing: its rows wait for a worker that has them.
        """
        if not booking.allows(channel):
            return Reason.NO_CONSENT
        return None if channel in booking.channels else Reason.NOT_WANTED


def _unheard(rows: Sequence[Notification], moved: Moved) -> Moved:
    """Give where it left from before the first move whose news was withdrawn unsent, else before this one."""
    for row in sorted(rows, key=lambda row: row.ordinal, reverse=True):
        if row.state is State.SUPERSEDED and row.notice is not None:
            gate, terminal = row.notice.gate_from, row.notice.terminal_from
            moved = Moved(gate or moved.gate_from, terminal or moved.terminal_from)
    return moved


def _says_it_already(rows: Sequence[Notification], new: Notification) -> bool:
    """Tell whether an address heard of this very state in other words, when it still seemed to know more."""
    return any(
        row.address_key == new.address_key
        and row.ordinal == new.ordinal
        and row.said not in (new.said, Said.GATE, Said.TERMINAL)
        and row.state in TOLD
        for row in rows
    )


def notice(case: Case, current: Current, told: Told, said: Said) -> Notice:
    """Say what is to be said, in no language yet."""
    state = current.state
    operating = FlightId.parse(state.flight).designator
    return Notice(
        flight=state.flight,
        said=said,
        designator=case.segment.designator,
        operated_as=operating if operating != case.segment.designator else None,
        departure=state.departure.airport,
        arrival=state.arrival.airport,
        zone=state.departure.zone,
        old=told.expected or current.base,
        new=time_to_tell(said, current),
        language=case.booking.language,
        name=case.booking.name,
        reference=case.booking.reference,
        gate_from=gate_before(told, current),
        gate=state.departure.gate,
        terminal_from=terminal_before(told, current),
        terminal=state.departure.terminal,
    )


def _row_id(current: Current, said: Said, channel: Channel, address_key: str) -> str:
    """The same news to the same address is the same row, whoever decides, and from whichever booking."""
    text = f"{current.state.flight}|{current.state.ordinal}|{said}|{channel}|{address_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
