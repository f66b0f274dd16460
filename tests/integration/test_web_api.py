"""The API as a program sees it: lists, single things, who sees what, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from yarl import URL

from flightagents.domain.call_plan import Why
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.sights import KeptSight
from flightagents.domain.tasks import Task, TaskKind
from flightagents.records import DeadLetterSource, dead_letter
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.sights import MongoSights
from tests.support.feed_plans import call, plan
from tests.support.office import StaffSite
from tests.support.programs import ANNAS, BA117, ROOT, busy_site, program
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb

LISTS = ("/flights", "/changes", "/notifications", "/tasks", "/disruptions", "/dead-letters", "/rules")
FOR_AGENTS = ("/bookings", "/audit")
WRONG: list[tuple[str, dict[str, str], str]] = [
    ("/flights", {"trouble": "lost"}, "trouble.0"),
    ("/flights", {"limit": "1000"}, "limit"),
    ("/flights", {"date_from": "2026-13-01"}, "date_from"),
    ("/flights", {"after": "nonsense"}, "after"),
    ("/changes", {"after": "eyJhIjoxfQ"}, "after"),
    ("/disruptions", {"after": "***"}, "after"),
    ("/tasks", {"assignee[$ne]": "x"}, "assignee[$ne]"),
    ("/tasks", {"sort": "resolve_by"}, "sort"),
    ("/audit", {"thing": "flight"}, "id"),
    ("/dead-letters", {"after": "nonsense"}, "after"),
    ("/exports/flights.csv", {"from": "2026-11-01"}, "to"),
    ("/exports/flights.csv", {"from": "2026-11-02", "to": "2026-11-01"}, "to"),
    ("/exports/flights.csv", {"from": "2025-01-01", "to": "2026-11-01"}, "to"),
    ("/exports/flights.csv", {"from": "0001-01-01", "to": "0001-01-02"}, "from"),
]
UNKNOWN = [
    "/flights/BA1%7C2026-11-22%7CLHR%7CJFK",
    "/flights/%24ne",
    "/flights/nothing/file",
    "/bookings/0123",
    "/bookings/..%2F..%2Fetc",
    "/dead-letters/none",
    "/notifications/none",
    "/punctuality/airports/%24gt",
    "/nothing",
]


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


async def test_flights_are_searched_filtered_and_sorted(site: StaffSite) -> None:
    ben = await program(site)
    found = await ben.get("/flights", sort="late", descending="true")
    assert [each["designator"] for each in found["items"]] == ["BA117", "BA119"]
    assert found["items"][0]["late"] == 95
    assert found["items"][0]["departure"]["zone"] == "Europe/London"
    assert found["items"][0]["departure"]["expected"] == "2026-11-22T16:10:00Z"
    assert [each["designator"] for each in (await ben.get("/flights", trouble="cancelled"))["items"]] == [
        "BA119"
    ]
    assert (await ben.get("/flights", airport="MAD"))["items"] == []
    assert (await ben.get(f"/flights/{BA117}"))["trouble"] == "delayed"


async def test_a_flight_that_is_watched_says_how_fresh_the_news_of_it_is(site: StaffSite) -> None:
    ben, since = await program(site), NOON + 10 * MINUTE
    lost = KeptSight(key=BA117, sight=Sight.BLIND, cause=Cause.OUTAGE, since=since, known_at=NOON)
    await MongoSights(site.database).keep([lost], ())
    said = {
        "sight": "blind",
        "cause": "outage",
        "since": "2026-11-22T12:10:00Z",
        "known_at": "2026-11-22T12:00:00Z",
        "probe_at": None,
    }
    found = {each["flight"]: each["sight"] for each in (await ben.get("/flights"))["items"]}
    assert found[BA117] == said
    assert [sight for flight, sight in found.items() if flight != BA117] == [None] * (len(found) - 1)
    assert (await ben.get(f"/flights/{BA117}"))["sight"] == said
    disrupted = (await ben.get("/disruptions", show="all"))["items"]
    assert {each["flight"]["flight"]: each["flight"]["sight"] for each in disrupted}[BA117] == said


async def test_a_flight_whose_zone_nobody_knows_has_wall_clock_times(site: StaffSite) -> None:
    await site.see(row("QQ1", route="QQQ-JFK"))
    found = await (await program(site)).get("/flights/QQ1|2026-11-22|QQQ|JFK")
    assert (found["departure"]["zone"], found["departure"]["base"]) == (None, "2026-11-22T14:35:00")


async def test_pages_give_each_thing_once(site: StaffSite) -> None:
    await site.use_cases.desk.take_bookings([booking(segment(), segment("BA119"), reference="XYZ789")])
    ben = await program(site)
    for path in ("/flights", "/changes", "/notifications", "/disruptions", "/bookings"):
        whole = (await ben.get(path))["items"]
        assert len(whole) > 1
        page = await ben.get(path, limit="1")
        paged = page["items"]
        while page["next"] is not None:
            page = await ben.get(path, limit="1", after=page["next"])
            paged += page["items"]
        assert paged == whole


@pytest.mark.parametrize("sort", ["due", "newest"])
async def test_tasks_are_sorted_by_when_they_are_due_or_the_newest_first(site: StaffSite, sort: str) -> None:
    opened = [
        Task(
            id=f"reply{number}",
            kind=TaskKind.REPLY,
            flight=None,
            booking=None,
            summary="call back",
            created_at=NOON + number * MINUTE,
            resolve_by=NOON + number * MINUTE if number else None,
        )
        for number in range(3)
    ]
    await site.use_cases.desk.tasks.open(opened)
    ben = await program(site)
    found: list[str] = []
    after: dict[str, str] | None = {}
    while after is not None:
        page = await ben.get("/tasks", kind="reply", sort=sort, limit="1", **after)
        found += [each["id"] for each in page["items"]]
        after = {"after": page["next"]} if page["next"] else None
    assert found == (["reply1", "reply2", "reply0"] if sort == "due" else ["reply2", "reply1", "reply0"])


async def test_disruptions_tell_who_knows_and_what_is_done(site: StaffSite) -> None:
    await site.use_cases.site.office.now.acts.note([BA117], "ada", "hotel for Anna")
    found = (await (await program(site)).get("/disruptions"))["items"]
    late = next(each for each in found if each["flight"]["flight"] == BA117)
    assert late["reached"] == {
        "travellers": 1,
        "told": 0,
        "unsure": 0,
        "waiting": 1,
        "not_told": {},
        "aside": {},
    }
    assert [each["text"] for each in late["handling"]["notes"]] == ["hotel for Anna"]
    assert late["needs_attention"] is True
    assert (await (await program(site)).get("/disruptions", show="mine"))["items"] == []


async def test_the_file_of_a_flight_names_people_to_agents_alone(site: StaffSite) -> None:
    await site.use_cases.site.office.now.acts.note([BA117], "ada", "hotel for Anna Müller")
    shown = await (await program(site, "ben")).get(f"/flights/{BA117}/file")
    hidden = await (await program(site, "vera")).get(f"/flights/{BA117}/file")
    assert "Anna Müller" in str(shown["story"])
    acts = [[each for each in file["story"] if each["type"] == "act"] for file in (shown, hidden)]
    assert [(act["by"], act["did"], act["note"]) for (act,) in acts] == [
        ("ada", "noted", "hotel for Anna Müller"),
        ("ada", "noted", ""),
    ]
    assert hidden["people"] == "not shown"
    assert not [word for word in ANNAS if word in str(hidden)]


async def test_a_viewer_sees_nothing_of_a_person(site: StaffSite) -> None:
    await site.use_cases.site.office.now.acts.note([BA117], "ada", "hotel for Anna Müller, ABC123")
    letter = dead_letter(
        "not_json",
        "unexpected: anna@example.com",
        raw=b"anna@example.com",
        source=DeadLetterSource.TOPIC,
        place={"topic": "flight-topic", "partition": 0, "offset": 7},
        at=NOON,
    )
    await MongoDeadLetters(site.database).store([letter])
    await site.use_cases.mend_letters.dismiss(letter.id, "ada", "asked Anna Müller")
    vera = await program(site, "vera")
    for path in (
        *LISTS,
        f"/flights/{BA117}",
        f"/flights/{BA117}/file",
        "/system",
        "/budget",
    ):
        text = str(await vera.get(path))
        assert not [word for word in ANNAS if word in text], path
    for path in FOR_AGENTS:
        assert (await vera.ask("GET", path)).status == 403
    refused = await vera.ask("GET", "/notifications", query={"reference": "ABC123"})
    assert (refused.status, (await refused.json())["field"]) == (403, "reference")


async def test_no_answer_holds_the_id_of_a_booking(site: StaffSite) -> None:
    ben = await program(site)
    for path in (*LISTS, *FOR_AGENTS):
        assert "ABC123|" not in str(await ben.get(path)), path
    row_of = (await ben.get("/notifications", reference="abc123"))["items"][0]
    found = await ben.get(f"/bookings/{row_of['booking']}")
    assert (found["reference"], found["name"]) == ("ABC123", "Anna Müller")


async def test_an_answer_that_is_known_is_not_sent_again(site: StaffSite) -> None:
    ben = await program(site)
    first = await ben.ask("GET", "/flights")
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    same = await ben.ask("GET", "/flights", headers={"If-None-Match": etag})
    assert (same.status, await same.read(), same.headers["ETag"]) == (304, b"", etag)
    await site.see(row(delay=180))
    other = await ben.ask("GET", "/flights", headers={"If-None-Match": etag})
    assert other.status == 200
    assert other.headers["ETag"] != etag


async def test_a_file_made_later_is_no_other_file(site: StaffSite) -> None:
    await site.see(row("BA300"))
    ben, path = await program(site), "/flights/BA300|2026-11-22|LHR|JFK/file"
    etag = (await ben.ask("GET", path)).headers["ETag"]
    assert etag.startswith('W/"')
    site.clock.move(MINUTE)
    assert (await ben.ask("GET", path, headers={"If-None-Match": etag})).status == 304
    await site.see(row("BA300", delay=180))
    assert (await ben.ask("GET", path, headers={"If-None-Match": etag})).status == 200


async def test_a_wrong_parameter_is_named(site: StaffSite) -> None:
    ben = await program(site)
    for path, query, field in WRONG:
        answer = await ben.ask("GET", path, query=query)
        assert (path, answer.status, (await answer.json())["field"]) == (path, 400, field)


async def test_what_is_not_there_is_a_404_in_json(site: StaffSite) -> None:
    ben = await program(site)
    for path in UNKNOWN:
        url = URL(f"{site.url}{ROOT}{path}", encoded=True)
        answer = await site.client.session.get(url, headers={**ben.headers, "Accept": "text/html"})
        assert (path, answer.status) == (path, 404)
        assert "error" in await answer.json()


async def test_nobody_without_a_token_or_session_is_answered(site: StaffSite) -> None:
    for headers in ({}, {"Authorization": "Bearer fa_nobody_knows"}, {"Authorization": "Bearer \xff"}):
        answer = await site.client.get(f"{ROOT}/flights", headers={**headers, "Accept": "text/html"})
        assert (answer.status, answer.content_type) == (401, "application/json")


async def test_a_session_reads_too_and_writes_with_its_form_token_alone(site: StaffSite) -> None:
    await site.log_in("ben")
    assert (await site.client.get(f"{ROOT}/flights")).status == 200
    forged = await site.client.post(
        f"{ROOT}/disruptions/hold", json={"flights": [BA117]}, headers={"Origin": site.url}
    )
    assert forged.status == 403


async def test_punctuality_tells_of_an_airport(site: StaffSite) -> None:
    await site.use_cases.keep_punctuality()
    ben = await program(site)
    found = await ben.get("/punctuality/airports/lhr")
    assert (found["code"], found["planned"], len(found["hours"]["late"])) == ("LHR", 2, 24)
    ranked = await ben.get("/punctuality/airlines")
    assert [each["code"] for each in ranked["items"]] == ["BA"]


async def test_the_months_calls_are_told_with_the_next_ones_and_the_age_of_news(site: StaffSite) -> None:
    soon = site.clock.now() + MINUTE
    made = plan([call("flight_iata=BA117", why=Why.TOLD, due_at=soon, flights=(BA117,))])
    await MongoCallPlans(site.database).keep(made)
    found = await (await program(site, "vera")).get("/budget")
    assert (found["forecast"]["left"], found["forecast"]["reserve"]) == (9_000, 100)
    assert [(each["query"], each["why"]) for each in found["calls"]] == [("flight_iata=BA117", "told")]
    (news,) = [each for each in found["news"] if each["key"] == BA117]
    assert (news["designator"], news["next_look"]) == ("BA117", f"{soon:%Y-%m-%dT%H:%M:%SZ}")


async def test_the_page_for_people_lists_every_route(site: StaffSite) -> None:
    await site.log_in("vera")
    page = await (await site.client.get("/api")).text()
    document = await (await program(site, "vera")).get("/openapi.json")
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert "BA117|2026-11-22|LHR|JFK" in page
