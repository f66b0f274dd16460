"""A list of changes, newest first: what it is asked for."""

from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.changes import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuery:
    """Which changes; what is empty asks for nothing, and all that is given has to hold.

    `since` is included, `until` is not; both are UTC.
    """

    flight: str = ""
    """An identity."""
    kinds: frozenset[Kind] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
