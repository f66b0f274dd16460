"""Who may miss the next flight of their booking -> rows of the ledger, and tasks for staff.

decide.py calls it after its own decisions on the same people; recheck.py asks it again before a row is sent.
A row belongs to the flight that brings people to their connection. Each of at risk, missed and safe again
has one row for each connection, round and address, whatever moved since.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.alerting import NOTHING, Decision
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.connections import ConnectionTold, expires_at, judge_connection
from flightagents.domain.flight import Status
from flightagents.domain.notifications import TOLD, Notice, Notification, Onward, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.handlers.connection_tasks import ConnectionTasks
from flightagents.handlers.decide import USUAL, Manner
from flightagents.handlers.itineraries import Change, Itineraries
from flightagents.handlers.rows import Rows
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from flightagents.ports import Ledger, Tasks

_NOT_BOOKED = SetAside(State.SUPPRESSED, Reason.NOT_BOOKED)
_SUPERSEDED = SetAside(State.SUPERSEDED, Reason.SUPERSEDED)
_DUPLICATE = SetAside(State.SUPPRESSED, Reason.DUPLICATE)

Known = defaultdict[tuple[str, str], list[Notification]]
"""Rows about connections, by the flight that brings people there and by address key."""

Decided = tuple[list[Notification], list[Silence]]
"""What people are to be told, and why others, or they, are not."""

_ONLY_IF_SHORT = frozenset({Reason.DEPARTED, Reason.EXPIRED})
"""Why nobody hears of what was never in danger either: that explains nothing."""


class Connections:
    """Decides on each connection of each person."""

    def __init__(
        self,
        *,
        itineraries: Itineraries,
        ledger: Ledger,
        tasks: Tasks,
        rows: Rows,
        clock: Clock,
        manner: Manner = USUAL,
    ) -> None:
        self._itineraries = itineraries
        self._ledger = ledger
        self._tasks = ConnectionTasks(tasks, rows.person_key)
        self._rows = rows
        self._clock = clock
        self._manner = manner

    async def rows(self, bookings: Sequence[Booking], now: datetime) -> Decided:
        """Give what these people are to be told of their connections; staff get their tasks.

        Of a connection that was never in danger no silence is kept: there was nothing to be said. The number
        of queries does not grow with the travellers; where nobody has two flights it is one.
        """
        changes = await self._itineraries.of(bookings)
        if not changes:
            return [], []
        await self._tasks.follow(changes, now)
        return await self._rows_of(changes, now)

    async def preview(self, bookings: Sequence[Booking], now: datetime) -> list[Notification]:
        """Give the same rows, and open no task."""
        rows, _ = await self._rows_of(await self._itineraries.of(bookings), now)
        return rows

    async def _rows_of(self, changes: Sequence[Change], now: datetime) -> Decided:
        known = await self._known(changes)
        judged: set[tuple[str, str, str]] = set()
        rows: list[Notification] = []
        silences: list[Silence] = []
        for change in changes:
            here = {(*change.between, key) for key in self._rows.address_keys(change.booking)}
            if judged.isdisjoint(here):  # else another booking of the same person has it too
                told, untold = self._decided(change, self._of_person(change, known), now)
                rows += told
                silences += untold
            judged |= here
        return rows, silences

    async def judge(
        self, rows: Sequence[Notification], bookings: Mapping[str, Booking]
    ) -> dict[str, Verdict]:
        """Judge rows about connections that are about to be sent; give verdicts by row id.

        `bookings`: those of the rows by their ids, and they may be written to.
        """
        theirs = {row.booking for row in rows}
        by_booking: dict[str | None, list[Change]] = defaultdict(list)
        changes = await self._itineraries.of([each for key, each in bookings.items() if key in theirs])
        for change in changes:
            by_booking[change.booking.id].append(change)
        known = await self._known(changes)
        now = self._clock.now()
        return {row.id: self._verdict(row, by_booking[row.booking], known, now) for row in rows}

    async def _known(self, changes: Sequence[Change]) -> Known:
        known: Known = defaultdict(list)
        if changes:
            flights = {flight for change in changes for flight in change.flights}
            keys = {key for change in changes for key in self._rows.address_keys(change.booking)}
            for row in await self._ledger.rows_of(sorted(flights), sorted(keys)):
                if row.said in CONNECTIONS:
                    known[row.flight, row.address_key or ""].append(row)
        return known

    def _of_person(self, change: Change, known: Known) -> list[Notification]:
        keys = self._rows.address_keys(change.booking)
        rows = (row for flight in change.flights for key in keys for row in known[flight, key])
        return [row for row in rows if _is_about(row, change)]

    def _decided(self, change: Change, known: Sequence[Notification], now: datetime) -> Decided:
        """Of what one channel has told already, another still gets what was withdrawn there unsent."""
        told = self._told(known)
        decision = judge_connection(change.standing(now), told)
        rows: list[Notification] = []
        if decision.said is not None:
            turn = decision.said, decision.round
            ways = [each for each in change.booking.channels if change.booking.address(each)]
            rows = [self._row(change, channel, turn, known, now) for channel in ways]
            withdrawn = {row.id for row in known if row.state is State.SUPERSEDED}
            rows = [row for row in rows if decision.tell or row.id in withdrawn]
        if decision.tell or rows:
            return rows, []
        return [], self._silences(change, decision.reason, in_danger=bool(told) or change.is_short)

    def _silences(self, change: Change, reason: Reason, *, in_danger: bool) -> list[Silence]:
        if reason is Reason.NOT_MATERIAL or (reason in _ONLY_IF_SHORT and not in_danger):
            return []
        state, person = change.case.state, self._rows.person_key(change.booking.id)
        return [Silence(state.flight, state.ordinal, person, reason)]

    def _told(self, rows: Sequence[Notification]) -> set[ConnectionTold]:
        return {_turn(row) for row in rows if self._is_told(row)}

    def _is_told(self, row: Notification) -> bool:
        """In shadow mode what would have been sent counts as told."""
        shown = self._manner.shadow and row.reason is Reason.SHADOW
        return row.state in TOLD or row.maybe_twice or shown

    def _row(
        self,
        change: Change,
        channel: Channel,
        turn: ConnectionTold,
        known: Sequence[Notification],
        now: datetime,
    ) -> Notification:
        """Write a row; withdrawn and decided anew it is the same row, and as old as it was."""
        row = self._rows.row(change.booking, channel, self._notice(change, turn), now)
        key = _row_id(change, turn, channel, row.address_key)
        before = next((each for each in known if each.id == key), None)
        since = before.created_at if before else now
        decision = Decision(tell=True, reason=Reason.NEWS, said=row.said)
        if row.said is not Said.CONNECTION_SAFE:  # whoever gave up has to hear of it at once
            decision = self._manner.holding.hold(
                decision, change.case.current(), change.case.bookings, since=since, now=now
            )
        return replace(
            row,
            id=key,
            ordinal=change.case.state.ordinal,
            record=change.case.state.record,
            created_at=since,
            expires_at=expires_at(change.connection),
            reason=decision.reason if row.state is State.PENDING else row.reason,
            not_before=decision.not_before,
            hold=before is not None and before.state is State.SUPERSEDED and before.hold,
        )

    def _notice(self, change: Change, turn: ConnectionTold) -> Notice:
        said, number = turn
        connection, case = change.connection, change.case
        onward = Onward(
            designator=connection.to.designator,
            departure=connection.airport,
            arrival=connection.to.arrival,
            zone=connection.zone,
            leaves=connection.leaves,
            arrives=connection.arrives,
            protected=change.protected,
            flight_date=connection.to.flight_date,
            diverted=case.state.disruption is Status.DIVERTED,
            round=number,
        )
        return replace(self._rows.notice(case, case.current(), NOTHING, said), onward=onward)

    def _verdict(self, row: Notification, changes: Sequence[Change], known: Known, now: datetime) -> Verdict:
        for change in changes:
            address = change.booking.address(row.channel)
            if address is not None and _is_about(row, change):
                return self._still_true(row, change, address, self._of_person(change, known), now)
        return _NOT_BOOKED

    def _still_true(
        self,
        row: Notification,
        change: Change,
        address: str,
        known: Sequence[Notification],
        now: datetime,
    ) -> Verdict:
        """One at a time: what is true now waits until it is known what became of what was true before."""
        mine = _turn(row)
        others = [other for other in known if _turn(other) != mine]
        decision = judge_connection(change.standing(now), self._told(others))
        if decision.reason is Reason.EXPIRED:
            return SetAside(State.EXPIRED, Reason.EXPIRED)
        if decision.said is not None and (decision.said, decision.round) != mine:
            return _SUPERSEDED
        if not decision.tell:
            return SetAside(State.SUPPRESSED, decision.reason)
        if any(_is_twin(other, row) for other in known):
            return _DUPLICATE
        if any(other.state is State.SENDING for other in others):
            return Wait()
        return Send(address=address, notice=self._notice(change, mine))


def _is_about(row: Notification, change: Change) -> bool:
    """Tell whether a row is about this connection, under whichever number of the onward flight."""
    onward = row.notice.onward if row.notice else None
    return (
        onward is not None
        and row.flight in change.flights
        and onward.flight_date == change.connection.to.flight_date
        and onward.designator in change.onward_numbers
    )


def _is_twin(other: Notification, row: Notification) -> bool:
    """Tell whether another row says the same to the same address; of two on their way one goes."""
    if other.id == row.id or (_turn(other), other.address_key) != (_turn(row), row.address_key):
        return False
    return other.state in TOLD and (other.state is not State.SENDING or other.id < row.id)


def _turn(row: Notification) -> ConnectionTold:
    onward = row.notice.onward if row.notice else None
    return row.said, onward.round if onward else 1


def _row_id(change: Change, turn: ConnectionTold, channel: Channel, address_key: str | None) -> str:
    """No ordinal: what has been said of a connection in a round is said, whatever moved since."""
    said, number = turn
    text = f"{change.id}|{said}|{number}|{channel}|{address_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
