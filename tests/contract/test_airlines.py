"""What `AirlineNames` promises, held by the fake and by MongoDB."""

import asyncio

import pytest

from flightagents.domain.airlines import Airline
from flightagents.ports import AirlineNames
from flightagents.store.airlines import MongoAirlineNames
from tests.support.airlines import BRITISH, JETBLUE, FakeAirlineNames


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def names(request: pytest.FixtureRequest) -> AirlineNames:
    if request.param == "fake":
        return FakeAirlineNames()
    return MongoAirlineNames(request.getfixturevalue("database"))


async def test_what_was_learned_is_given_by_code(names: AirlineNames) -> None:
    await names.learn([BRITISH, JETBLUE])
    await names.learn([])
    assert await names.all() == [JETBLUE, BRITISH]


async def test_a_newer_name_takes_the_place_of_the_older(names: AirlineNames) -> None:
    await names.learn([BRITISH])
    renamed = Airline(code="BA", name="British & Irish", icao=None)
    await names.learn([renamed])
    assert await names.all() == [renamed]


async def test_two_workers_may_learn_the_same_at_once(names: AirlineNames) -> None:
    await asyncio.gather(*(names.learn([BRITISH, JETBLUE]) for _ in range(8)))
    assert await names.all() == [JETBLUE, BRITISH]
