"""How runs of the poller ended, for whoever wants to know whether the feed is blind."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PollEnd(StrEnum):
    """How a run ended; of several the gravest, which is the last here."""

    DONE = "done"
    QUERY_REFUSED = "query_refused"
    """One query is refused; the others go on."""
    OUTAGE = "outage"
    """AviationStack does not answer, or not in its format, to some query."""
    TOO_FAST = "too_fast"
    REFUSED = "refused"
    """AviationStack refuses us altogether: the key, the plan."""
    MONTH_SPENT = "month_spent"


FAILED = frozenset(PollEnd) - {PollEnd.DONE, PollEnd.QUERY_REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """How one run ended. `polled_at` and `again_at` are business time."""

    run: int
    polled_at: datetime
    by: str
    """The worker's name."""
    end: PollEnd = PollEnd.DONE
    code: str = ""
    """AviationStack's own word for a refusal."""
    rows: int = 0
    records: int = 0
    unreadable: int = 0
    again_at: datetime | None = None
    """Not before; None: at the next interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollStanding:
    """The last run, and how many before it failed in a row. These times are real, the database's."""

    report: PollReport
    noted_at: datetime
    failures: int
    failing_since: datetime | None
    good_at: datetime | None
    """When a run last went well."""


def gravest(ends: list[PollEnd]) -> PollEnd:
    """Give the end of a run of several queries."""
    order = list(PollEnd)
    return max(ends, key=order.index, default=PollEnd.DONE)
