"""Decisions not to tell, in memory. It passes the same contract tests as MongoDB's (tests/contract)."""

from collections.abc import Sequence
from datetime import datetime

from flightagents.domain.notifications import Silence


class FakeSilences:
    """Each once, with the time of the first decision on that state of the flight."""

    def __init__(self) -> None:
        self._noted: dict[Silence, None] = {}
        self._first: dict[tuple[str, int], datetime] = {}

    @property
    def all(self) -> list[Silence]:
        return list(self._noted)

    async def note(self, silences: Sequence[Silence], at: datetime) -> None:
        for each in silences:
            self._first.setdefault((each.flight, each.ordinal), at)
            self._noted.setdefault(each)

    async def of_flight(self, flight: str) -> list[tuple[datetime, Silence]]:
        theirs = sorted(
            (each for each in self._noted if each.flight == flight), key=lambda each: each.ordinal
        )
        return [(self._first[each.flight, each.ordinal], each) for each in theirs]
