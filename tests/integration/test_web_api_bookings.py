"""Bookings that a program sends: each answered by itself, previewed, taken once, never named by its id."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.web.api.answers_bookings import MOST_BOOKINGS, BookingTyped
from tests.support.office import StaffSite
from tests.support.programs import BA117, busy_site, program
from tests.support.rows import NOON, row

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb

SEGMENT = {"designator": "BA117", "flight_date": "2026-11-22", "departure": "LHR", "arrival": "JFK"}
JANE = {
    "reference": "JAN111",
    "name": "Jane Doe",
    "email": "jane@example.org",
    "consent_email": "yes",
    "segments": [SEGMENT],
}


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


async def test_each_booking_is_taken_or_refused_by_itself(site: StaffSite) -> None:
    ben = await program(site)
    wrong = {**JANE, "email": "nowhere", "segments": [{**SEGMENT, "flight_date": "tomorrow"}]}
    unknown = {**JANE, "reference": "JAN222", "segments": [{**SEGMENT, "designator": "BA999"}]}
    answer = await ben.post("/bookings", [JANE, wrong, unknown])
    taken, refused, not_yet = answer["items"]
    assert (taken["outcome"], refused["outcome"], not_yet["outcome"]) == ("new", "refused", "new")
    assert set(refused["errors"]) >= {"email", "segments.0.flight_date"}
    assert refused["key"] is None
    assert [(each["match"], each["flights"]) for each in taken["segments"]] == [("seen", [BA117])]
    assert not_yet["segments"][0]["match"] == "not yet in the feed"
    assert [(each["flight"], each["said"]) for each in answer["messages"]] == [(BA117, "later")]
    rows = (await ben.get("/notifications", reference="JAN111"))["items"]
    assert [(each["said"], each["booking"]) for each in rows] == [("later", taken["key"])]


async def test_sending_it_again_changes_nothing_and_one_alone_may_come(site: StaffSite) -> None:
    ben = await program(site)
    assert (await ben.post("/bookings", JANE))["items"][0]["outcome"] == "new"
    again = await ben.post("/bookings", [JANE])
    assert (again["items"][0]["outcome"], again["messages"]) == ("unchanged", [])
    assert len((await ben.get("/bookings", text="JAN111"))["items"]) == 1
    added = [
        each for each in (await ben.get("/audit", by="ben (nightly)"))["items"] if each["did"] == "added"
    ]
    assert [each["about"]["thing"] for each in added] == ["booking"]


async def test_a_preview_stores_and_sends_nothing(site: StaffSite) -> None:
    ben = await program(site)
    seen = await ben.post("/bookings", JANE, dry_run="true")
    assert (seen["dry_run"], seen["items"][0]["outcome"], len(seen["messages"])) == (True, "new", 1)
    assert (await ben.get("/bookings", text="JAN111"))["items"] == []


async def test_many_messages_at_once_want_to_be_meant(site: StaffSite) -> None:
    ben = await program(site)
    many = [{**JANE, "reference": f"R{each}", "email": f"a{each}@example.org"} for each in range(21)]
    refused = await ben.post("/bookings", many, status=409)
    assert "21 messages" in refused["error"]
    assert (await ben.get("/bookings", text="R20"))["items"] == []
    taken = await ben.post("/bookings", many, anyway="true")
    assert {each["outcome"] for each in taken["items"]} == {"new"}


async def test_a_booking_is_edited_rebooked_and_cancelled_by_its_key(site: StaffSite) -> None:
    ben = await program(site)
    key = (await ben.post("/bookings", JANE))["items"][0]["key"]
    assert "@" not in key
    version = (await ben.get(f"/bookings/{key}"))["version"]
    new = {"designator": "BA119", "flight_date": "2026-11-22"}
    rebooked = await ben.post(f"/bookings/{key}/rebook", {"version": version, "segment": 0, "new": new})
    assert [each["status"] for each in rebooked["booking"]["segments"]] == ["rebooked", "confirmed"]
    stale = await ben.post(f"/bookings/{key}/cancel", {"version": version}, status=409)
    assert stale["field"] == "version"
    version = rebooked["booking"]["version"]
    body = {**JANE, "version": version, "name": "Jane Roe", "segments": [new]}
    edited = await ben.ask("PUT", f"/bookings/{key}", json=body)
    assert edited.status == 200, await edited.text()
    version = (await edited.json())["booking"]["version"]
    seen = await ben.post(f"/bookings/{key}/cancel", {"version": version}, dry_run="true")
    assert (seen["edit"], seen["booking"]["version"]) == ("previewed", version)
    gone = await ben.post(f"/bookings/{key}/cancel", {"version": version})
    assert {each["status"] for each in gone["booking"]["segments"]} == {"cancelled"}
    body = {"version": gone["booking"]["version"], "segment": 9}
    bad = await ben.post(f"/bookings/{key}/cancel", body, status=400)
    assert bad["field"] == "segment"


async def test_a_booking_is_read_changed_and_sent_back(site: StaffSite) -> None:
    ben = await program(site)
    segment = {**SEGMENT, "ticketed": "14:35"}
    key = (await ben.post("/bookings", {**JANE, "protected": False, "segments": [segment]}))["items"][0][
        "key"
    ]
    read = await ben.get(f"/bookings/{key}")
    assert set(read) == set(BookingTyped.__struct_fields__)
    assert read["consent_email"] is True
    assert (await ben.post("/bookings", read))["items"][0]["outcome"] == "unchanged"
    edited = await ben.ask("PUT", f"/bookings/{key}", json={**read, "phone": "+44 20 7946 0000"})
    assert edited.status == 200, await edited.text()
    again = await ben.get(f"/bookings/{key}")
    differs = {name for name in read if read[name] != again[name]}
    assert (differs, again["phone"]) == ({"phone", "version"}, "+442079460000")
    moved = (await ben.post("/bookings", {**again, "email": "j@example.org"}))["items"][0]
    assert (moved["outcome"], list(moved["errors"])) == ("refused", ["key"])  # it would be a second booking
    wrong = {**again, "email": "nowhere", "segments": [{**segment, "flight_date": "tomorrow"}]}
    refused = await ben.ask("PUT", f"/bookings/{key}", json=wrong)
    assert set((await refused.json())["errors"]) >= {"email", "segments.0.flight_date"}
    for body, field in (
        ({**again, "version": ""}, "version"),
        ({**again, "key": "other"}, "key"),
        (
            {**again, "segments": [{**again["segments"][0], "flight_date": "2026-11-23"}]},
            "segments.0.ticketed",
        ),
    ):
        refused = await ben.ask("PUT", f"/bookings/{key}", json=body)
        assert (refused.status, (await refused.json())["field"]) == (400, field)


async def test_what_has_landed_is_neither_rebooked_nor_cancelled(site: StaffSite) -> None:
    ben = await program(site)
    (anna,) = (await ben.get("/bookings", text="ABC123"))["items"]
    await site.see(row(status="landed", took_off="16:15", landed="18:30"), at=NOON + timedelta(hours=12))
    body = {"version": anna["version"], "segment": 0}
    new = {"designator": "BA119", "flight_date": "2026-11-23"}
    for act, more in (("rebook", {"new": new}), ("cancel", {})):
        refused = await ben.post(f"/bookings/{anna['key']}/{act}", {**body, **more}, status=400)
        assert refused["field"] == "segment"
        assert refused["error"].startswith("BA117 of 22 Nov has landed")


async def test_what_is_too_much_is_refused(site: StaffSite) -> None:
    ben = await program(site)
    assert (await ben.post("/bookings", [], status=400))["error"]
    assert (await ben.post("/bookings", [{}] * (MOST_BOOKINGS + 1), status=400))["error"]
    assert (await ben.post("/bookings", {**JANE, "passport": "1"}, status=400))["field"] == "passport"
    two_megabytes = [{**JANE, "name": "x" * 2_000_000}]
    taken = await ben.send("/bookings", two_megabytes)
    assert (await taken.json())["items"][0]["outcome"] == "refused"
    assert (await ben.send("/bookings", [{**JANE, "name": "x" * 5_300_000}])).status == 413


async def test_a_file_is_looked_at_and_taken_in(site: StaffSite, database: Database) -> None:
    ben = await program(site)
    lines = (
        "reference,email,consent_email,seat,flights",
        "JAN111,jane@example.org,yes,1A,BA117 2026-11-22 | BA118 2026-11-19",
        "JAN222,,yes,1B,BA117 2026-11-22",
    )
    file = {"name": "today.csv", "content": "\n".join(lines)}
    for dry_run, outcome in (("true", "new"), ("false", "new"), ("false", "unchanged")):
        answer = await ben.post("/bookings/file", file, dry_run=dry_run)
        (item,) = answer["items"]
        assert item["outcome"] == outcome
        names = await database.list_collection_names()
        stored = [each for name in names for each in await database[name].find().to_list(None)]
        assert ("jane@example.org" in str(stored)) is (dry_run == "false")
    assert [each["match"] for each in item["segments"]] == ["seen", "its date is past"]
    assert (answer["refused"], answer["ignored_columns"]) == (
        [{"line": 3, "reason": "neither email nor phone: nobody could be told"}],
        ["seat"],
    )
    found = (await ben.get("/audit", by="ben (nightly)"))["items"]
    assert [each["detail"] for each in found if each["did"] == "imported"] == ["1 lines, 1 refused"] * 2
    refused = await ben.post("/bookings/file", {**file, "content": "name\nAnna"}, status=400)
    assert refused["field"] == "content"
    many = "\n".join([lines[0], *(f"R{n},a{n}@example.org,yes,,BA117 2026-11-22" for n in range(21))])
    assert "21 messages" in (await ben.post("/bookings/file", {"content": many}, status=409))["error"]


async def test_yes_and_no_may_be_true_and_false(site: StaffSite) -> None:
    ben = await program(site)
    typed = {**JANE, "consent_email": True, "protected": False, "vip": True}
    key = (await ben.post("/bookings", typed))["items"][0]["key"]
    shown = await ben.get(f"/bookings/{key}")
    assert (shown["consents"]["email"]["revoked_at"], shown["protected"], shown["vip"]) == (None, False, True)
    assert (await ben.post("/bookings", {**JANE, "vip": 1}, status=400))["field"] == "vip"


async def test_consent_is_taken_back_and_given_again(site: StaffSite) -> None:
    ben = await program(site)
    key = (await ben.post("/bookings", JANE))["items"][0]["key"]
    for given in (False, True):
        noted = await ben.post(f"/bookings/{key}/consent", {"channel": "email", "given": given})
        assert noted == {"key": key, "channel": "email", "given": given}
        consent = (await ben.get(f"/bookings/{key}"))["consents"]["email"]
        assert (consent["revoked_at"] is None) is given
    await ben.post(f"/bookings/{key}/consent", {"channel": "sms", "given": True}, status=404)
    await ben.post("/bookings/none/consent", {"channel": "email", "given": True}, status=404)


async def test_somebody_is_forgotten_once_their_reference_says_so(site: StaffSite) -> None:
    ben = await program(site)
    key = (await ben.post("/bookings", JANE))["items"][0]["key"]
    refused = await ben.post(f"/bookings/{key}/forget", {"reference": "ABC123"}, status=409)
    assert refused["field"] == "reference"
    assert await ben.post(f"/bookings/{key}/forget", {"reference": "jan111"}) == {"forgotten": 1}
    assert (await ben.ask("GET", f"/bookings/{key}")).status == 404
    await ben.post(f"/bookings/{key}/forget", {"reference": "JAN111"}, status=404)
    assert "forgot" in [each["did"] for each in (await ben.get("/audit", by="ben (nightly)"))["items"]]
