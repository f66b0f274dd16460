"""What `Sights` promises, held by the fake and by MongoDB."""

from dataclasses import replace

import pytest

from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.sights import KeptSight
from flightagents.ports import Sights
from flightagents.store.sights import MongoSights
from tests.support.rows import MINUTE, NOON
from tests.support.sights import FakeSights

BA117, AA100 = "BA117|2026-11-22|LHR|JFK", "AA100|2026-11-22|JFK|LHR"
FRESH = KeptSight(key=BA117, sight=Sight.FRESH, since=NOON, known_at=NOON)
BLIND = KeptSight(
    key=AA100,
    sight=Sight.BLIND,
    since=NOON,
    cause=Cause.OUTAGE,
    known_at=NOON - MINUTE,
    probe_at=NOON + MINUTE,
    leaves_at=NOON + 60 * MINUTE,
    alerted=True,
)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def sights(request: pytest.FixtureRequest) -> Sights:
    if request.param == "fake":
        return FakeSights()
    return MongoSights(request.getfixturevalue("database"))


async def test_what_was_kept_comes_back_as_it_was(sights: Sights) -> None:
    await sights.keep([FRESH, BLIND], [])
    assert await sights.all() == {BA117: FRESH, AA100: BLIND}
    assert await sights.of([AA100, "unknown"]) == {AA100: BLIND}


async def test_the_last_takes_the_place_of_the_one_before(sights: Sights) -> None:
    await sights.keep([BLIND], [])
    seen = replace(BLIND, sight=Sight.FRESH, cause=None, probe_at=None, alerted=False)
    await sights.keep([seen], [])
    assert await sights.all() == {AA100: seen}


async def test_flights_that_are_gone_are_forgotten(sights: Sights) -> None:
    await sights.keep([FRESH, BLIND], [])
    await sights.keep([], [BA117, "never known"])
    assert list(await sights.all()) == [AA100]
