"""How airports and airlines do today, beside the last 28 days; keep_punctuality.py has counted before.

"Today" is the local date of each departure airport, also for an airline, and a code that nobody has is simply
not found.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.punctuality import Day, Scope
from flightagents.domain.usual import Punctuality, punctuality, todays
from flightagents.ports import PunctualityStore

FRESH = timedelta(minutes=1)
"""Ranking twenty airlines reads thousands of hours, which change every few minutes."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The busiest, and when they were."""

    at: datetime
    limit: int
    found: list[Punctuality]


class ShowPunctuality:
    """Reads for the pages."""

    def __init__(self, store: PunctualityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ranked: dict[Scope, Ranking] = {}

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
        """Give the busiest, with the most departures today first; as they stood up to a minute ago.

        The busiest are those of any date that is today somewhere: so nobody drops out at midnight, when
        little of the new day is known. The usual medians are left out, so that many fit one page: those of
        one code have them.
        """
        now = self._clock.now()
        known = self._ranked.get(scope)
        if known is None or known.limit != limit or not timedelta() <= now - known.at < FRESH:
            known = self._ranked[scope] = Ranking(now, limit, await self._rank(scope, limit, now))
        return known.found

    async def _rank(self, scope: Scope, limit: int, now: datetime) -> list[Punctuality]:
        most: Counter[str] = Counter()
        for day in todays(now):
            most |= Counter(dict(await self._store.busiest(scope, day, limit)))
        codes = [code for code, _ in most.most_common(limit)]
        days: dict[str, list[Day]] = defaultdict(list)
        for each in await self._store.days(scope, codes, todays(now), delays=True):
            days[each.code].append(each)
        usual = {each.code: each for each in await self._store.usual(scope, codes, delays=False)}
        found = [punctuality(scope, code, days[code], usual.get(code), now) for code in codes]
        return sorted(found, key=lambda each: (-each.today.planned, each.code))
