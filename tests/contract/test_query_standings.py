"""What `QueryStandings` promises, held by the fake and by MongoDB."""

from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, Suspicion
from flightagents.store.query_standings import MongoQueryStandings
from tests.support.feed_plans import LHR, FakeQueryStandings, standing
from tests.support.profiling import plans
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
Standings = FakeQueryStandings | MongoQueryStandings
SUSPECTED = standing(
    end=PollEnd.OUTAGE,
    code="odd",
    rows=0,
    total=None,
    good_at=NOON - MINUTE,
    failures=3,
    failing_since=NOON,
    suspicion=Suspicion.EMPTY,
    not_before=NOON + MINUTE,
)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def standings(request: pytest.FixtureRequest) -> Standings:
    if request.param == "fake":
        return FakeQueryStandings()
    return MongoQueryStandings(request.getfixturevalue("database"))


async def test_before_the_first_query_there_is_nothing(standings: Standings) -> None:
    assert await standings.all() == {}


async def test_a_standing_is_known_whole_by_its_query(standings: Standings) -> None:
    odd = standing("airline_name=$where.x&flight_status=cancelled")
    for each in (SUSPECTED, odd, standing(KEY)):
        await standings.note(each)
    assert await standings.all() == {each.query: each for each in (SUSPECTED, odd, standing(KEY))}


async def test_the_next_look_takes_the_place_of_the_last(standings: Standings) -> None:
    await standings.note(SUSPECTED)
    good = standing(asked_at=NOON + MINUTE)
    await standings.note(good)
    assert await standings.all() == {LHR: good}


async def test_an_older_look_that_is_noted_late_is_left_out(standings: Standings) -> None:
    later = standing(asked_at=NOON + MINUTE)
    await standings.note(later)
    await standings.note(SUSPECTED)
    assert await standings.all() == {LHR: later}


async def test_the_same_look_may_be_noted_again(standings: Standings) -> None:
    await standings.note(standing())
    await standings.note(SUSPECTED)
    assert await standings.all() == {LHR: SUSPECTED}


@pytest.mark.mongodb
async def test_each_query_is_served_by_an_index(database: Database) -> None:
    standings = MongoQueryStandings(database)
    await standings.prepare()
    async with plans(database) as found:
        await standings.note(standing())
        await standings.all()
    assert len(found) == 3
    assert [plan for plan in found if "IXSCAN" not in plan and "IDHACK" not in plan] == []


@pytest.mark.mongodb
async def test_what_was_asked_long_ago_leaves(database: Database) -> None:
    standings = MongoQueryStandings(database)
    await standings.prepare()
    assert (await database["feed_queries"].index_information())["noted"]["expireAfterSeconds"] == 7 * 86_400
