"""What `Uploads` promises, held by the fake and by MongoDB."""

from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.booking_preview import Upload
from flightagents.ports import Uploads
from flightagents.store.uploads import KEEP, MongoUploads, theirs
from tests.support.plans import plan_of
from tests.support.travelling import FakeUploads

Database = AsyncIOMotorDatabase[dict[str, Any]]
FILE = Upload("bookings.csv", b"reference\x00\xff")


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def uploads(request: pytest.FixtureRequest) -> Uploads:
    return FakeUploads() if request.param == "fake" else MongoUploads(request.getfixturevalue("database"))


async def test_a_file_is_found_by_whoever_uploaded_it_alone(uploads: Uploads) -> None:
    await uploads.keep("ben", "d1", Upload("old.csv", b"old"))
    await uploads.keep("ben", "d1", FILE)
    assert await uploads.find("ben", "d1") == FILE
    assert await uploads.find("ada", "d1") is None
    assert await uploads.find("ben", "d2") is None


async def test_a_file_of_five_megabytes_can_be_kept(uploads: Uploads) -> None:
    large = Upload("large.csv", b"x" * 5 * 1024 * 1024)
    await uploads.keep("ben", "d1", large)
    assert await uploads.find("ben", "d1") == large


@pytest.mark.mongodb
async def test_files_leave_by_themselves_and_are_found_by_an_index(database: Database) -> None:
    uploads = MongoUploads(database)
    await uploads.prepare()
    await uploads.keep("ben", "d1", FILE)
    indexes = await database["uploads"].index_information()
    assert indexes["at"]["expireAfterSeconds"] == KEEP.total_seconds()
    plan = await plan_of(database["uploads"], {"find": "uploads", "filter": theirs("ben", "d1")})
    assert "COLLSCAN" not in plan.stages
