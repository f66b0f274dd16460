"""/travellers/upload: a file of bookings is looked at, then taken in."""

import io
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import Did
from flightagents.store.audit import MongoAudit
from flightagents.web.access.gate import FORM_FIELD
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
Database = AsyncIOMotorDatabase[dict[str, Any]]
HEADER = "reference,name,email,consent_email,flights,seat\n"
GOOD = "NEW111,Cleo <i>x</i>,cleo@example.org,yes,BA117 2026-11-22|BA118 2026-11-12,1A\n"
FILE = HEADER + GOOD + "ABC123,Anna Müller,anna@example.com,yes,BA117 2026-11-22,1A\n,=1+1,,,BA117,1A\n"


class Uploads:
    """Ben's browser."""

    def __init__(self, site: StaffSite) -> None:
        self.site = site

    async def get(self, path: str) -> tuple[int, str]:
        answer = await self.site.client.get(path)
        return answer.status, await answer.text()

    async def upload(self, content: bytes, name: str = "bookings.csv") -> tuple[int, str, str]:
        """Send a file; give the status, the page that it leads to, and that page's address."""
        form = FormData()
        form.add_field(FORM_FIELD, await self._token())
        form.add_field("file", io.BytesIO(content), filename=name, content_type="text/csv")
        answer = await self.site.client.post(
            "/travellers/upload", data=form, headers={"Origin": self.site.url}
        )
        return answer.status, await answer.text(), answer.url.path

    async def confirm(self, path: str) -> tuple[int, str]:
        answer = await self.site.client.post(
            path, data={FORM_FIELD: await self._token()}, headers={"Origin": self.site.url}
        )
        return answer.status, await answer.text()

    async def _token(self) -> str:
        return form_token((await self.get("/travellers/upload"))[1])

    async def references(self) -> list[str]:
        return sorted(each.reference for each in await self.site.use_cases.desk.bookings.everyone())


@pytest.fixture
async def uploads(database: Database, mongodb: str) -> AsyncIterator[Uploads]:
    async with staff_site(database, mongodb) as site:
        await site.see(row())
        await site.use_cases.desk.take_bookings([booking(name="Anna")])
        late: dict[str, Any] = {"departure": {"estimated": "2026-11-22T15:35:00+00:00"}, "delay": 60}
        await site.see(row(**late), at=NOON + 20 * MINUTE)
        await site.log_in("ben")
        yield Uploads(site)


async def test_a_file_is_looked_at_confirmed_and_taken_in(uploads: Uploads) -> None:
    status, page, path = await uploads.upload(FILE.encode())
    assert status == 200
    tiles = dict(re.findall(r"<li>([\w ]+)<strong>(\d+)</strong>", page))
    assert tiles == {
        "New": "1",
        "Changed": "1",
        "Unchanged": "0",
        "Refused lines": "1",
        "Messages at once": "1",
    }
    assert "Columns that are not read: seat." in page
    assert "reference is empty" in page
    assert '<span class="badge late">its date is past</span>' in page
    assert "1 flight of a date that is past: nobody is told of it." in page
    assert "<i>x" not in page
    assert await uploads.references() == ["ABC123"]
    status, page = await uploads.confirm(path)
    assert (
        status,
        "Imported: 2 lines. 1 flight of a date that is past: nobody is told. 1 line could" in page,
    ) == (200, True)
    assert "reference is empty" in page
    assert "All that is in this file stands already" in (await uploads.get(path))[1]
    assert await uploads.references() == ["ABC123", "NEW111"]
    acts = (await MongoAudit(uploads.site.database).read(by="ben")).rows
    assert [(act.did, act.detail) for act in acts if act.did is Did.IMPORTED] == [
        (Did.IMPORTED, "2 lines, 1 refused")
    ]
    assert (await uploads.confirm(path))[0] == 200, "once more changes nothing"
    assert await uploads.references() == ["ABC123", "NEW111"]


async def test_refused_lines_can_be_downloaded(uploads: Uploads) -> None:
    _, _, path = await uploads.upload(FILE.encode())
    answer = await uploads.site.client.get(f"{path}/refused.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="refused.csv"'
    assert (await answer.read()).decode("utf-8-sig").splitlines() == [
        "line,reason",
        "4,reference is empty",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        ("reference,flights\nM\u00fcller,BA1".encode("latin-1"), "line 2 is not UTF-8"),
        (b"name,mail\na,b\n", "the first line names no column reference"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "is not UTF-8"),
        (b"PK\x03\x04\x00\x00", "the first line names no column"),
        (b"reference,flights\n" + b"A,BA117 2026-11-22\n" * 50_001, "at most 50000"),
        (b"reference,flights\n" + b"x" * (5 * 1024 * 1024), "more than 5 MB"),
    ],
    ids=["nothing", "blank", "latin-1", "header", "picture", "archive", "long", "large"],
)
async def test_what_is_no_file_of_bookings_is_refused_in_words(
    uploads: Uploads, content: bytes, why: str
) -> None:
    status, page, path = await uploads.upload(content, name="C:\\files\\<b>x.csv")
    assert (status, path) == (400, "/travellers/upload")
    assert why in page
    assert "<b>x" not in page


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # aiohttp leaves its file open
async def test_a_body_without_end_is_cut_off(uploads: Uploads) -> None:
    assert (await uploads.upload(b"x" * (7 * 1024 * 1024)))[0] == 413


async def test_a_form_without_a_file_is_asked_for_one(uploads: Uploads) -> None:
    status, page = await uploads.confirm("/travellers/upload")
    assert (status, "Choose a file first." in page) == (400, True)


async def test_a_file_is_its_uploaders_alone(uploads: Uploads) -> None:
    _, _, path = await uploads.upload(FILE.encode())
    await uploads.site.log_in("ada")
    for status, page in (
        await uploads.get(path),
        await uploads.confirm(path),
        await uploads.get(f"{path}/taken"),
        await uploads.get(f"{path}/refused.csv"),
    ):
        assert (status, "not kept any more" in page, "Cleo" in page) == (404, True, False)
    assert await uploads.references() == ["ABC123"]
    await uploads.site.log_in("vera")
    for each in ("/travellers/upload", path, f"{path}/refused.csv", "/travellers/upload/template.csv"):
        assert (await uploads.get(each))[0] == 403


async def test_the_template_is_a_file_that_can_be_taken_in(uploads: Uploads) -> None:
    answer = await uploads.site.client.get("/travellers/upload/template.csv")
    status, page, _ = await uploads.upload(await answer.read())
    assert (status, "Refused lines<strong>0" in page, "Changed<strong>1" in page) == (200, True, True)


async def test_the_page_says_whether_a_folder_is_watched(uploads: Uploads) -> None:
    assert "No folder is watched" in (await uploads.get("/travellers/upload"))[1]
