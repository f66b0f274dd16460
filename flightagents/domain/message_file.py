"""Rows of the ledger as staff see them: in a list, and one with its words and all that became of it."""

from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.acts import Act
from flightagents.domain.flight_file import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessage:
    """A row in a list. Whoever may not see people is shown no person and no words."""

    told: Decided
    flight: str
    key: str = ""
    """Names the person's booking in addresses of pages: a keyed hash of its id."""
    flight_held: bool = False
    """It waits, for staff hold the messages of its flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFile:
    """One row. Whoever may not see people is shown no person, words, acts or id of the provider."""

    told: Decided
    flight: str
    designator: str
    """The number on the ticket; empty in a row for staff, or of somebody forgotten."""
    key: str
    html: str
    """The HTML part of an email, as its source."""
    expires_at: datetime
    tries: int
    """Sends that the provider did not take."""
    provider_id: str
    fallback_of: str | None
    """The row on another channel that failed, or was stuck."""
    flight_held: bool
    """It waits, for staff hold the messages of its flight."""
    about: str
    """A row for staff: its title."""
    acts: tuple[Act, ...]
    """What staff have done to it, newest first."""
