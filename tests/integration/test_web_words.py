"""Pages speak in words: no name of ours with an underscore, and no time as programs write it."""

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.tasks import Task, TaskKind, task_id
from tests.support.agency import BA117
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import CONSENT, booking

pytestmark = pytest.mark.mongodb
CODE = re.compile(r"\b[a-z]+_[a-z]+|\d{4}-\d\d-\d\dT\d\d:\d\d")
BOTH = booking(phone="+447700900123", consents={Channel.EMAIL: CONSENT})


def task(kind: TaskKind) -> Task:
    id_ = task_id(kind, BA117)
    return Task(id=id_, kind=kind, flight=BA117, booking=BOTH.id, summary="look", created_at=NOON)


class Visible(HTMLParser):
    """Gathers what a reader of a page sees; what stands there as code is somebody else's word."""

    def __init__(self) -> None:
        super().__init__()
        self._unseen: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "pre", "textarea"):
            self._unseen.append(tag)
        self.words += [value or "" for name, value in attrs if name in ("title", "aria-label", "placeholder")]

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


def codes_on(page: str) -> Iterator[str]:
    reader = Visible()
    reader.feed(page)
    for text in reader.words:
        if CODE.search(text):
            yield " ".join(text.split())


@pytest.fixture
async def site(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[StaffSite]:
    """A day on which much went wrong, and staff did much about it."""
    async with staff_site(database, mongodb) as found:
        acts, desk = found.use_cases.site.office.now.acts, found.use_cases.desk
        await desk.take_bookings([BOTH])
        await found.see(row())
        await found.see(row(delay=50, departure={"gate": "A1"}), at=NOON + MINUTE)
        await found.see(row(delay=50, departure={"gate": "B2"}), at=NOON + 2 * MINUTE)
        await acts.snooze([BA117], "ben", NOON + 60 * MINUTE)
        await acts.hold([BA117], "ben")
        for minutes in (3, 5):
            await found.see(row(status="cancelled"), at=NOON + minutes * MINUTE)
        await desk.tasks.open([task(kind) for kind in TaskKind])
        await found.use_cases.keep_punctuality()
        await found.log_in("ada")
        yield found


async def test_every_page_is_written_in_words(site: StaffSite) -> None:
    messages = [each["_id"] async for each in site.database["notifications"].find({}, {"_id": 1})]
    travellers = await (await site.client.get("/travellers")).text()
    (key,) = set(re.findall(r"/travellers/([0-9a-f]{16,})", travellers))
    pages = [
        *(f"/messages/{each}" for each in messages),
        *(f"/travellers/{key}{part}" for part in ("", "/edit", "/forget", "/rebook/0")),
        *(f"/flights/{BA117}", "/", "/?show=all", "/tasks", "/travellers", "/travellers/upload"),
        *("/flights?from=", "/places", "/places/airports/LHR", "/places/airlines/BA", "/messages"),
        *("/rules", "/rules/new", "/dead-letters", "/log", "/system", "/users"),
    ]
    assert len(messages) > 2
    found = {}
    for path in pages:
        answer = await site.client.get(path)
        assert answer.status == 200, path
        found[path] = list(codes_on(await answer.text()))
    assert {path: codes for path, codes in found.items() if codes} == {}
