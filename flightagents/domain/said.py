"""What a message can tell."""

from enum import StrEnum


class Said(StrEnum):
    """What a message tells."""

    LATER = "later"
    EARLIER = "earlier"
    ALL_CLEAR = "all_clear"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    DIVERTED = "diverted"
    GATE = "gate"
    TERMINAL = "terminal"
    NO_NEWS = "no_news"
    """We do not see the flight any more, to whoever was told of another time: look at the screens."""
    CONNECTION_AT_RISK = "connection_at_risk"
    CONNECTION_MISSED = "connection_missed"
    CONNECTION_SAFE = "connection_safe"
    STAFF_ALERT = "staff_alert"
    """One change, for a subscriber of the agency's own."""
    STAFF_DIGEST = "staff_digest"
    """Many of them in one."""
    FEED_ALERT = "feed_alert"
    """The feed as a whole is blind, or shows flights again, for staff."""
    ON_CALL = "on_call"
    """A task that nobody has taken in hand, to the on-call number."""


PLACES = frozenset({Said.GATE, Said.TERMINAL})
CONNECTIONS = frozenset({Said.CONNECTION_AT_RISK, Said.CONNECTION_MISSED, Said.CONNECTION_SAFE})
BESIDE = CONNECTIONS | {Said.NO_NEWS}
"""Beside what the feed says of the flight: nobody believes in another time, or place, for having heard it."""
FOR_STAFF = frozenset({Said.STAFF_ALERT, Said.STAFF_DIGEST, Said.FEED_ALERT, Said.ON_CALL})
