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
    left_to_staff,
    needs_update,
)
from flightagents.domain.bookings import Booking
from flightagents.domain.holding import Holding
from flightagents.domain.notifications import Notification, Silence, State, told_by
from flightagents.domain.times import to_utc
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import NOT_MOVED, Case, Moved
from flightagents.handlers.counting import count_silent, count_written
from flightagents.handlers.heard import (
    half_told,
    in_order,
    is_held,
    is_said_already,
    unheard,
    untold_since,
)
from flightagents.handlers.rows import Rows
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
        await self._write(await self._audience.of_flights(flights, whole=True), moved or {})

    async def for_bookings(self, bookings: Sequence[Booking], *, new: bool = True) -> None:
        """Decide for people, who are `new` or whose booking has changed.

        Whoever is new hears nothing of a flight that has left: they sit in it, or never meant to.
        """
        await self._write(await self._audience.of_bookings(bookings, whole=True), {}, new=new)

    async def preview(self, bookings: Sequence[Booking]) -> list[Notification]:
        """Give what people would be sent if these bookings came in now. Writes nothing."""
        cases = await self._audience.of_bookings(bookings, whole=True)
        now = self._clock.now()
        rows, _ = await self._decided(cases, {}, now, new=True)
        rows += await self._connections.preview(cases, now)
        return list({row.id: row for row in rows if row.state is State.PENDING}.values())

    async def _write(self, cases: Sequence[Case], moved: Mapping[str, Moved], *, new: bool = False) -> None:
        """First withdraw what waits about older states: what that misses is being told, and counts."""
        if not cases:
            return
        newest = {case.state.flight: case.state.ordinal for case in cases}
        await self._ledger.supersede(newest.items(), self._keys(cases))
        if moved_on := [case for case in cases if case.aside is Reason.MOVED]:
            all_of = {case.state.flight: case.state.ordinal + 1 for case in moved_on}
            await self._ledger.supersede(all_of.items(), self._keys(moved_on))
        now = self._clock.now()
        rows, silences = await self._decided(cases, moved, now, new=new)
        connecting, unsaid = await self._connections.rows(cases, now)
        rows += connecting
        await self._note([*silences, *unsaid], now)
        if written := await self._ledger.add(rows):
            count_written(written)
            for sender in self._senders:
                sender.set()

    async def _decided(
        self, cases: Sequence[Case], moved: Mapping[str, Moved], now: datetime, *, new: bool
    ) -> tuple[list[Notification], list[Silence]]:
        known = await self.known(cases)
        rows: dict[str, Notification] = {}
        silences: list[Silence] = []
        for case in cases:
            theirs = self.of_person(case, known)
            told = self.told(case, theirs, case.state.ordinal)
            current = self.current(case, unheard(theirs, moved.get(case.state.flight, NOT_MOVED)))
            decision = left_to_staff(needs_update(told, current, now), case.aside, told)
            if new and case.state.has_left and not theirs and case.aside is None:
                silences.append(self._silence(case, Reason.DEPARTED))
            elif not decision.tell or decision.said is None:
                silences.append(self._silence(case, decision.reason))
                if case.aside is None:
                    rows |= {row.id: row for row in half_told(theirs, now)}
            else:
                since = untold_since(theirs, now)
                decision = self._manner.holding.hold(decision, current, case.bookings, since=since, now=now)
                notice = self._rows.notice(case, current, told, decision.said or Said.LATER)
                decided = self._rows.of(case, current, notice, decision, now)
                if (silence := _why_not(decided, theirs, rows)) is not None:
                    silences.append(self._silence(case, silence))
                for row in decided:
                    if not is_said_already(theirs, row):
                        rows.setdefault(row.id, replace(row, hold=is_held(theirs, row)))
        return list(rows.values()), silences

    async def known(self, cases: Sequence[Case]) -> "Known":
        """Give all rows of these people about these flights, and about the flights that theirs once were."""
        flights = {flight for case in cases for flight in case.flights}
        known: Known = defaultdict(list)
        for row in await self._ledger.rows_of(sorted(flights), self._keys(cases)):
            known[row.flight, row.address_key or ""].append(self._in_this_mode(row))
        return known

    def of_person(self, case: Case, known: "Known") -> list[Notification]:
        """Give a person's rows about a flight, and about all that it was or became, oldest first."""
        keys = self.address_keys(case.booking)
        return in_order(row for flight in case.flights for key in keys for row in known[flight, key])

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

    def _keys(self, cases: Sequence[Case]) -> list[str]:
        return sorted({key for case in cases for key in self.address_keys(case.booking)})

    def _in_this_mode(self, row: Notification) -> Notification:
        """In shadow mode what would have been sent counts as told."""
        shown = self._manner.shadow and row.reason is Reason.SHADOW
        return replace(row, state=State.ACCEPTED) if shown else row

    def _silence(self, case: Case, reason: Reason) -> Silence:
        person = self._rows.person_key(case.booking.id)
        return Silence(case.state.flight, case.state.ordinal, person, reason)

    async def _note(self, silences: Sequence[Silence], now: datetime) -> None:
        count_silent(await self._silences.note(silences, now))


def _why_not(
    decided: Sequence[Notification], theirs: Sequence[Notification], rows: Mapping[str, Notification]
) -> Reason | None:
    """Name why a decision to tell makes no row of this booking's own; None where it makes or has one."""
    if not decided:
        return Reason.NO_CHANNEL
    known = {row.id for row in theirs}
    if all(row.id in rows for row in decided) or all(
        row.id not in known and is_said_already(theirs, row) for row in decided
    ):
        return Reason.DUPLICATE
    return None


Known = defaultdict[tuple[str, str], list[Notification]]
"""Rows by flight and address key."""
