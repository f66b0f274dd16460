"""How asking each query of the feed went lately: a feed that silently stops must not look like a quiet day.

The poller notes it after each query (handlers/poll.py); the planner and freshness.py read it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flightagents.domain.polls import PollEnd

KEY = "(key)"
"""In the place of a query: how asking anything goes, whatever the query."""


class Suspicion(StrEnum):
    """Why an answer that looks well is not believed."""

    EMPTY = "empty"
    """A query that brought rows before brings none."""
    PLACEHOLDERS = "placeholders"
    """Rows without flights in them."""
    COLLAPSED = "collapsed"
    """The total has fallen to a small part of what it was."""
    FROZEN = "frozen"
    """No row is newer than before, for longer than a feed of this size stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStanding:
    """One query. All times are business time, as the poller's runs have it."""

    query: str
    asked_at: datetime
    end: PollEnd
    code: str = ""
    """AviationStack's own word for a refusal."""
    rows: int = 0
    total: int | None = None
    """Rows that the feed says it has for the query."""
    good_at: datetime | None = None
    """When it last answered with something that is believed."""
    failures: int = 0
    """Times in a row that it failed, or was suspicious."""
    failing_since: datetime | None = None
    suspicion: Suspicion | None = None
    not_before: datetime | None = None
    """The breaker is open until then; what comes after is a probe."""
