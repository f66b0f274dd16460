"""A staff rule as it is kept: who put it in force, when, and how many times it was changed."""

from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.rules import StaffRule

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRule:
    """A rule; times are UTC, and None with an empty name where a rule is older than this record of it.

    `version` counts from 1: who saves names the version that he has seen, and overwrites no other.
    """

    rule: StaffRule
    version: int = FIRST_VERSION
    created_by: str = ""
    created_at: datetime | None = None
    updated_by: str = ""
    updated_at: datetime | None = None
