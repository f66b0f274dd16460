"""What `Audit` promises, held by the fake and by MongoDB: newest first, and none is changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import LONGEST_DETAIL, About, Act, Did, Thing
from flightagents.errors import CursorError
from flightagents.store import paging
from flightagents.store.audit import COLLECTION, KEEP, NEWEST, MongoAudit, conditions
from tests.support.handling import FakeAudit
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
Log = FakeAudit | MongoAudit
BA117 = About(Thing.FLIGHT, "BA117|2026-11-22|LHR|JFK")
TASK = About(Thing.TASK, "0123456789")
FIRST = Act(at=NOON, by="Kim", did=Did.ASSIGNED, about=BA117, detail="to Lee")
SECOND = Act(at=NOON + MINUTE, by="Lee", did=Did.HELD, about=BA117)
THIRD = Act(at=NOON + 2 * MINUTE, by="Kim", did=Did.DONE, about=TASK)


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def audit(request: pytest.FixtureRequest) -> Log:
    return FakeAudit() if request.param == "fake" else MongoAudit(request.getfixturevalue("database"))


async def test_acts_come_back_as_they_were_newest_first(audit: Log) -> None:
    await audit.write([])
    await audit.write([FIRST])
    await audit.write([SECOND, THIRD])
    page = await audit.read()
    assert (list(page.rows), page.after) == ([THIRD, SECOND, FIRST], None)


async def test_they_are_found_by_person_and_by_thing(audit: Log) -> None:
    await audit.write([FIRST, SECOND, THIRD])
    assert list((await audit.read(by="Kim")).rows) == [THIRD, FIRST]
    assert list((await audit.read(about=BA117)).rows) == [SECOND, FIRST]
    assert list((await audit.read(about=BA117, by="Kim")).rows) == [FIRST]
    assert list((await audit.read(about=About(Thing.TASK, BA117.id))).rows) == []


async def test_they_are_given_page_by_page_each_once(audit: Log) -> None:
    """Acts of one moment too: a bulk act is many."""
    acts = [replace(FIRST, about=About(Thing.FLIGHT, str(number))) for number in range(5)]
    await audit.write(acts)
    found: list[Act] = []
    page = await audit.read(limit=2)
    while page.after is not None:
        found += page.rows
        page = await audit.read(limit=2, after=page.after)
    assert [*found, *page.rows] == acts[::-1]


@pytest.mark.parametrize("cursor", ["x", "????", "e30", "A" * 999])
async def test_a_cursor_of_somebody_else_is_refused(audit: Log, cursor: str) -> None:
    with pytest.raises(CursorError):
        await audit.read(after=cursor)


async def test_what_is_said_of_an_act_is_short(audit: Log) -> None:
    await audit.write([replace(FIRST, detail="x" * 9999)])
    (act,) = (await audit.read()).rows
    assert len(act.detail) == LONGEST_DETAIL


# Only MongoDB


@pytest.mark.mongodb
async def test_each_question_has_an_index_and_entries_leave_by_age(database: Database) -> None:
    audit = MongoAudit(database)
    await audit.prepare()
    await audit.prepare()
    await audit.write([FIRST, SECOND, THIRD])
    after = (await audit.read(limit=1)).after
    for asked in ({}, {"by": "Kim"}, {"about": BA117}, {"about": BA117, "by": "Kim"}):
        for start in (None, after):
            for query in paging.queries(conditions(**asked), NEWEST, start):
                command = {"find": COLLECTION, "filter": query, "sort": dict(NEWEST.sorting()), "limit": 51}
                plan = await plan_of(database[COLLECTION], command)
                assert plan.scans_an_index
                assert not plan.sorts_in_memory
    indexes = await database[COLLECTION].index_information()
    assert indexes["stored_at"]["expireAfterSeconds"] == KEEP / timedelta(seconds=1)


@pytest.mark.mongodb
async def test_an_entry_that_cannot_be_read_hides_no_other(database: Database) -> None:
    audit = MongoAudit(database)
    await audit.write([FIRST, SECOND, THIRD])
    await database[COLLECTION].update_one({"by": "Lee"}, {"$set": {"did": "something new"}})
    page = await audit.read(limit=2)
    assert list(page.rows) == [THIRD]
    assert list((await audit.read(limit=2, after=page.after)).rows) == [FIRST]
