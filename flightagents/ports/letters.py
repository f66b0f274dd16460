"""Dead letters as staff look at them: found by reason, state and time, marked with what became of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flightagents.domain.pages import Page
from flightagents.records import DeadLetter


class LetterState(StrEnum):
    """What became of a dead letter."""

    NEW = "new"
    REPLAYED = "replayed"
    """What it held, or a correction of it, was published."""
    DISMISSED = "dismissed"
    """Somebody decided that it is not worth it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A dead letter, and who did what with it, when (business time) and why."""

    letter: DeadLetter
    state: LetterState = LetterState.NEW
    by: str = ""
    moved_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters: each field that is given has to fit. `since` is included, `until` is not."""

    reason: str | None = None
    states: frozenset[LetterState] = frozenset(LetterState)
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters have a reason and a state."""

    reason: str
    state: LetterState
    count: int


class Letters(Protocol):
    """The dead letters that are kept."""

    async def page(
        self,
        wanted: LetterFilter,
        *,
        limit: int,
        after: str | None = None,
        before: str | None = None,
        oldest_first: bool = False,
    ) -> Page[KeptLetter]:
        """Give a page of letters, newest first. Raises CursorError for a cursor that `page` did not give."""

    async def counts(self) -> list[LetterCount]:
        """Count all letters by reason and state."""

    async def get(self, key: str) -> KeptLetter | None:
        """Give a letter."""

    async def mark(self, key: str, state: LetterState, *, by: str, at: datetime, note: str) -> bool:
        """Say what became of a new letter; False where it is new no more, or unknown."""

    async def failed_again(self, key: str, reason: str, detail: str) -> None:
        """Note why a new letter could still not be read."""
