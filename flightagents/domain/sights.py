"""How fresh a watched flight, or the feed, was at the leader's last look: what every worker goes by.

handlers/watch_freshness.py keeps it; pages, senders and metrics read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.freshness import LEAST_BLIND, NEAR_STALE, Cause, Freshness, Sight, limits

FEED = "(feed)"
"""In the place of a flight: the feed as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSight:
    """One flight, by the key under which it is watched. Times are business time."""

    key: str
    sight: Sight
    since: datetime
    """Since when it is fresh, or is not; whatever the reason was meanwhile."""
    cause: Cause | None = None
    known_at: datetime | None = None
    """When it was seen last; of a fresh flight, when it became fresh."""
    probe_at: datetime | None = None
    leaves_at: datetime | None = None
    """Of a flight: its best-known departure."""
    alerted: bool = False
    """Staff were told that it is blind, and not yet that it is over."""
    recovered_at: datetime | None = None
    """When it was last seen again after it had been blind."""

    @property
    def lost_at(self) -> datetime | None:
        """Tell when it was seen last, where it is out of sight now."""
        return self.known_at if self.sight is Sight.BLIND else None


def is_stale(sight: KeptSight | None, seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether the last look at a flight is too old to call it on time.

    The plan may have meant to look more often: then it is sooner so. What was seen since the leader's last
    look is fresh whatever was kept.
    """
    if seen_at is None or now - seen_at > NEAR_STALE:
        return True
    seen_since = sight is not None and sight.known_at is not None and seen_at > sight.known_at
    return sight is not None and sight.sight is not Sight.FRESH and not seen_since


def is_unseen(sight: KeptSight | None, seen_at: datetime, leaves_at: datetime, now: datetime) -> bool:
    """Tell whether staff may not be told that a flight is on time.

    Also where no leader has judged it lately: then it was seen too long ago for whatever plan.
    """
    if now - seen_at > limits(leaves_at - now, None)[0]:
        return True
    return sight is not None and sight.sight is not Sight.FRESH


def kept(
    key: str,
    found: Freshness,
    was: KeptSight | None,
    now: datetime,
    *,
    leaves_at: datetime | None = None,
) -> KeptSight:
    """Put what was found beside what was kept.

    Blindness takes two looks, so that after a pause of ours the feed is asked first; it lasts until the
    flight is seen. One that was never seen may only just have been booked, or need not be there yet.
    """
    same = was is not None and (was.sight is Sight.FRESH) is (found.sight is Sight.FRESH)
    fresh_before = same and found.sight is Sight.FRESH
    was_blind = was is not None and was.sight is Sight.BLIND
    recovers = was_blind and found.sight is Sight.FRESH
    sight = found.sight
    if sight is not Sight.FRESH:
        sure = same and was is not None and now - was.since >= _sure_after(key, found)
        lasts = was_blind and (key == FEED or found.known_at is not None)
        sight = Sight.BLIND if lasts or (sure and sight is Sight.BLIND) else Sight.STALE
    return KeptSight(
        key=key,
        sight=sight,
        cause=found.cause,
        since=was.since if was is not None and same else now,
        # Of what stays fresh nothing is written, however often it is seen.
        known_at=was.known_at if was is not None and fresh_before else found.known_at,
        probe_at=found.probe_at,
        leaves_at=leaves_at,
        alerted=sight is Sight.BLIND and was is not None and was.alerted,
        recovered_at=now if recovers else was.recovered_at if was is not None else None,
    )


def _sure_after(key: str, found: Freshness) -> timedelta:
    """Give how long it must have been amiss until it is blind, beside the second look."""
    return LEAST_BLIND if key != FEED and found.known_at is None else timedelta()


def counted(sights: Mapping[str, KeptSight]) -> dict[tuple[Sight, Cause | None], int]:
    """Count the flights by how fresh they are and why."""
    counts: dict[tuple[Sight, Cause | None], int] = {}
    for each in sights.values():
        if each.key != FEED:
            counts[each.sight, each.cause] = counts.get((each.sight, each.cause), 0) + 1
    return counts
