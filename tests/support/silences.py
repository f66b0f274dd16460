"""Decisions not to tell, in memory. It passes the same contract tests as MongoDB's (tests/contract)."""

from collections.abc import Sequence
from datetime import datetime

from flightagents.domain.notifications import Silence


class FakeSilences:
    """Each once, with its time."""

    def __init__(self) -> None:
        self._noted: dict[Silence, datetime] = {}

    @property
    def all(self) -> list[Silence]:
        return list(self._noted)

    async def note(self, silences: Sequence[Silence], at: datetime) -> list[Silence]:
        new = [each for each in dict.fromkeys(silences) if each not in self._noted]
        self._noted |= dict.fromkeys(new, at)
        return new

    async def of_flight(self, flight: str) -> list[tuple[datetime, Silence]]:
        theirs = sorted(
            (each for each in self._noted if each.flight == flight), key=lambda each: each.ordinal
        )
        return [(self._noted[each], each) for each in theirs]
