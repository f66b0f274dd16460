"""Who has to be told of a flight as it stands now -> rows of the ledger.

Before it alert stored the facts (alert.py); rows.py writes what is decided here; after it the rows are sent
(deliver.py). Always on the flight's newest state, never on the change that happened to bring us here: a
change that comes again decides nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.clock import Clock
from flightagents.domain.alerting import UNCONFIRMED_PATIENCE
from flightagents.domain.bookings import Booking
from flightagents.domain.holding import Holding
from flightagents.domain.notifications import Notification, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import NOT_MOVED, Case, Moved
from flightagents.handlers.counting import count_silent, count_written
from flightagents.handlers.heard import in_order, turn_of
from flightagents.handlers.one_person import OnePerson
from flightagents.handlers.rows import Rows
from flightagents.handlers.turns import in_turns
from flightagents.ports import Ledger, Silences


class LostSight(Protocol):
    """Knows which flights nobody sees any more."""

    async def __call__(self, flights: Collection[str]) -> Mapping[str, datetime]:
        """Give when each of these that is lost was seen last."""


class Connecting(Protocol):
    """Decides on the connections of the same people."""

    async def rows(
        self, bookings: Sequence[Booking], now: datetime
    ) -> tuple[list[Notification], list[Silence]]:
        """Give what they are to be told of the flights that they change to, or why they are not."""

    async def preview(self, bookings: Sequence[Booking], now: datetime) -> list[Notification]:
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
AT_ONCE = 50
"""People who are decided on before others get their turn: 15 ms."""


class Decide:
    """Decides for each person on a flight, and writes down what they are to be told, or why not."""

    def __init__(
        self,
        *,
        audience: Audience,
        ledger: Ledger,
        silences: Silences,
        rows: Rows,
        one_person: OnePerson,
        connections: Connecting,
        lost_sight: LostSight,
        clock: Clock,
        manner: Manner = USUAL,
    ) -> None:
        self._audience = audience
        self._ledger = ledger
        self._silences = silences
        self._rows = rows
        self._one_person = one_person
        self._connections = connections
        self._lost_sight = lost_sight
        self._clock = clock
        self._manner = manner
        self._senders: list[asyncio.Event] = []

    def wake(self, sender: asyncio.Event) -> None:
        """Set this event whenever there is something to send."""
        self._senders.append(sender)

    async def for_flights(self, flights: Sequence[str], moved: Mapping[str, Moved] | None = None) -> None:
        """Decide for everyone on these flights; `moved` tells whose gate or terminal was just changed."""
        await self._write(await self._audience.of_flights(flights, whole=True), moved or {})

    async def for_bookings(self, bookings: Sequence[Booking]) -> None:
        """Decide for people who are new, or whose booking has changed.

        Whoever is new hears nothing of a flight that has left: they sit in it, or never meant to.
        """
        await self._write(await self._audience.of_bookings(bookings, whole=True), {}, new=True)

    async def for_connections(self, bookings: Sequence[Booking]) -> None:
        """Decide on the connections of people alone: nothing was changed, but an arrival has moved."""
        now = self._clock.now()
        rows, silences = await self._connections.rows(bookings, now)
        await self._add(rows, silences, now)

    async def preview(self, bookings: Sequence[Booking]) -> list[Notification]:
        """Give what people would be sent if these bookings came in now. Writes nothing."""
        cases = await self._audience.of_bookings(bookings, whole=True)
        now = self._clock.now()
        rows, _ = await self._decided(cases, {}, now, new=True)
        rows += await self._connections.preview(_bookings_of(cases), now)
        return list({row.id: row for row in rows if row.state is State.PENDING}.values())

    async def _write(self, cases: Sequence[Case], moved: Mapping[str, Moved], *, new: bool = False) -> None:
        """First withdraw what waits about older states: what that misses is being told, and counts."""
        if not cases:
            return
        newest = {case.state.flight: case.state.ordinal for case in cases}
        await self._ledger.supersede(newest.items(), self._keys(cases))
        now = self._clock.now()
        rows, silences = await self._decided(cases, moved, now, new=new)
        connecting, unsaid = await self._connections.rows(_bookings_of(cases), now)
        await self._add([*rows, *connecting], [*silences, *unsaid], now)

    async def _add(self, rows: Sequence[Notification], silences: Sequence[Silence], now: datetime) -> None:
        await self._note(silences, now)
        if written := await self._ledger.add(rows):
            count_written(written)
            for sender in self._senders:
                sender.set()

    async def _decided(
        self, cases: Sequence[Case], moved: Mapping[str, Moved], now: datetime, *, new: bool
    ) -> tuple[list[Notification], list[Silence]]:
        cases = await self.sighted(cases)
        known = await self.known(cases)
        rows: dict[str, Notification] = {}
        silences: list[Silence] = []
        async for case in in_turns(cases, AT_ONCE):
            theirs = self.of_person(case, known)
            elsewhere = moved.get(case.state.flight, NOT_MOVED)
            turn = turn_of(self._of_everyone(case, known), case.state.flight)
            decided = self._one_person.decide(case, theirs, elsewhere, now, turn=turn, new=new)
            # Another booking of the same person may have it already.
            twice = bool(decided.rows) and all(row.id in rows for row in decided.rows)
            if (silence := Reason.DUPLICATE if twice else decided.silence) is not None:
                silences.append(self._silence(case, silence))
            for row in decided.rows:
                rows.setdefault(row.id, row)
        return list(rows.values()), silences

    async def sighted(self, cases: Sequence[Case]) -> list[Case]:
        """Note of which flights sight is lost."""
        lost = await self._lost_sight({case.state.flight for case in cases})
        return [replace(case, lost_at=lost.get(case.state.flight)) for case in cases]

    async def known(self, cases: Sequence[Case]) -> "Known":
        """Give all rows of these people about these flights, and about the flights that theirs once were."""
        everyone = [each for case in cases for each in case.everyone]
        flights = {flight for each in everyone for flight in each.flights}
        known: Known = defaultdict(list)
        for row in await self._ledger.rows_of(sorted(flights), self._keys(everyone)):
            known[row.flight, row.address_key or ""].append(self._in_this_mode(row))
        return known

    def of_person(self, case: Case, known: "Known") -> list[Notification]:
        """Give a person's rows about a flight, and about all that it was or became, oldest first."""
        keys = self.address_keys(case.booking)
        return in_order(row for flight in case.flights for key in keys for row in known[flight, key])

    def _of_everyone(self, case: Case, known: "Known") -> list[Notification]:
        """Of two bookings with one address each writes there, and both have to name their rows alike."""
        flights = {flight for each in case.everyone for flight in each.flights}
        keys = self._keys(case.everyone)
        return [row for flight in sorted(flights) for key in keys for row in known[flight, key]]

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


def _bookings_of(cases: Sequence[Case]) -> list[Booking]:
    return list({case.booking.id: case.booking for case in cases}.values())


Known = defaultdict[tuple[str, str], list[Notification]]
"""Rows by flight and address key."""
