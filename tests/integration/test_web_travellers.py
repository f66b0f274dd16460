"""/travellers on a worker's whole inside: find somebody, see what they were told, and act for them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.tasks import Task, TaskKind
from flightagents.store.audit import MongoAudit
from flightagents.web.access.gate import FORM_FIELD
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
Database = AsyncIOMotorDatabase[dict[str, Any]]
LATE: dict[str, Any] = {"departure": {"estimated": "2026-11-22T15:35:00+00:00"}, "delay": 60}
ABC = booking(phone=ANNAS_PHONE, client="acme", vip=True)
BEN = booking(segment("BA118"), reference="XYZ789", name="Ben <b>O'Neill</b>", email="ben@example.org")


class Pages:
    """Ben's browser."""

    def __init__(self, site: StaffSite) -> None:
        self.site = site

    async def get(self, path: str) -> tuple[int, str]:
        answer = await self.site.client.get(path)
        return answer.status, await answer.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        """Send a form, follow to where it leads, and give that page."""
        token = form_token((await self.get("/travellers"))[1])
        answer = await self.site.client.post(
            path, data={**form, FORM_FIELD: token}, headers={"Origin": self.site.url}
        )
        return answer.status, await answer.text()

    def key(self, of: Booking) -> str:
        return self.site.world.address_keys(of.id)

    def path(self, of: Booking, more: str = "") -> str:
        return f"/travellers/{self.key(of)}{more}"

    async def stands(self, of: Booking) -> Booking:
        return (await self.site.use_cases.desk.bookings.get([of.id]))[of.id]

    async def version(self, of: Booking, more: str = "") -> str:
        found = re.search(r'name="version" value="(\w+)"', (await self.get(self.path(of, more)))[1])
        assert found
        return found[1]

    async def acts(self, of: Booking) -> list[tuple[str, Did, str]]:
        page = await MongoAudit(self.site.database).read(about=About(Thing.BOOKING, self.key(of)))
        return [(act.by, act.did, act.detail) for act in page.rows]


@pytest.fixture
async def pages(database: Database, mongodb: str) -> AsyncIterator[Pages]:
    async with staff_site(database, mongodb) as site:
        await site.see(row())
        await site.use_cases.desk.take_bookings([ABC, BEN])
        await site.see(row(**LATE), at=NOON + 20 * MINUTE)
        await site.log_in("ben")
        yield Pages(site)


# Finding


async def test_those_who_travel_are_listed_with_their_next_flight(pages: Pages) -> None:
    status, page = await pages.get("/travellers")
    assert status == 200
    assert all(word in page for word in ("Anna Müller", "ABC123", "BA117", "delayed 1 h 00", "VIP", "acme"))
    assert "not yet in the feed" in page
    assert "2 bookings, sorted by the day of the last flight, the soonest first." in page
    assert "<b>O" not in page


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("müll", ["Anna"]),
        (ANNAS_PHONE, ["Anna"]),
        ("xyz789", ["Ben"]),
        ("ben@example.org", ["Ben"]),
        ("nobody", []),
        ("$where", []),
        ('{"$gt": ""}', []),
        ("../../etc", []),
        ("a\0b", []),
        ("x" * 5000, []),
        ("<script>alert(1)</script>", []),
    ],
)
async def test_people_are_found_by_what_is_posted(pages: Pages, text: str, names: list[str]) -> None:
    status, page = await pages.post("/travellers", text=text)
    assert status == 200
    assert [name for name in ("Anna", "Ben") if f">{name}" in page] == names
    assert ("data-empty hidden" in page) is bool(names)
    assert "<script>alert" not in page


async def test_what_was_typed_is_in_no_address(pages: Pages) -> None:
    _, page = await pages.post("/travellers", text="ben@example.org")
    addresses = re.findall(r'(?:href|action|data-live)="([^"]*)"', page)
    assert [each for each in addresses if "example" in each or "XYZ" in each] == []


