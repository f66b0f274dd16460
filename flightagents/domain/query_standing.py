"""How asking each query of the feed went lately: a feed that silently stops must not look like a quiet day.

The poller notes it after each run (handlers/poll.py), judged by suspicion.py and breaker.py; the planner and
freshness.py read it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flightagents.domain.polls import PollEnd

KEY = "(key)"
"""In the place of a query: how asking anything goes, whatever the query."""
UNFILTERED = "(unfiltered)"
"""The query without any filter."""


class QueryKind(StrEnum):
    """What a query is about."""

    KEY = "key"
    """None by itself, but all of them."""
    BOARD = "board"
    """All flights of an airport, an airline or a route, or of the whole feed."""
    FLIGHT = "flight"
    """One number."""
    FILTER = "filter"
    """What is cancelled, or delayed, or the like, on a board."""


@dataclass(frozen=True, slots=True)
class QueryNature:
    """What a query is about, and what it leaves out."""

    kind: QueryKind
    filtered: bool = False
    """It may leave out rows of a flight that it shows, the operating one too."""
    narrow: bool = False
    """It may leave out a flight itself that it would have shown an hour ago: by its day, status or delay."""


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
class Look:
    """What asking a query once came to. `at` is the poll time of its run, business time."""

    query: str
    kind: QueryKind
    at: datetime
    end: PollEnd = PollEnd.DONE
    code: str = ""
    rows: int = 0
    unreadable: int = 0
    """Of the rows."""
    total: int | None = None
    digest: str = ""
    """Of what the rows say, in whatever order they came; empty where that was not of interest."""
    not_before: datetime | None = None
    """Where the answer itself says so, or means it."""


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
    """Times in a row that it failed, or was suspicious; after a first suspicion a probe comes soon."""
    failing_since: datetime | None = None
    suspicion: Suspicion | None = None
    not_before: datetime | None = None
    """The breaker is open until then; what comes after is a probe."""
    usual: int | None = None
    """The total that it usually has."""
    digest: str = ""
    same_since: datetime | None = None
    """Since when all its rows have said the same."""
