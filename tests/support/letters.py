"""Dead letters in memory; MongoDB's pass the same contract tests (tests/contract/test_letters.py)."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from flightagents.errors import CursorError
from flightagents.ports import KeptLetter, LetterCount, LetterFilter, LetterPage, LetterState
from flightagents.records import DeadLetter


class FakeLetters:
    """Letters by id; a cursor is the id of a page's last."""

    def __init__(self, *letters: DeadLetter) -> None:
        self.kept = {letter.id: KeptLetter(letter=letter) for letter in letters}

    async def page(
        self, wanted: LetterFilter, *, limit: int, cursor: str | None = None, oldest_first: bool = False
    ) -> LetterPage:
        if cursor is not None and cursor not in self.kept:
            raise CursorError
        found = sorted(self.kept.values(), key=_place, reverse=not oldest_first)
        if cursor is not None:
            last = _place(self.kept[cursor])
            found = [each for each in found if (_place(each) > last) is oldest_first and _place(each) != last]
        found = [each for each in found if _fits(each, wanted)]
        more = len(found) > limit
        return LetterPage(found[:limit], found[limit - 1].letter.id if more else None)

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


def _place(kept: KeptLetter) -> tuple[datetime, str]:
    return kept.letter.at, kept.letter.id


def _fits(kept: KeptLetter, wanted: LetterFilter) -> bool:
    at = kept.letter.at
    return (
        kept.state in wanted.states
        and wanted.reason in (None, kept.letter.reason)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
    )
