"""What `OptOuts` and `Once` promise, held by the fakes and by MongoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.consents import OptOut
from flightagents.store.once import MongoOnce
from flightagents.store.opt_outs import MongoOptOuts
from tests.support.consents import FakeOnce, FakeOptOuts
from tests.support.rows import NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
OptOuts = FakeOptOuts | MongoOptOuts
Once = FakeOnce | MongoOnce
KEY = "key of anna"
STOP = OptOut(channel=Channel.SMS, address_key=KEY, at=NOON, how="sms:STOP")


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def opt_outs(request: pytest.FixtureRequest) -> OptOuts:
    if request.param == "fake":
        return FakeOptOuts()
    return MongoOptOuts(request.getfixturevalue("database"))


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def once(request: pytest.FixtureRequest) -> Once:
    if request.param == "fake":
        return FakeOnce()
    return MongoOnce(request.getfixturevalue("database"))


async def test_an_opt_out_is_found_by_its_key_on_every_channel(opt_outs: OptOuts) -> None:
    email = replace(STOP, channel=Channel.EMAIL, how="link")
    await opt_outs.add(STOP)
    await opt_outs.add(email)
    await opt_outs.add(replace(STOP, address_key="key of ben"))
    assert await opt_outs.of([KEY, "key of nobody"]) == [email, STOP]
    assert await opt_outs.of([]) == []


async def test_the_first_opt_out_stands(opt_outs: OptOuts) -> None:
    later = replace(STOP, at=NOON + timedelta(hours=1), how="sms:QUIT")
    assert await opt_outs.add(STOP) == STOP
    assert await opt_outs.add(later) == STOP
    assert await opt_outs.of([KEY]) == [STOP]


async def test_an_opt_out_that_is_over_leaves_that_of_the_other_channel(opt_outs: OptOuts) -> None:
    email = replace(STOP, channel=Channel.EMAIL)
    await opt_outs.add(STOP)
    await opt_outs.add(email)
    assert await opt_outs.remove(Channel.SMS, KEY)
    assert not await opt_outs.remove(Channel.SMS, KEY)
    assert await opt_outs.of([KEY]) == [email]


async def test_what_was_noted_is_done_and_is_noted_once(once: Once) -> None:
    assert not await once.done("sms|SM1")
    assert await once.note("sms|SM1")
    assert not await once.note("sms|SM1")
    assert await once.done("sms|SM1")
    assert not await once.done("sms|SM2")


@pytest.mark.mongodb
async def test_names_leave_after_some_days_and_opt_outs_stay(database: Database) -> None:
    await MongoOnce(database).prepare()
    await MongoOptOuts(database).prepare()
    assert (await database["once"].index_information())["at"]["expireAfterSeconds"] == 7 * 86_400
    opt_outs = await database["opt_outs"].index_information()
    assert not any("expireAfterSeconds" in index for index in opt_outs.values())


@pytest.mark.mongodb
async def test_no_address_stands_in_an_opt_out(database: Database) -> None:
    await MongoOptOuts(database).add(STOP)
    found = await database["opt_outs"].find_one({})
    assert found == {
        "_id": f"sms|{KEY}",
        "channel": "sms",
        "address_key": KEY,
        "at": NOON,
        "how": "sms:STOP",
    }
