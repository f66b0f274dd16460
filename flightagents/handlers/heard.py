"""What a person has heard of a flight, and what was withdrawn before they could hear it.

Rows are those of one person, oldest first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

from flightagents.domain.notifications import TOLD, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE, PLACES, Said
from flightagents.handlers.cases import Moved

JUST_DUE = timedelta(minutes=5)
"""What was put off and withdrawn, and would have been told longer ago than this, was other news; unless
its provider did not take it."""

SAME_TROUBLE = timedelta(minutes=30)
"""News that takes the place of what was withdrawn unsent within this goes on waiting for it."""

_REVIVED = (State.SUPPRESSED, State.SUPERSEDED)
"""Rows that a decision brings to life again."""


def in_order(rows: Iterable[Notification]) -> list[Notification]:
    """Give rows oldest first: of one flight by its states, of a flight that was another one by their time."""
    of_flights: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        of_flights[row.flight].append(row)
    timed: list[tuple[datetime, Notification]] = []
    for theirs in of_flights.values():
        theirs.sort(key=lambda row: (row.ordinal, row.turn))
        since = accumulate((row.created_at for row in theirs), max)
        timed += zip(since, theirs, strict=True)
    return [row for _, row in sorted(timed, key=lambda each: each[0])]


def untold_since(rows: Sequence[Notification], now: datetime) -> datetime:
    """Give when the news began that a person has not heard: decided anew, it is still that news."""
    rows = [row for row in rows if row.said not in BESIDE]
    told = max((row.created_at for row in rows if row.state in TOLD), default=None)
    standing = (row for row in rows if row.not_before is None or row.tries or row.not_before > now - JUST_DUE)
    withdrawn = (row.created_at for row in standing if row.state is State.SUPERSEDED)
    return min((at for at in withdrawn if told is None or at > told), default=now)


def half_told(rows: Sequence[Notification], now: datetime) -> list[Notification]:
    """Give what was withdrawn unsent on one channel of the news that another told last, and that stands.

    An SMS that its provider puts off is withdrawn by each newer state; the email alone must not be the end.
    It keeps its ordinal, and is judged on the newest state before it leaves.
    """
    told = [row for row in rows if row.state in TOLD and row.said not in BESIDE | PLACES]
    if not told:
        return []
    heard = {row.address_key for row in told if _is_same_news(row, told[-1])}
    # Nor where newer news was told or is on its way there: the older would only be withdrawn again.
    heard |= {
        row.address_key
        for row in rows
        if row.state in TOLD | {State.PENDING} and row.said not in BESIDE and is_newer(row, told[-1])
    }
    return [
        replace(row, state=State.PENDING, reason=Reason.NEWS, not_before=None)
        for row in rows
        if _is_same_news(row, told[-1])
        and row.state is State.SUPERSEDED
        and row.address_key not in heard
        and row.expires_at >= now
    ]


def is_newer(row: Notification, other: Notification) -> bool:
    """Tell whether a row was decided on a newer state of its flight, or on the same state in a later turn."""
    return row.flight == other.flight and (row.ordinal, row.turn) > (other.ordinal, other.turn)


def turn_of(rows: Iterable[Notification], flight: str) -> int:
    """Count what was told of the other flights that this one has been; it never falls, whatever comes back.

    `rows`: those of everyone whom this flight's rows may reach at the same addresses.
    """
    rows = list(rows)
    may_know = {_news(row) for row in rows if row.flight != flight and (row.state in TOLD or row.wire_at)}
    return max(len(may_know), *(row.turn for row in rows if row.flight == flight), 0)


def waiting(rows: Sequence[Notification], new: Notification) -> Notification:
    """Give a row that knows since when its address waits: what it takes the place of was withdrawn unsent."""
    unsent: list[Notification] = []
    for row in rows:
        if row.address_key == new.address_key and row.said not in BESIDE:
            unsent = [] if row.state in TOLD else [*unsent, row]
    withdrawn = [row for row in unsent if _gives_way(row, new)]
    return replace(
        new,
        waits_since=min((row.waits_since or row.created_at for row in withdrawn), default=None),
        in_vain_since=min((row.in_vain_since for row in withdrawn if row.in_vain_since), default=None),
    )


def _gives_way(row: Notification, new: Notification) -> bool:
    """What never came due kept nobody waiting, and what was withdrawn long ago was other news."""
    was_due = row.not_before is None or row.not_before <= new.created_at
    lately = new.created_at - row.created_at <= SAME_TROUBLE
    return row.state in (State.SUPERSEDED, State.PENDING) and was_due and lately


def unheard(rows: Sequence[Notification], moved: Moved) -> Moved:
    """Give where it left from before the first move whose news was withdrawn unsent, else before this one."""
    for row in reversed(rows):
        if row.state is State.SUPERSEDED and row.notice is not None:
            gate, terminal = row.notice.gate_from, row.notice.terminal_from
            moved = Moved(gate or moved.gate_from, terminal or moved.terminal_from)
    return moved


def is_said_already(rows: Sequence[Notification], new: Notification) -> bool:
    """Tell whether a row is written already, or its news was told in another way.

    That is by another channel when this one was not worth it yet, or in other words, when it still seemed to
    know more.
    """
    known = next((row for row in rows if row.id == new.id), None)
    if known is not None:
        return known.state not in _REVIVED
    if new.said is Said.LATER and any(_is_same_news(row, new) and row.state in TOLD for row in rows):
        return True
    return new.said not in BESIDE and any(
        row.address_key == new.address_key
        and (row.flight, row.ordinal, row.turn) == (new.flight, new.ordinal, new.turn)
        and row.said not in {new.said} | PLACES | BESIDE
        and row.state in TOLD
        for row in rows
    )


def is_held(rows: Sequence[Notification], new: Notification) -> bool:
    """Tell whether staff hold what a row takes the place of: then they hold the row too."""
    same = [row for row in rows if (row.address_key, row.said) == (new.address_key, new.said)]
    withdrawn = (State.SUPERSEDED, State.PENDING)
    return bool(same) and same[-1].state in withdrawn and same[-1].hold


def _is_same_news(row: Notification, other: Notification) -> bool:
    return _news(row) == _news(other)


def _news(row: Notification) -> tuple[str, int, int, Said]:
    return row.flight, row.ordinal, row.turn, row.said
