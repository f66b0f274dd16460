"""How airports and airlines do today, beside the last 28 days; keep_punctuality.py has counted before.

"Today" is the local date of each departure airport, also for an airline, and a code that nobody has is simply
not found.
"""

from collections import defaultdict
from collections.abc import Sequence

from flightagents.clock import Clock
from flightagents.domain.punctuality import Day, Scope, total
from flightagents.domain.usual import Punctuality, of_today, punctuality, todays
from flightagents.ports import PunctualityStore

SPARE = 3
"""Candidates for each place in a ranking: on a date, some airports have it as yesterday or tomorrow."""


class ShowPunctuality:
    """Reads for the pages."""

    def __init__(self, store: PunctualityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of_airport(self, code: str) -> Punctuality | None:
        """Tell of the departures from an airport; None where none was ever counted."""
        return await self._of(Scope.AIRPORT, code)

    async def of_airline(self, code: str) -> Punctuality | None:
        """Tell of the flights that an airline operates; None where none was ever counted."""
        return await self._of(Scope.AIRLINE, code)

    async def _of(self, scope: Scope, code: str) -> Punctuality | None:
        now = self._clock.now()
        days = await self._store.days(scope, [code], todays(now), delays=True)
        usual = await self._store.usual(scope, [code], delays=True)
        if not (days or usual):
            return None
        return punctuality(scope, code, days, usual[0] if usual else None, now)

    async def ranked(self, scope: Scope, limit: int) -> list[Punctuality]:
        """Give those with the most departures today, most first.

        The usual medians are left out, so that many fit one page: those of one code have them.
        """
        now = self._clock.now()
        codes = await self._busiest_today(scope, limit)
        days = by_code(await self._store.days(scope, codes, todays(now), delays=True))
        usual = {each.code: each for each in await self._store.usual(scope, codes, delays=False)}
        return [punctuality(scope, code, days.get(code, ()), usual.get(code), now) for code in codes]

    async def _busiest_today(self, scope: Scope, limit: int) -> list[str]:
        now = self._clock.now()
        candidates: set[str] = set()
        for day in todays(now):
            candidates.update(await self._store.busiest(scope, day, limit * SPARE))
        found = by_code(await self._store.days(scope, sorted(candidates), todays(now), delays=False))
        planned = {
            code: total(slot.counts for slot in of_today(days, now)).planned for code, days in found.items()
        }
        order = sorted((code for code in planned if planned[code]), key=lambda code: (-planned[code], code))
        return order[:limit]


def by_code(days: Sequence[Day]) -> dict[str, list[Day]]:
    """Sort days by whose they are."""
    found: dict[str, list[Day]] = defaultdict(list)
    for day in days:
        found[day.code].append(day)
    return found
