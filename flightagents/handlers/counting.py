"""Counts decisions and their ends by reason: one place, so that each is counted once."""

from collections.abc import Iterable

from flightagents.domain.notifications import Notification, Silence, State
from flightagents.domain.reasons import Reason
from flightagents.metrics import DECISIONS, NOTIFICATIONS


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
