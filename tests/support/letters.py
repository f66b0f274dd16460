"""Dead letters in memory; MongoDB's pass the same contract tests (tests/contract/test_letters.py)."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.pages import Page
from flightagents.handlers.mend_letters import MendLetters
from flightagents.ports import KeptLetter, LetterCount, LetterFilter, LetterState
from flightagents.records import DeadLetter
from flightagents.settings import PartitionBy
from flightagents.wiring.letters import LettersCalls
from tests.support.agency import Agency
from tests.support.searches import page_of


class FakeLetters:
    """Letters by id."""

    def __init__(self, *letters: DeadLetter) -> None:
        self.kept = {letter.id: KeptLetter(letter=letter) for letter in letters}

    async def page(
        self,
        wanted: LetterFilter,
        *,
        limit: int,
        after: str | None = None,
        before: str | None = None,
        oldest_first: bool = False,
    ) -> Page[KeptLetter]:
        found = [each for each in self.kept.values() if _fits(each, wanted)]
        return page_of(found, _place, descending=not oldest_first, limit=limit, after=after, before=before)

    async def counts(self) -> list[LetterCount]:
        counted = Counter((each.letter.reason, each.state) for each in self.kept.values())
        return [LetterCount(reason, state, count) for (reason, state), count in counted.items()]

    async def get(self, key: str) -> KeptLetter | None:
        return self.kept.get(key)

    async def mark(self, key: str, state: LetterState, *, by: str, at: datetime, note: str) -> bool:
        known = self.kept.get(key)
        if known is None or known.state is not LetterState.NEW:
            return False
        self.kept[key] = replace(known, state=state, by=by, moved_at=at, note=note)
        return True

    async def failed_again(self, key: str, reason: str, detail: str) -> None:
        known = self.kept.get(key)
        if known is not None and known.state is LetterState.NEW:
            self.kept[key] = replace(known, letter=replace(known.letter, reason=reason, detail=detail))


def letters_of(agency: Agency) -> LettersCalls:
    """An agency that could read everything."""
    letters = FakeLetters()
    return LettersCalls(
        letters,
        MendLetters(
            letters=letters,
            reader=RowParser(),
            archive=agency.archive,
            flights=agency.flights,
            publisher=agency.publisher,
            audit=agency.audit,
            clock=agency.clock,
            partition_by=PartitionBy.FLIGHT,
        ),
    )


def _place(kept: KeptLetter) -> tuple[str, str]:
    return kept.letter.at.isoformat(timespec="milliseconds"), kept.letter.id


def _fits(kept: KeptLetter, wanted: LetterFilter) -> bool:
    at = kept.letter.at
    return (
        kept.state in wanted.states
        and wanted.reason in (None, kept.letter.reason)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
    )
