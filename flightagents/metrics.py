"""What is counted for Prometheus: the one list of our metrics, each with what it means.

No name, address or text of a person ever becomes a label, and each label has few values. docs/metrics.md is
made from this list. Faust's own metrics are not here: batches/sensor.py adds them.
"""

from prometheus_client import Counter, Gauge, Histogram

_WAYS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600)
"""Seconds from a poll, or a decision, to what came of it."""
_ANSWERS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)
"""Seconds until a page is answered: 0.05 and 0.2 are what was promised."""

# The feed

POLLS = Counter(
    "flightagents_polls",
    "Runs of the poller, by the gravest that befell a query: done, query_refused, outage, too_fast, refused, "
    "month_spent; gave_way: another worker took over, and nothing was published.",
    ["outcome"],
)

LAST_POLL = Gauge(
    "flightagents_last_poll_timestamp_seconds",
    "When this worker last published a run in which a query was answered, in real epoch seconds; 0: never.",
)

LAST_PLAN = Gauge(
    "flightagents_last_plan_timestamp_seconds",
    "When this worker last planned the calls of the feed, whether or not any was due, in real epoch seconds; "
    "0: never. The poller lives while this moves.",
)

POLL_INTERVAL = Gauge(
    "flightagents_poll_interval_seconds",
    "Real seconds after which the queries of the settings are asked again, as it is set and if the calls "
    "last, whether or not there is a key to poll with.",
)

FEED_BREAKERS = Gauge(
    "flightagents_feed_breakers",
    "Queries that were asked lately, by what they are about (key, board, flight, filter) and by their "
    "breaker: closed, open (not asked now), half_open (the next call is a probe); each worker shows them.",
    ["kind", "state"],
)

FEED_SUSPICIONS = Counter(
    "flightagents_feed_suspicions",
    "Answers that looked well and were not believed: empty, placeholders, collapsed, frozen.",
    ["suspicion"],
)

ROWS_POLLED = Counter("flightagents_rows_polled", "Rows that the feed brought in runs that were published.")

API_CALLS_MONTH = Gauge(
    "flightagents_api_calls_month",
    "Calls of AviationStack that all workers have made in this month (UTC); each worker shows the same.",
)

API_CALLS_LEFT = Gauge(
    "flightagents_api_calls_left",
    "Calls that the plan of the settings leaves for this month; below 0 where more were made.",
)

WATCHED_FLIGHTS = Gauge(
    "flightagents_watched_flights",
    "Booked flights whose news still matter, by how fresh they are (fresh, stale, blind) and why (none: "
    "nothing is amiss); as of the leader's last look, and each worker shows the same.",
    ["sight", "cause"],
)

FEED_BLIND = Gauge(
    "flightagents_feed_blind",
    "1 while the feed as a whole shows nothing, by why (outage, empty_answers, calls_spent, key_refused, "
    "query_refused, not_asked); each worker shows the same.",
    ["cause"],
)

DEAD_LETTERS = Counter(
    "flightagents_dead_letters",
    "Rows and messages that could not be read, when they were put on the dead-letter topic.",
    ["reason"],
)

# The stream

RECORDS_ARCHIVED = Counter(
    "flightagents_records_archived",
    "Records that MongoDB holds safely; those of a batch that came again count again.",
)

CHANGES = Counter(
    "flightagents_changes", "Changes that are new in the history of their flight, each once.", ["kind"]
)

POLL_TO_CHANGE = Histogram(
    "flightagents_poll_to_change_seconds",
    "Real seconds from the run that showed a change until it stood in the history.",
    buckets=_WAYS,
)

CONSUMER_LAG = Gauge(
    "flightagents_consumer_lag",
    "Messages of a partition of this worker's that are not committed yet; none while the broker is away.",
    ["topic", "partition"],
)

BATCH_TROUBLES = Counter(
    "flightagents_batch_troubles",
    "What went wrong between Kafka and the agents, and was put right: holes, gaps, refused, dropped, "
    "rewinds, stale. A rebalance brings some of each; a gap without one tells of messages that Kafka deleted "
    "unread.",
    ["what"],
)

WATCHDOG_NEARNESS = Gauge(
    "flightagents_watchdog_nearness",
    "How much of its time what stands still the longest has used, by what the watchdog would end this worker "
    "for at 1: no_progress, commit_old.",
    ["reason"],
)

TIMER_FAILURES = Counter(
    "flightagents_timer_failures", "Timers that failed, to be tried again at their next tick.", ["timer"]
)

# Telling people

DECISIONS = Counter(
    "flightagents_decisions",
    "New decisions about one person, or one of the staff, and one state of a flight, by whether they are "
    "told and the reason.",
    ["told", "reason"],
)

RULE_DECISIONS = Counter(
    "flightagents_rule_decisions",
    "Changes that a staff rule looked at, by its reason to tell or not to.",
    ["reason"],
)

NOTIFICATIONS = Counter(
    "flightagents_notifications",
    "Notifications that ended at a sender or while they waited, by the state that they ended in and the "
    "reason that they have.",
    ["channel", "state", "said", "reason"],
)

DECISION_TO_HAND_OVER = Histogram(
    "flightagents_decision_to_hand_over_seconds",
    "Real seconds from the decision, or from when it was to be told, until the provider had accepted it; "
    "what staff held counts from the decision.",
    ["channel"],
    buckets=_WAYS,
)

LEDGER_DUE = Gauge(
    "flightagents_ledger_due",
    "Rows of the ledger that should have left by now and have not, counted up to 10,000 of all channels; "
    "each worker shows the same.",
    ["channel"],
)

LEDGER_OLDEST = Gauge(
    "flightagents_ledger_oldest_due_seconds",
    "Real seconds for which the oldest of these rows has been due; 0 where none is.",
    ["channel"],
)

CHANNEL_STOPPED = Gauge(
    "flightagents_channel_stopped",
    "1 while nothing leaves on a channel because its settings are wrong: see the worker's log for which.",
    ["channel"],
)

MAYBE_TWICE = Counter(
    "flightagents_maybe_twice",
    "Notifications sent a second time because nobody could tell whether the first had arrived.",
    ["channel"],
)

BOUNCE_MAILS = Counter(
    "flightagents_bounce_mails",
    "Mails read where bounces arrive, by what they did: delivered, relayed, failed, no_change, delayed, "
    "not_ours, reply, other_mail, unreadable.",
    ["kind"],
)

LANGUAGE_FALLBACKS = Counter(
    "flightagents_language_fallbacks",
    "Messages, pages and answers in English because nobody has translated them into the reader's language.",
    ["language"],
)

# The web

HTTP_REQUESTS = Counter(
    "flightagents_http_requests",
    "Requests that the web server answered, by the route's template and never by the address asked for.",
    ["method", "route", "status"],
)

HTTP_SECONDS = Histogram(
    "flightagents_http_seconds",
    "Seconds until a request was answered; live connections are left out.",
    ["route"],
    buckets=_ANSWERS,
)

LIVE_VIEWERS = Gauge("flightagents_live_viewers", "Pages that are open and follow a list of this worker's.")

LOGIN_FAILURES = Counter(
    "flightagents_login_failures",
    "Logins that were refused, by why: wrong, too_many, too_many_here, busy.",
    ["reason"],
)