async def test_a_long_list_is_paged(pages: Pages) -> None:
    many = [booking(reference=f"REF{each:03}", email=f"p{each}@example.com") for each in range(60)]
    await pages.site.use_cases.desk.bookings.save(many)
    _, first = await pages.get("/travellers")
    more = re.search(r'href="(/travellers\?after=[^"]+)"', first)
    assert more
    status, second = await pages.get(more[1])
    keys = [set(re.findall(r'data-key="(\w+)"', page)) for page in (first, second)]
    assert (status, [len(each) for each in keys], keys[0] & keys[1]) == (200, [50, 12], set())
    _, found = await pages.post("/travellers", text="ref")
    cursor = re.search(r'name="after" value="([^"]+)"', found)
    assert cursor
    assert (
        len(re.findall(r"data-key", (await pages.post("/travellers", text="ref", after=cursor[1]))[1])) == 10
    )


async def test_a_forged_cursor_is_refused_in_words(pages: Pages) -> None:
    status, page = await pages.get("/travellers?after=%7B%22$gt%22:1%7D")
    assert (status, "begin at its first page" in page) == (400, True)


# One of them


async def test_a_page_shows_what_they_were_told_and_why_not(pages: Pages) -> None:
    await pages.site.use_cases.desk.tasks.open(
        [Task(id="c", kind=TaskKind.CALL, flight=None, booking=ABC.id, summary="Call Anna", created_at=NOON)]
    )
    status, page = await pages.get(pages.path(ABC))
    assert status == 200
    assert all(word in page for word in (ANNA, ANNAS_PHONE, "from the file test.csv", "Call Anna"))
    assert page.count("Leaves later") == 2, "by email and by SMS"
    assert "waits to be sent" in page
    assert "too little differs from what the person knows" in page


@pytest.mark.parametrize(
    "key", ["nobody", "$ne", "%00", "..%2F..%2Fusers", "x" * 3000, "ABC123%7Canna@example.com"]
)
async def test_nobody_is_behind_another_name(pages: Pages, key: str) -> None:
    for more in ("", "/edit", "/forget", "/rebook/0"):
        assert (await pages.get(f"/travellers/{key}{more}"))[0] == 404


async def test_a_viewer_sees_and_does_nothing(pages: Pages) -> None:
    version = await pages.version(ABC)
    await pages.site.log_in("vera")
    for path in ("/travellers", pages.path(ABC), pages.path(ABC, "/edit"), "/travellers/new"):
        status, page = await pages.get(path)
        assert (status, "Anna" in page, 'href="/travellers"' in page) == (403, False, False)
    for path in ("/cancel", "/forget", "/consent", "/edit"):
        answer = await pages.site.client.post(
            pages.path(ABC, path),
            data={"version": version, "step": "confirm"},
            headers={"Origin": pages.site.url},
        )
        assert answer.status == 403
    for name in ("travellers", f"traveller-words?key={pages.key(ABC)}"):
        assert (await pages.get(f"/live/{name}"))[0] == 403
    assert await pages.stands(ABC) == ABC


async def test_a_form_without_its_token_is_refused(pages: Pages) -> None:
    answer = await pages.site.client.post(pages.path(ABC, "/forget"), headers={"Origin": pages.site.url})
    assert answer.status == 403
    assert await pages.stands(ABC) == ABC


# Acts


async def test_a_booking_is_edited_and_the_log_names_fields_alone(pages: Pages) -> None:
    form = await _form_of(pages, ABC)
    status, page = await pages.post(pages.path(ABC, "/edit"), **form | {"name": "Anna Mueller"})
    assert (status, "The booking is saved." in page) == (200, True)
    assert await pages.stands(ABC) == replace(ABC, name="Anna Mueller")
    assert await pages.acts(ABC) == [("ben", Did.CHANGED, "name")]
    assert "ben changed it (name)" in page


async def test_what_is_wrong_is_said_at_its_field_and_stays_typed(pages: Pages) -> None:
    form = await _form_of(pages, ABC) | {"email": "no address", "segments.0.flight_date": "tomorrow"}
    status, page = await pages.post(pages.path(ABC, "/edit"), **form)
    assert status == 400
    assert page.count('class="error"') == 2
    assert 'value="no address"' in page
    assert "write a date, such as 2026-11-22" in page
    assert await pages.stands(ABC) == ABC


