"""Counts and logs what was found, decided and ended, by reason: one place, so that each is counted once."""

from collections.abc import Iterable

import structlog

from flightagents.clock import Clock
from flightagents.domain.changes import Change, Severity
from flightagents.domain.notifications import Notification, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.handlers.following import names_of
from flightagents.metrics import (
    CHANGES,
    DEAD_LETTERS,
    DECISION_TO_HAND_OVER,
    DECISIONS,
    NOTIFICATIONS,
    POLL_TO_CHANGE,
)
from flightagents.records import DeadLetter

_log = structlog.get_logger(__name__)


def count_letters(letters: Iterable[DeadLetter]) -> None:
    """Count dead letters once they cannot be lost."""
    for letter in letters:
        DEAD_LETTERS.labels(reason=letter.reason).inc()


def count_changes(changes: Iterable[Change]) -> None:
    """Count changes that are new in the history; the log tells of those that somebody may have to hear of.

    A line takes some 25 µs, and most changes are that one of 60,000 flights a day is there, leaves or lands.
    """
    for change in changes:
        CHANGES.labels(kind=change.kind.value).inc()
        if change.severity is not Severity.INFO:
            _log.info(
                "changed",
                correlation=change.record,
                change=change.id,
                flight=change.flight,
                kind=change.kind.value,
                ordinal=change.ordinal,
            )


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
        _log.info(
            "decided",
            **names_of(row),
            flight=row.flight,
            ordinal=row.ordinal,
            said=row.said.value,
            channel=row.channel.value,
            told=told,
            reason=row.reason.value,
        )


def count_silent(silences: Iterable[Silence]) -> None:
    """Count decisions not to tell that are new."""
    for each in silences:
        DECISIONS.labels(told="no", reason=each.reason.value).inc()


def count_end(row: Notification, state: State, reason: Reason | None = None) -> None:
    """Count a row that has ended at a sender or while it waited; for its own reason, unless given another."""
    why = (reason or row.reason).value
    NOTIFICATIONS.labels(channel=row.channel.value, state=state.value, said=row.said.value, reason=why).inc()
    _log.info(
        "notified" if state is State.ACCEPTED else "not notified",
        **names_of(row),
        flight=row.flight,
        said=row.said.value,
        channel=row.channel.value,
        state=state.value,
        reason=why,
    )


def time_hand_over(row: Notification, clock: Clock) -> None:
    """Note how long a row that was accepted had been due."""
    late = clock.now() - row.due_since
    DECISION_TO_HAND_OVER.labels(channel=row.channel.value).observe(clock.real(late).total_seconds())
