"""What is counted for Prometheus: the one list of our metrics, each with what it means.

No name, address or text of a person ever becomes a label, and each label has few values.
"""

from prometheus_client import Counter, Gauge

BOUNCE_MAILS = Counter(
    "flightagents_bounce_mails",
    "Mails read where bounces arrive, by what they did: delivered, relayed, failed, no_change, delayed, "
    "not_ours, reply, other_mail, unreadable.",
    ["kind"],
)

CHANNEL_STOPPED = Gauge(
    "flightagents_channel_stopped",
    "1 while nothing leaves on a channel because its settings are wrong: see the worker's log for which.",
    ["channel"],
)

DECISIONS = Counter(
    "flightagents_decisions",
    "New decisions about one person, or one of the staff, and one state of a flight, by whether they are "
    "told and the reason.",
    ["told", "reason"],
)

LANGUAGE_FALLBACKS = Counter(
    "flightagents_language_fallbacks",
    "Messages, pages and answers in English because nobody has translated them into the reader's language.",
    ["language"],
)

NOTIFICATIONS = Counter(
    "flightagents_notifications",
    "Notifications that ended at a sender or while they waited, by the state that they ended in and the "
    "reason that they have.",
    ["channel", "state", "said", "reason"],
)

RULE_DECISIONS = Counter(
    "flightagents_rule_decisions",
    "Changes that a staff rule looked at, by its reason to tell or not to.",
    ["reason"],
)

MAYBE_TWICE = Counter(
    "flightagents_maybe_twice",
    "Notifications sent a second time because nobody could tell whether the first had arrived.",
    ["channel"],
)

LIVE_VIEWERS = Gauge("flightagents_live_viewers", "Pages that are open and follow a list of this worker's.")

LOGIN_FAILURES = Counter(
    "flightagents_login_failures",
    "Logins that were refused, by why: wrong, too_many.",
    ["reason"],
)
