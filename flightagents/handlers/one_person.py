"""What one person is told of one flight as it stands: the rows of the ledger, or the reason for silence.

decide.py asks it for everyone on a flight; recheck.py asks the same again just before a row is sent. Nothing
is awaited here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.alerting import (
    NOTHING,
    STILL_TOLD,
    Current,
    Decision,
    Told,
    left_to_staff,
    needs_update,
)
from flightagents.domain.holding import Holding
from flightagents.domain.no_news import no_news
from flightagents.domain.notifications import Notification, State, told_by
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE, PLACES, Said
from flightagents.domain.times import to_utc
from flightagents.handlers.cases import Case, Moved
from flightagents.handlers.heard import (
    half_told,
    is_held,
    is_said_already,
    unheard,
    untold_since,
    waiting,
)
from flightagents.handlers.rows import Rows


class Decided(NamedTuple):
    """Rows to write, those that are written already among them; and why nothing is, or nothing more."""

    rows: list[Notification]
    silence: Reason | None


class OnePerson:
    """Decides on one case. `theirs`: the person's rows of the flight and of all that it was, oldest first."""

    def __init__(self, rows: Rows, holding: Holding, patience: timedelta) -> None:
        self._rows = rows
        self._holding = holding
        self._patience = patience

    def decide(
        self,
        case: Case,
        theirs: Sequence[Notification],
        moved: Moved,
        now: datetime,
        *,
        turn: int = 0,
        new: bool = False,
    ) -> Decided:
        """Decide in a turn (heard.py); whoever is `new` hears nothing of a flight that has left."""
        if new and case.state.has_left and not theirs and case.aside is None:
            return Decided([], Reason.DEPARTED)
        current = self.current(case, unheard(theirs, moved))
        told = self.told(case, theirs, case.state.ordinal, turn)
        decision = left_to_staff(needs_update(told, current, now), case.aside, told)
        if decision.tell:
            rows = self._written(case, theirs, current, told, decision, turn=turn, now=now)
            silence = _why_not(rows, theirs)
        else:
            rows, silence = [], decision.reason
        if case.aside is None:
            behind = self._left_behind(case, theirs, current, rows, turn=turn, now=now)
            instead = {row.address_key for row in behind}
            rows = [row for row in rows if row.address_key not in instead] + behind
            if not decision.tell or decision.said in PLACES:
                rows += self._half_told(case, theirs, current, rows, now)
        unsaid = [row for row in rows if not is_said_already(theirs, row)]
        if case.lost_at is None or case.aside is not None or unsaid or any(map(_is_coming, theirs)):
            return Decided(unsaid, silence)
        return self._of_lost(case, theirs, current, turn=turn, now=now)

    def _of_lost(
        self, case: Case, theirs: Sequence[Notification], current: Current, *, turn: int, now: datetime
    ) -> Decided:
        """Whoever waits for another time hears once that nobody sees their flight any more."""
        told = self._told_by(case, theirs)
        decision = no_news(told, current, now)
        if not decision.tell:
            return Decided([], decision.reason)
        rows = self._written(case, theirs, current, told, decision, turn=turn, now=now)
        unsaid = [row for row in rows if not is_said_already(theirs, row)]
        return Decided(unsaid, None if rows else Reason.NO_CHANNEL)

    def still(
        self, case: Case, theirs: Sequence[Notification], row: Notification, current: Current, now: datetime
    ) -> tuple[Decision, Told]:
        """Decide anew on a row, against what was told before it; give that too.

        What undoes what one address was told is still true for it, though others of the person know it.
        """
        if row.said is Said.NO_NEWS:
            return self._still_lost(case, theirs, row, current, now)
        told = self.told(case, theirs, row.ordinal, row.turn)
        decision = left_to_staff(needs_update(told, current, now), case.aside, told)
        if row.said in STILL_TOLD and not (decision.tell and decision.said is row.said):
            here = self.told(case, _at(theirs, row.address_key), row.ordinal, row.turn)
            alone = left_to_staff(needs_update(here, current, now), case.aside, here)
            if here != NOTHING and alone.tell and alone.said is row.said:
                return alone, here
        return decision, told

    def told(self, case: Case, rows: Sequence[Notification], before: int, turn: int = 0) -> Told:
        """Sum up what rows told about states before an ordinal, or a turn, and of the flights it once was."""
        return self._told_by(
            case,
            [
                row
                for row in rows
                if row.flight != case.state.flight or (row.ordinal, row.turn) < (before, turn)
            ],
        )

    def _still_lost(
        self, case: Case, theirs: Sequence[Notification], row: Notification, current: Current, now: datetime
    ) -> tuple[Decision, Told]:
        """Sight may have come back: then there is news, or nothing that has to be said."""
        others = [each for each in theirs if not _is_same(each, row)]
        told = self._told_by(case, others)
        if case.lost_at is None:
            return Decision(tell=False, reason=Reason.SUPERSEDED), told
        return left_to_staff(no_news(told, current, now), case.aside, told), told

    def _told_by(self, case: Case, rows: Sequence[Notification]) -> Told:
        told = told_by(rows)
        if told.expected is None or told.expected.tzinfo is not None:
            return told
        # It was told when nobody knew the airport's zone.
        return replace(told, expected=to_utc(told.expected, case.state.departure.zone))

    def current(self, case: Case, moved: Moved) -> Current:
        """Give the flight as it stands for a person, judged with this agency's patience."""
        return case.current(moved, self._patience)

    def _written(
        self,
        case: Case,
        theirs: Sequence[Notification],
        current: Current,
        told: Told,
        decision: Decision,
        *,
        turn: int,
        now: datetime,
    ) -> list[Notification]:
        if decision.said is None:
            return []
        notice = self._rows.notice(case, current, told, decision.said)
        since = untold_since(theirs, now)
        decision = self._holding.hold(decision, current, case.bookings, since=since, now=now)
        rows = self._rows.of(case, current, notice, decision, now, turn=turn)
        return [replace(waiting(theirs, row), hold=is_held(theirs, row)) for row in rows]

    def _left_behind(
        self,
        case: Case,
        theirs: Sequence[Notification],
        current: Current,
        written: Sequence[Notification],
        *,
        turn: int,
        now: datetime,
    ) -> list[Notification]:
        """Tell an address that believes in what the others know to be undone: its provider put it off.

        It names a new gate as well, which would be all that is told there now.
        """
        reached = {row.address_key for row in written if row.said not in PLACES}
        rows: list[Notification] = []
        for key in self._rows.address_keys(case.booking):
            mine = _at(theirs, key)
            here = self.told(case, mine, case.state.ordinal, turn)
            decision = needs_update(here, current, now)
            undone = here != NOTHING and decision.tell and decision.said in STILL_TOLD
            if undone and key not in reached and not _has_failed(mine, decision.said):
                for_all = self._written(case, theirs, current, here, decision, turn=turn, now=now)
                rows += [row for row in for_all if row.address_key == key and row.state is State.PENDING]
        return rows

    def _half_told(
        self,
        case: Case,
        theirs: Sequence[Notification],
        current: Current,
        written: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        reached = {row.address_key for row in written}
        return [
            row
            for row in half_told(theirs, now)
            if row.flight == case.state.flight
            and row.address_key not in reached
            and self.still(case, theirs, row, current, now)[0].said is row.said
        ]


def _is_coming(row: Notification) -> bool:
    return row.state is State.PENDING and row.said not in BESIDE


def _is_same(row: Notification, other: Notification) -> bool:
    return (row.flight, row.said, row.ordinal, row.turn) == (
        other.flight,
        other.said,
        other.ordinal,
        other.turn,
    )


def _at(rows: Sequence[Notification], address_key: str | None) -> list[Notification]:
    return [row for row in rows if row.address_key == address_key]


def _has_failed(rows: Sequence[Notification], said: Said | None) -> bool:
    """Tell whether this could not be told there: each newer state would only try it again."""
    same = [row for row in rows if row.said is said]
    return bool(same) and same[-1].state in (State.FAILED, State.DEAD)


def _why_not(decided: Sequence[Notification], theirs: Sequence[Notification]) -> Reason | None:
    """Name why a decision to tell makes no row; None where it makes or has one."""
    if not decided:
        return Reason.NO_CHANNEL
    known = {row.id for row in theirs}
    told_otherwise = (row.id not in known and is_said_already(theirs, row) for row in decided)
    return Reason.DUPLICATE if all(told_otherwise) else None
