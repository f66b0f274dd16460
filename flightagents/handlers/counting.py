"""Counts what was found, decided and ended, by reason: one place, so that each is counted once."""

from collections.abc import Iterable

from flightagents.clock import Clock
from flightagents.domain.changes import Change
from flightagents.domain.notifications import Notification, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.metrics import (
    CHANGES,
    DEAD_LETTERS,
    DECISION_TO_HAND_OVER,
    DECISIONS,
    NOTIFICATIONS,
    POLL_TO_CHANGE,
)
from flightagents.records import DeadLetter


def count_letters(letters: Iterable[DeadLetter]) -> None:
    """Count dead letters once they cannot be lost."""
    for letter in letters:
        DEAD_LETTERS.labels(reason=letter.reason).inc()


def count_changes(changes: Iterable[Change]) -> None:
    """Count changes that are new in the history."""
    for change in changes:
        CHANGES.labels(kind=change.kind.value).inc()


def time_changes(changes: Iterable[Change], clock: Clock) -> None:
    """Note how long ago the runs were that showed these changes."""
    now = clock.now()
    for change in changes:
        POLL_TO_CHANGE.observe(clock.real(now - change.at).total_seconds())


def count_written(rows: Iterable[Notification]) -> None:
    """Count rows that are new in the ledger; one that nobody may write to was decided, and tells nothing."""
    for row in rows:
        told = "yes" if row.state is State.PENDING else "no"
        DECISIONS.labels(told=told, reason=row.reason.value).inc()


def count_silent(silences: Iterable[Silence]) -> None:
    """Count decisions not to tell that are new."""
    for each in silences:
        DECISIONS.labels(told="no", reason=each.reason.value).inc()


def count_end(row: Notification, state: State, reason: Reason | None = None) -> None:
    """Count a row that has ended at a sender or while it waited; for its own reason, unless given another."""
    NOTIFICATIONS.labels(
        channel=row.channel.value, state=state.value, said=row.said.value, reason=(reason or row.reason).value
    ).inc()


def time_hand_over(row: Notification, clock: Clock) -> None:
    """Note how long a row that was accepted had been due."""
    late = clock.now() - row.due_since
    DECISION_TO_HAND_OVER.labels(channel=row.channel.value).observe(clock.real(late).total_seconds())
