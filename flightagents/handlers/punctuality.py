"""How airports and airlines do today, beside the last 28 days; keep_punctuality.py has counted before.

"Today" is the local date of each departure airport, also for an airline, and a code that nobody has is simply
not found. What was worked out is kept until the days are counted again, or another quarter of an hour begins:
every clock of the world ends its hours at one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import Ranking
from flightagents.domain.usual import Punctuality, todays
from flightagents.handlers.rank_punctuality import look
from flightagents.ports import PunctualityStore

QUARTER = timedelta(minutes=15)
MOST = 30
"""Of what is kept: a large airline takes a megabyte."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found of a code, and the count and the quarter of an hour that it is of."""

    found: Punctuality | None
    counted_at: datetime | None
    quarter: int


class ShowPunctuality:
    """Reads for the pages."""

    def __init__(self, store: PunctualityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[Scope, str], Kept] = {}

    async def of_airport(self, code: str) -> Punctuality | None:
        """Tell of the departures from an airport; None where none was ever counted."""
        return await self._of(Scope.AIRPORT, code)

    async def of_airline(self, code: str) -> Punctuality | None:
        """Tell of the flights that an airline operates; None where none was ever counted."""
        return await self._of(Scope.AIRLINE, code)

    async def _of(self, scope: Scope, code: str) -> Punctuality | None:
        now = self._clock.now()
        ranking = await self._store.ranking(scope)  # is written when all is counted
        counted_at, quarter = ranking.at if ranking else None, int(now.timestamp() // QUARTER.total_seconds())
        kept = self._kept.get((scope, code))
        if kept is None or (kept.counted_at, kept.quarter) != (counted_at, quarter):
            kept = Kept(await look(self._store, scope, code, now), counted_at, quarter)
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[scope, code] = kept
        return kept.found

    async def ranked(self, scope: Scope) -> Ranking | None:
        """Give the busiest, as they stood when the days were counted last; None where they never were."""
        return await self._store.ranking(scope)

    async def counted(self, scope: Scope, codes: Sequence[str]) -> set[str]:
        """Tell which of these codes, 100 at most, have departures today somewhere."""
        return await self._store.counted(scope, codes[:100], todays(self._clock.now()))
