"""Bookings that a program brings, many at once: what came of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flightagents.domain.bookings import Booking, Match, Segment
from flightagents.domain.notifications import Notification

MANY = 20
"""Messages at once that an import sends without being asked again."""


class Intake(StrEnum):
    """What came of one."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    """`errors` says which fields are wrong; the others are taken all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDraft:
    """One of them. `matches`: what the feed knows of each confirmed flight."""

    outcome: Intake
    booking: Booking | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    matches: tuple[tuple[Segment, Match, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDrafts:
    """All of them, in their order, and the messages that are or would be sent at once."""

    items: tuple[TakenDraft, ...]
    messages: tuple[Notification, ...]
    stored: bool
    """False for a preview, and where so many messages want to be seen first."""
