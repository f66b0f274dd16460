"""Ranks the busiest when the days have been counted (keep_punctuality.py): pages then read one document.

Twenty-five airlines have a million delays in four weeks. Whoever adds those up for each page makes everybody
wait; the timer does it once for all, one code after another, so that nothing else on its worker waits long.
"""

from collections import Counter
from datetime import datetime

from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import BUSIEST, Ranking, ranked
from flightagents.domain.usual import Punctuality, punctuality, todays
from flightagents.ports import PunctualityStore


async def look(store: PunctualityStore, scope: Scope, code: str, now: datetime) -> Punctuality | None:
    """Tell how an airport or an airline does; None where no departure of it was ever counted."""
    days = await store.days(scope, [code], todays(now), delays=True)
    usual = await store.usual(scope, [code], delays=True)
    if not (days or usual):
        return None
    return punctuality(scope, code, days, usual[0] if usual else None, now)


async def rank(store: PunctualityStore, scope: Scope, now: datetime, limit: int = BUSIEST) -> Ranking:
    """Rank the busiest, with the most departures today first.

    The busiest are those of any date that is today somewhere: so nobody drops out at midnight, when little
    of the new day is known.
    """
    most: Counter[str] = Counter()
    for day in todays(now):
        most |= Counter(dict(await store.busiest(scope, day, limit)))
    looked = [await look(store, scope, code, now) for code, _ in most.most_common(limit)]
    found = sorted(map(ranked, filter(None, looked)), key=lambda each: (-each.planned, each.code))
    return Ranking(scope=scope, at=now, found=tuple(found))
