"""Decisions not to tell, in memory. It passes the same contract tests as MongoDB's (tests/contract)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flightagents.domain.notifications import Silence
from flightagents.domain.reasons import Reason


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

    async def newest_of(self, flights: Collection[str]) -> dict[str, dict[str, Reason]]:
        found: dict[str, dict[str, Reason]] = {}
        by_age = sorted(self._noted.items(), key=lambda each: (each[0].ordinal, each[1], each[0].reason))
        for silence, _ in by_age:
            if silence.flight in flights:
                found.setdefault(silence.flight, {})[silence.person] = silence.reason
        return found
