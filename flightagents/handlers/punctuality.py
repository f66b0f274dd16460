"""How airports and airlines do today, beside the last 28 days; keep_punctuality.py has counted before.

"Today" is the local date of each departure airport, also for an airline, and a code that nobody has is simply
not found.
"""

from collections.abc import Sequence

from flightagents.clock import Clock
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import Ranking
from flightagents.domain.usual import Punctuality, todays
from flightagents.handlers.rank_punctuality import look
from flightagents.ports import PunctualityStore


class ShowPunctuality:
    """Reads for the pages."""

    def __init__(self, store: PunctualityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of_airport(self, code: str) -> Punctuality | None:
        """Tell of the departures from an airport; None where none was ever counted."""
        return await look(self._store, Scope.AIRPORT, code, self._clock.now())

    async def of_airline(self, code: str) -> Punctuality | None:
        """Tell of the flights that an airline operates; None where none was ever counted."""
        return await look(self._store, Scope.AIRLINE, code, self._clock.now())

    async def ranked(self, scope: Scope) -> Ranking | None:
        """Give the busiest, as they stood when the days were counted last; None where they never were."""
        return await self._store.ranking(scope)

    async def counted(self, scope: Scope, codes: Sequence[str]) -> set[str]:
        """Tell which of these codes, 100 at most, have departures today somewhere."""
        return await self._store.counted(scope, codes[:100], todays(self._clock.now()))