async def test_of_two_who_edit_the_second_sees_what_differs(pages: Pages) -> None:
    form = await _form_of(pages, ABC)
    await pages.post(pages.path(ABC, "/edit"), **form | {"client": "globex"})
    status, page = await pages.post(pages.path(ABC, "/edit"), **form | {"name": "Ana"})
    assert status == 409
    assert "Somebody has changed this booking" in page
    assert "<td>globex</td><td>acme</td>" in page
    assert "<td>Anna Müller</td><td>Ana</td>" in page
    newer = re.search(r'name="version" value="(\w+)"', page)
    assert newer
    await pages.post(pages.path(ABC, "/edit"), **form | {"name": "Ana", "version": newer[1]})
    assert (await pages.stands(ABC)).name == "Ana"


async def test_somebody_is_added_to_a_late_flight_once_the_message_is_confirmed(pages: Pages) -> None:
    form = {
        "reference": "new111",
        "name": "Cleo",
        "email": "cleo@example.org",
        "consent_email": "yes",
        "segments.0.designator": "ba117",
        "segments.0.flight_date": "2026-11-22",
        "segments.1.status": "confirmed",
    }
    status, page = await pages.post("/travellers/new", **form)
    assert (status, "This sends 1 message:" in page, "leaves later, by email" in page) == (200, True, True)
    new = replace(ABC, id="NEW111|cleo@example.org")
    assert await pages.site.use_cases.desk.bookings.get([new.id]) == {}
    status, page = await pages.post("/travellers/new", **form, step="back")
    assert 'value="cleo@example.org"' in page
    _, page = await pages.post("/travellers/new", **form, step="confirm")
    assert "The booking is added." in page
    assert "Leaves later" in page
    assert await pages.acts(new) == [("ben", Did.ADDED, "")]
    status, page = await pages.post("/travellers/new", **form)
    assert (status, pages.path(new) in page) == (409, True)


async def test_a_flight_is_rebooked(pages: Pages) -> None:
    place = pages.path(ABC, "/rebook/0")
    version = await pages.version(ABC, "/rebook/0")
    wrong = {"new.designator": "??", "new.flight_date": "2026-11-23", "version": version}
    status, page = await pages.post(place, **wrong)
    assert (status, "such as BA117" in page) == (400, True)
    _, page = await pages.post(place, **wrong | {"new.designator": "BA119"})
    assert "The flight is rebooked." in page
    stands = await pages.stands(ABC)
    assert [(each.designator, each.status) for each in stands.segments] == [
        ("BA117", "rebooked"),
        ("BA119", "confirmed"),
    ]
    assert (await pages.post(place, **wrong | {"new.designator": "BA120"}))[0] == 409
    assert await pages.acts(ABC) == [("ben", Did.REBOOKED, "segments")]
    assert (await pages.get(pages.path(ABC, "/rebook/7")))[0] == 404


async def test_flights_are_cancelled_once_that_is_confirmed(pages: Pages) -> None:
    form = {"version": await pages.version(ABC), "segment": "0"}
    _, page = await pages.post(pages.path(ABC, "/cancel"), **form)
    assert "Nothing is sent at once." in page
    assert await pages.stands(ABC) == ABC
    _, page = await pages.post(pages.path(ABC, "/cancel"), **form, step="confirm")
    assert "Cancelled: BA117, 22 Nov." in page
    assert [each.status for each in (await pages.stands(ABC)).segments] == ["cancelled"]
    assert await pages.acts(ABC) == [("ben", Did.CANCELLED, "segments")]
    assert (await pages.post(pages.path(ABC, "/cancel"), **form, step="confirm"))[0] == 409


