"""Who has to be told of a flight as it stands now -> rows of the ledger.

Before it alert stored the facts (alert.py); rows.py writes what is decided here; after it the rows are sent
(deliver.py). Always on the flight's newest state, never on the change that happened to bring us here: a
change that comes again decides nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.clock import Clock
from flightagents.domain.alerting import (
    UNCONFIRMED_PATIENCE,
    Current,
    Reason,
    Said,
    Told,
    needs_update,
)
from flightagents.domain.bookings import Booking
from flightagents.domain.holding import Holding
from flightagents.domain.notifications import Notification, Silence, State, told_by
from flightagents.domain.times import to_utc
from flightagents.handlers.audience import NOT_MOVED, Audience, Case, Moved
from flightagents.handlers.heard import half_told, is_held, is_said_already, unheard, untold_since
from flightagents.handlers.rows import Rows
from flightagents.metrics import DECISIONS
from flightagents.ports import Ledger, Silences


class Connecting(Protocol):
    """Decides on the connections of the same people."""

    async def rows(self, cases: Sequence[Case], now: datetime) -> tuple[list[Notification], list[Silence]]:
        """Give what they are to be told of the flights after these, and before, or why they are not."""

    async def preview(self, cases: Sequence[Case], now: datetime) -> list[Notification]:
        """Give what they would be told, and leave no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the agency wants to tell its travellers."""

    holding: Holding = field(default_factory=Holding)
    patience: timedelta = UNCONFIRMED_PATIENCE
    """How long a cancellation waits for its second look; zero: travellers hear of the first."""
    shadow: bool = False
    """Nothing is sent: what would have been counts as told."""


USUAL = Manner()


class Decide:
    """Decides for each person on a flight, and writes down what they are to be told, or why not."""

    def __init__(
        self,
        *,
        audience: Audience,
        ledger: Ledger,
        silences: Silences,
        rows: Rows,
        connections: Connecting,
        clock: Clock,
        manner: Manner = USUAL,
    ) -> None:
        self._audience = audience
        self._ledger = ledger
        self._silences = silences
        self._rows = rows
        self._connections = connections
        self._clock = clock
        self._manner = manner
        self._senders: list[asyncio.Event] = []

    def wake(self, sender: asyncio.Event) -> None:
        """Set this event whenever there is something to send."""
        self._senders.append(sender)

    async def for_flights(self, flights: Sequence[str], moved: Mapping[str, Moved] | None = None) -> None:
        """Decide for everyone on these flights; `moved` tells whose gate or terminal was just changed."""
        await self._write(await self._audience.of_flights(flights), moved or {})
        await self._leave_to_staff(flights)

    async def for_bookings(self, bookings: Sequence[Booking], *, new: bool = True) -> None:
        """Decide for people, who are `new` or whose booking has changed.

        Whoever is new hears nothing of a flight that has left: they sit in it, or never meant to.
        """
        await self._write(await self._audience.of_bookings(bookings), {}, new=new)

    async def preview(self, bookings: Sequence[Booking]) -> list[Notification]:
        """Give what people would be sent if these bookings came in now. Writes nothing."""
        cases = await self._audience.of_bookings(bookings)
        now = self._clock.now()
        rows, _ = await self._decided(cases, {}, now, new=True)
        rows += await self._connections.preview(cases, now)
        return list({row.id: row for row in rows if row.state is State.PENDING}.values())

    async def _write(self, cases: Sequence[Case], moved: Mapping[str, Moved], *, new: bool = False) -> None:
        """First withdraw what waits about older states: what that misses is being told, and counts."""
        if not cases:
            return
        newest = {case.state.flight: case.state.ordinal for case in cases}
        keys = sorted({key for case in cases for key in self.address_keys(case.booking)})
        await self._ledger.supersede(newest.items(), keys)
        now = self._clock.now()
        rows, silences = await self._decided(cases, moved, now, new=new)
        connecting, unsaid = await self._connections.rows(cases, now)
        rows += connecting
        await self._note([*silences, *unsaid], now)
        for row in rows:
            DECISIONS.labels(told="yes", reason=row.reason.value).inc()
        if await self._ledger.add(rows):
            for sender in self._senders:
                sender.set()

    async def _decided(
        self, cases: Sequence[Case], moved: Mapping[str, Moved], now: datetime, *, new: bool
    ) -> tuple[list[Notification], list[Silence]]:
        known = await self.known(cases)
        rows: list[Notification] = []
        silences: list[Silence] = []
        for case in cases:
            theirs = self.of_person(case, known)
            if new and case.state.departed and not theirs:
                silences.append(self._silence(case, Reason.DEPARTED))
                continue
            told = self.told(case, theirs, case.state.ordinal)
            current = self.current(case, unheard(theirs, moved.get(case.state.flight, NOT_MOVED)))
            decision = needs_update(told, current, now)
            if not decision.tell or decision.said is None:
                silences.append(self._silence(case, decision.reason))
                rows += half_told(theirs, now)
                continue
            since = untold_since(theirs, now)
            decision = self._manner.holding.hold(decision, current, case.booking, since=since, now=now)
            notice = self._rows.notice(case, current, told, decision.said or Said.LATER)
            decided = self._rows.of(case, current, notice, decision, now)
            unsaid = (row for row in decided if not is_said_already(theirs, row))
            rows += [replace(row, hold=is_held(theirs, row)) for row in unsaid]
        return rows, silences

    async def known(self, cases: Sequence[Case]) -> "Known":
        """Give all rows of these people about these flights, and about the flights that theirs once were."""
        flights = {case.state.flight for case in cases}
        flights |= {case.moved_from.flight for case in cases if case.moved_from is not None}
        keys = sorted({key for case in cases for key in self.address_keys(case.booking)})
        known: Known = defaultdict(list)
        for row in await self._ledger.rows_of(sorted(flights), keys):
            known[row.flight, row.address_key or ""].append(self._in_this_mode(row))
        return known

    def of_person(self, case: Case, known: "Known") -> list[Notification]:
        """Give a person's rows about a flight, oldest first; first of the flight it once was."""
        keys = self.address_keys(case.booking)
        flights = [case.state.flight]
        if case.moved_from is not None:
            flights.insert(0, case.moved_from.flight)
        rows: list[Notification] = []
        for flight in flights:
            theirs = (row for key in keys for row in known[flight, key])
            rows += sorted(theirs, key=lambda row: row.ordinal)
        return rows

    def told(self, case: Case, rows: Sequence[Notification], before: int) -> Told:
        """Sum up what a person's rows told about states before an ordinal, and of the flight it once was."""
        told = told_by(row for row in rows if row.flight != case.state.flight or row.ordinal < before)
        if told.expected is None or told.expected.tzinfo is not None:
            return told
        # It was told when nobody knew the airport's zone.
        return replace(told, expected=to_utc(told.expected, case.state.departure.zone))

    def current(self, case: Case, moved: Moved) -> Current:
        """Give the flight as it stands for a person, judged with this agency's patience."""
        return case.current(moved, self._manner.patience)

    def address_keys(self, booking: Booking) -> list[str]:
        """Hash every address of a person."""
        return self._rows.address_keys(booking)

    def _in_this_mode(self, row: Notification) -> Notification:
        """In shadow mode what would have been sent counts as told."""
        shown = self._manner.shadow and row.reason is Reason.SHADOW
        return replace(row, state=State.ACCEPTED) if shown else row

    def _silence(self, case: Case, reason: Reason) -> Silence:
        person = self._rows.person_key(case.booking.id)
        return Silence(case.state.flight, case.state.ordinal, person, reason)

    async def _leave_to_staff(self, flights: Sequence[str]) -> None:
        """Whoever flies another one now, or may mean another one, hears nothing, and that is explained."""
        aside = await self._audience.left_to_staff(flights)
        silences = [
            Silence(state.flight, state.ordinal, self._rows.person_key(booking.id), reason)
            for booking, state, reason in aside
        ]
        await self._note(silences, self._clock.now())

    async def _note(self, silences: Sequence[Silence], now: datetime) -> None:
        await self._silences.note(silences, now)
        for each in silences:
            DECISIONS.labels(told="no", reason=each.reason.value).inc()


Known = defaultdict[tuple[str, str], list[Notification]]
"""Rows by flight and address key."""
