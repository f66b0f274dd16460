"""A problem as staff read it: what, since when, and what to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Gravity(StrEnum):
    """How bad it is, the worst first."""

    CRITICAL = "critical"
    """Travellers may hear nothing, or too late: somebody has to act now."""
    WARNING = "warning"
    """It works, but not as it should, or not for long."""
    NOTE = "note"
    """As it was set, or about to pass; good to know."""


class Fault(StrEnum):
    """What may be wrong."""

    NO_WORKER = "no_worker"
    NO_LEADER = "no_leader"
    WORKER_SILENT = "worker_silent"
    VERSIONS_DIFFER = "versions_differ"
    MODES_DIFFER = "modes_differ"
    KEYS_DIFFER = "keys_differ"
    CLOCK_SKEW = "clock_skew"
    MONGODB_SLOW = "mongodb_slow"
    WORKER_OVERLOADED = "worker_overloaded"
    TABLE_RECOVERING = "table_recovering"
    PARTITION_UNOWNED = "partition_unowned"
    PARTITION_STANDS_STILL = "partition_stands_still"
    LAG_GROWS = "lag_grows"
    NOTHING_POLLED = "nothing_polled"
    FEED_BLIND = "feed_blind"
    FLIGHTS_BLIND = "flights_blind"
    ANSWERS_DOUBTED = "answers_doubted"
    KEY_REFUSED = "key_refused"
    QUERY_REFUSED = "query_refused"
    CALLS_SPENT = "calls_spent"
    CALLS_RUN_OUT = "calls_run_out"
    CHANNEL_STOPPED = "channel_stopped"
    NO_CHANNEL = "no_channel"
    LEDGER_STUCK = "ledger_stuck"
    SHADOW = "shadow"
    DELIVERY_OFF = "delivery_off"
    DEAD_LETTERS_RISE = "dead_letters_rise"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `since` is real time; None where nobody knows."""

    fault: Fault
    severity: Gravity
    what: str
    do: str
    since: datetime | None = None