async def test_what_has_landed_is_offered_no_more_and_refused(pages: Pages) -> None:
    form = {"version": await pages.version(ABC), "segment": "0"}
    _, page = await pages.get(pages.path(ABC))
    assert 'aria-label="Rebook BA117"' in page
    flown = row(status="landed", took_off="15:40", landed="18:30", **LATE)
    await pages.site.see(flown, at=NOON + timedelta(hours=12))
    _, page = await pages.get(pages.path(ABC))
    assert [each for each in ("Rebook", "Cancel") if each in page] == []
    assert [each for each in ("/forget", "/edit") if pages.path(ABC, each) not in page] == []
    said = "BA117 of 22 Nov has landed: it can be neither rebooked nor cancelled"
    new = {"version": form["version"], "new.designator": "BA119", "new.flight_date": "2026-11-23"}
    for answer in (
        await pages.get(pages.path(ABC, "/rebook/0")),
        await pages.post(pages.path(ABC, "/cancel"), **form),
        await pages.post(pages.path(ABC, "/cancel"), **form, step="confirm"),
    ):
        assert (answer[0], said in answer[1]) == (409, True)
    status, page = await pages.post(pages.path(ABC, "/rebook/0"), **new, step="confirm")
    assert (status, said in page) == (400, True)
    assert await pages.stands(ABC) == ABC
    assert await pages.acts(ABC) == []


async def test_whoever_says_stop_on_the_phone_gets_no_more(pages: Pages) -> None:
    _, page = await pages.post(pages.path(ABC, "/consent"), channel="sms", act="withdraw")
    assert "No more messages go out by sms to this address." in page
    consent = (await pages.stands(ABC)).consents[Channel.SMS]
    assert consent.revoked_by == "phone:ben"
    pages.site.clock.move(MINUTE)
    await pages.post(pages.path(ABC, "/consent"), channel="sms", act="give")
    consent = (await pages.stands(ABC)).consents[Channel.SMS]
    assert (consent.source, consent.revoked_at) == ("phone:ben", None)
    assert [detail for _, _, detail in await pages.acts(ABC)] == [
        "consent to sms given, by phone",
        "consent to sms taken back, by phone",
    ]
    for form in ({"channel": "fax", "act": "give"}, {"channel": "sms", "act": "$set"}, {}):
        assert (await pages.post(pages.path(ABC, "/consent"), **form))[0] == 400
    assert (await pages.post(pages.path(BEN, "/consent"), channel="sms", act="give"))[0] == 404


async def test_somebody_is_forgotten_with_whoever_has_the_reference(pages: Pages) -> None:
    carla = booking(name="Carla", email="carla@example.org")
    await pages.site.use_cases.desk.bookings.save([carla])
    status, page = await pages.get(pages.path(ABC, "/forget"))
    assert (status, "Carla" in page, "Forget 2 people" in page) == (200, True, True)
    _, page = await pages.post(pages.path(ABC, "/forget"))
    assert "Forgotten: 2 people." in page
    assert (await pages.get(pages.path(ABC)))[0] == 404
    assert await pages.acts(carla) == [("ben", Did.FORGOT, "")]
    assert (await pages.post(pages.path(ABC, "/forget")))[0] == 404


async def test_the_log_of_acts_holds_no_address(pages: Pages) -> None:
    form = await _form_of(pages, ABC) | {"email": "other@example.org", "phone": "+34600111222"}
    await pages.post(pages.path(ABC, "/edit"), **form, step="confirm")
    await pages.post(pages.path(ABC, "/consent"), channel="email", act="withdraw")
    kept = str(await pages.site.database["audit"].find().to_list(None))
    assert "changed" in kept
    assert [word for word in ("example", "+34", ANNAS_PHONE, "ABC123") if word in kept] == []


async def _form_of(pages: Pages, of: Booking) -> dict[str, str]:
    """Give the form of a booking as its page shows it."""
    _, page = await pages.get(pages.path(of, "/edit"))
    inputs = re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]* value="([^"]*)"', page)
    chosen = re.findall(
        r'<select id="[^"]+" name="([^"]+)".*?<option value="([^"]*)" selected>', page, re.DOTALL
    )
    return {**dict(inputs), **dict(chosen), "version": await pages.version(of, "/edit")}


async def test_a_link_puts_nothing_into_the_address_that_a_page_follows(pages: Pages) -> None:
    query = {"past": "1", "version": "0\r\n\r\nevent: rows", "live": "x"}
    page = await (await pages.site.client.get("/travellers", params=query)).text()
    assert re.findall('data-live="([^"]*)"', page) in ([], ["/live/travellers?past=1"])
    query.pop("past")
    page = await (await pages.site.client.get("/travellers", params=query)).text()
    assert 'data-live="/live/travellers"' in page
