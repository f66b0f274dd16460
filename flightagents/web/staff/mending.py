"""What the pages of dead letters call, and get: letters found, seen, corrected, replayed."""

from collections.abc import Sequence
from typing import Protocol

from flightagents.domain.changes import Change, Kind
from flightagents.domain.pages import Page
from flightagents.ports import KeptLetter, LetterCount, LetterFilter
from flightagents.records import FlightRecord


class Problem(Protocol):
    """What is wrong, named and in words."""

    @property
    def reason(self) -> str:
        """Give its name."""

    @property
    def detail(self) -> str:
        """Say it; the words name the field."""


class Mended(Protocol):
    """What a letter would give, and did."""

    @property
    def key(self) -> str:
        """Name the letter."""

    @property
    def outcome(self) -> str | None:
        """What came of it; None in a preview that could be replayed."""

    @property
    def letter(self) -> KeptLetter | None:
        """The letter as it stands."""

    @property
    def record(self) -> FlightRecord | Change | None:
        """What it gives."""

    @property
    def effect(self) -> str | None:
        """What that would do."""

    @property
    def changes(self) -> Sequence[Kind]:
        """The news that it would make."""

    @property
    def problem(self) -> Problem | None:
        """Why it cannot be read."""


class ShownLetter(Protocol):
    """A letter for a person."""

    @property
    def kept(self) -> KeptLetter:
        """The letter, and what became of it."""

    @property
    def place(self) -> str:
        """Where it comes from, in words."""

    @property
    def text(self) -> str:
        """Its original, safe to show, and indented where it is JSON."""

    @property
    def cut(self) -> bool:
        """Whether only the beginning of the original is kept."""

    @property
    def problem(self) -> Problem | None:
        """What is wrong with it today; None where it can be read by now."""


class Shelf(Protocol):
    """Finds letters."""

    async def page(
        self, wanted: LetterFilter, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[KeptLetter]:
        """Give a page of letters, newest first. Raises CursorError."""

    async def counts(self) -> list[LetterCount]:
        """Count all letters by reason and state."""


class Mend(Protocol):
    """Shows, previews, replays and dismisses."""

    async def show(self, key: str) -> ShownLetter | None:
        """Give a letter with what is wrong with it."""

    async def preview(self, key: str, correction: str | None = None) -> Mended:
        """Tell what a letter, or its correction, would give. Writes nothing."""

    async def replay(self, key: str, who: str, correction: str | None = None) -> Mended:
        """Publish what a letter, or its correction, gives."""

    async def replay_all(
        self, reason: str, who: str, *, cursor: str | None = None, limit: int = ...
    ) -> tuple[Sequence[Mended], str | None]:
        """Read the new letters of a reason again, oldest first; give where to go on. Raises CursorError."""

    async def dismiss(self, key: str, who: str, why: str) -> Mended:
        """Set a letter aside for good."""


class LettersCalls(Protocol):
    """What the pages call."""

    @property
    def letters(self) -> Shelf:
        """Find letters."""

    @property
    def mend(self) -> Mend:
        """Mend them."""
