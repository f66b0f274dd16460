"""Counts the days of airports and airlines, and ranks the busiest; handlers/punctuality.py reads them.

A local date is counted again and again until it is final, then never more. So a first look, or one after a
week in which nothing ran, also counts what is missing of the last 28 final days.
"""

from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.punctuality import Scope
from flightagents.domain.usual import DAYS, FINAL_AFTER, todays
from flightagents.handlers.rank_punctuality import rank
from flightagents.ports import PunctualityStore

DAY = timedelta(days=1)
KEEP = timedelta(days=90)
"""Older days serve nothing but looking back."""


class KeepPunctuality:
    """Looks at the dates that may have changed, by business time."""

    def __init__(self, store: PunctualityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        now = self._clock.now()
        newest = todays(now)[-1]
        until = now.date() - FINAL_AFTER
        since = until - (DAYS - 1) * DAY
        dates = [since + days * DAY for days in range((newest - since).days + 1)]
        before = await self._store.final(since, until)
        final = [day for day in dates if day <= until]
        await self._store.count([day for day in dates if day not in before], final=final)
        after = await self._store.final(since, until)
        if after != before or (after and await self._store.usual_until() != until):
            await self._store.sum_up(since, until)
        await self._store.forget(now.date() - KEEP)
        for scope in Scope:
            await self._store.keep_ranking(await rank(self._store, scope, now))
