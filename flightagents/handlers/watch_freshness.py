"""Looks each minute how fresh all that is watched is: what is lost, what is seen again, and who is told so.

timers.py calls it in the leader. After it decide.py tells travellers, staff.py and feed_alert.py staff. What
was found is kept for all workers; a leader that dies on the way leaves nothing that the next one misses.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.clock import Clock
from flightagents.domain.changes import Change, Kind
from flightagents.domain.freshness import LEAST_STALE, Sight
from flightagents.domain.lost_sight import lost_sight, sight_regained
from flightagents.domain.sights import FEED, KeptSight, kept
from flightagents.handlers.counting import count_changes
from flightagents.handlers.look_at_sight import LookAtSight, Looked
from flightagents.ports import FlightStore, Sights

ALERTED_BEFORE = timedelta(hours=6)
"""So long before departure staff hear of a flight that is blind."""
SETTLED_AFTER = timedelta(minutes=30)
"""After the feed came back each flight has had its turn by then: what is blind still is so by itself."""


class TellOfFeed(Protocol):
    """Tells staff of the feed as a whole (feed_alert.py)."""

    async def blind(self, feed: KeptSight, flights: int) -> None:
        """Tell that it is blind; again changes nothing."""

    async def sees(self, feed: KeptSight) -> None:
        """Tell whoever heard of it that it is over."""


class WatchFreshness:
    """One look. `alert_staff` is told changes, `decide` flights; both do nothing twice."""

    def __init__(
        self,
        *,
        look: LookAtSight,
        sights: Sights,
        flights: FlightStore,
        decide: Callable[[Sequence[str]], Awaitable[None]],
        alert_staff: Callable[[Sequence[Change]], Awaitable[None]],
        tell_of_feed: TellOfFeed,
        clock: Clock,
    ) -> None:
        self._look = look
        self._sights = sights
        self._flights = flights
        self._decide = decide
        self._alert_staff = alert_staff
        self._tell_of_feed = tell_of_feed
        self._clock = clock

    async def __call__(self) -> None:
        """Look once."""
        looked, before, now = await self._look(), await self._sights.all(), self._clock.now()
        feed = kept(FEED, looked.feed, before.get(FEED), now)
        here = {
            key: kept(key, found, before.get(key), now, leaves_at=looked.watched[key].leaves_at)
            for key, found in looked.found.items()
        }
        lost, back = await self._changes(looked, here, before, now)
        new = await self._flights.add_to_history([*lost, *back])
        count_changes(new)
        # Whoever was told of a loss hears of its end before we forget that they were.
        await self._alert_staff([change for change in back if before[change.flight].alerted])
        changed = [each for key, each in here.items() if each != before.get(key)]
        await self._sights.keep(changed, before.keys() - here.keys() - {FEED})
        unseen = {change.flight for change in new if change.kind is Kind.LOST_SIGHT}
        told = {change.flight for change in lost if looked.watched[change.flight].told}
        await self._decide(sorted(unseen | told))
        await self._tell_staff(lost, here, feed, now)
        await self._tell_all(feed, before.get(FEED), looked, now)

    async def _changes(
        self, looked: Looked, here: Mapping[str, KeptSight], before: Mapping[str, KeptSight], now: datetime
    ) -> tuple[list[Change], list[Change]]:
        ended = {key: each.lost_at for key, each in before.items() if each.lost_at is not None}
        seen = {
            key: each.seen_at
            for key, each in looked.watched.items()
            if key in ended and each.seen_at is not None
        }
        blind = {key for key, each in here.items() if each.lost_at is not None}
        wanted = sorted({*seen, *blind})
        states = list((await self._flights.known_states(wanted)).values()) if wanted else []
        return lost_sight(states, here, now), sight_regained(states, ended, seen, now)

    async def _tell_staff(
        self, lost: Sequence[Change], here: Mapping[str, KeptSight], feed: KeptSight, now: datetime
    ) -> None:
        """Of a feed that is blind as a whole staff hear once, and not for each flight."""
        if not _is_settled(feed, now):
            return
        due = [change for change in lost if _is_due(here[change.flight], now)]
        if due:
            await self._alert_staff(due)
            await self._sights.keep([replace(here[change.flight], alerted=True) for change in due], ())

    async def _tell_all(self, feed: KeptSight, was: KeptSight | None, looked: Looked, now: datetime) -> None:
        if feed.sight is Sight.BLIND and not feed.alerted:
            soon = sum(now <= each.leaves_at <= now + ALERTED_BEFORE for each in looked.watched.values())
            await self._tell_of_feed.blind(feed, soon)
            feed = replace(feed, alerted=True)
        elif feed.sight is Sight.FRESH and was is not None and was.alerted:
            await self._tell_of_feed.sees(was)
        # Also where nothing has changed: what is not kept for days is forgotten.
        await self._sights.keep([feed], ())


def _is_settled(feed: KeptSight, now: datetime) -> bool:
    """Tell whether a flight that is blind is so by itself, and not for its turn has not come yet."""
    recovered = feed.recovered_at is not None and now - feed.recovered_at < SETTLED_AFTER
    return feed.sight is Sight.FRESH and now - feed.since >= LEAST_STALE and not recovered


def _is_due(sight: KeptSight, now: datetime) -> bool:
    soon = sight.leaves_at is not None and sight.leaves_at - now <= ALERTED_BEFORE
    return soon and not sight.alerted
