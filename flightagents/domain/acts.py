"""An act of the staff: who did what to what, and when. The log of them is never changed.

Whoever is forgotten must not live on in it: of a booking its keyed hash is named, never its id, which holds
an address; `detail` says no word that anybody wrote of or to a traveller.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

LONGEST_DETAIL = 200
PUT_OFF = "until %Y-%m-%dT%H:%MZ"
"""The detail of an act that put something off, with its time in UTC."""


class Did(StrEnum):
    """What somebody has done."""

    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    NOTED = "noted"
    HELD = "held"
    RELEASED = "released"
    RESENT = "resent"
    DONE = "done"
    REOPENED = "reopened"
    ADDED = "added"
    CHANGED = "changed"
    REBOOKED = "rebooked"
    CANCELLED = "cancelled"
    FORGOT = "forgot"
    REMOVED = "removed"
    IMPORTED = "imported"
    EXPORTED = "exported"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    REFUSED_LOGIN = "refused_login"


class Thing(StrEnum):
    """To what."""

    FLIGHT = "flight"
    MESSAGE = "message"
    TASK = "task"
    BOOKING = "booking"
    FILE = "file"
    RULE = "rule"
    USER = "user"
    TOKEN = "token"  # noqa: S105 - what a program logs in with, not one itself
    DEAD_LETTER = "dead_letter"
    EXPORT = "export"


class About(NamedTuple):
    """What an act was done to."""

    thing: Thing
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. `by` is the name of a user, of an API token, or of a command's `--by`."""

    at: datetime
    by: str
    did: Did
    about: About
    detail: str = ""
    """A few words, of at most LONGEST_DETAIL characters: to whom, until when, by which channel."""
