"""What the leader keeps of how fresh a flight is: blind at the second look; what was never seen, later."""

from datetime import datetime, timedelta

from flightagents.domain.freshness import Cause, Freshness, Sight
from flightagents.domain.sights import FEED, KeptSight, kept
from tests.support.feed import FLIGHT, MINUTE
from tests.support.rows import NOON

TICKET = "BA117|2026-11-22"
NOT_ASKED = Freshness(sight=Sight.BLIND, cause=Cause.NOT_ASKED)
NEED_NOT_BE_THERE = Freshness(sight=Sight.STALE, cause=Cause.NOT_IN_FEED_YET)
MISSED = Freshness(sight=Sight.BLIND, cause=Cause.NOT_IN_FEED_YET)
LOST = Freshness(sight=Sight.BLIND, cause=Cause.OUTAGE, known_at=NOON)


def looked(key: str, *found: Freshness, every: timedelta = MINUTE, since: datetime = NOON) -> list[Sight]:
    """Look so often, and give what was kept each time."""
    was: KeptSight | None = None
    sights = []
    for number, each in enumerate(found):
        was = kept(key, each, was, since + number * every)
        sights.append(was.sight)
    return sights


def test_a_flight_is_blind_at_the_second_look_and_until_it_is_seen() -> None:
    less = Freshness(sight=Sight.STALE, cause=Cause.OUTAGE, known_at=NOON)
    seen = Freshness(sight=Sight.FRESH, known_at=NOON + MINUTE)
    assert looked(FLIGHT, LOST, LOST, less, seen) == [Sight.STALE, Sight.BLIND, Sight.BLIND, Sight.FRESH]


def test_what_was_only_just_booked_is_asked_for_before_it_is_called_blind() -> None:
    assert set(looked(TICKET, *[NOT_ASKED] * 30)) == {Sight.STALE}
    assert looked(TICKET, *[NOT_ASKED] * 31)[-1] is Sight.BLIND


def test_what_need_not_be_in_the_feed_yet_is_not_blind_for_having_been_so() -> None:
    sights = looked(TICKET, *[NOT_ASKED] * 31, NEED_NOT_BE_THERE, MISSED)
    assert sights[-2:] == [Sight.STALE, Sight.BLIND]


def test_a_feed_that_never_answered_is_blind_at_the_second_look() -> None:
    assert looked(FEED, NOT_ASKED, NOT_ASKED) == [Sight.STALE, Sight.BLIND]
