"""What programs do through the API: the same as staff on the page, logged under the program's name."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.aviationstack.parsing import RowParser
from flightagents.errors import BrokerOutageError
from flightagents.handlers.reading import Run
from flightagents.records import DEAD_LETTER_TOPIC, FLIGHT_TOPIC, encode
from tests.support.fakes import messages
from tests.support.office import StaffSite
from tests.support.programs import BA117, ROOT, Program, busy_site, program
from tests.support.rows import MINUTE, row, stamp

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb
GONE = "BA9|2026-11-22|LHR|JFK"


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


async def acts(who: Program) -> list[tuple[str, str, str]]:
    found = (await who.get("/audit"))["items"]
    return [
        (each["by"], each["did"], each["about"]["id"])
        for each in found[::-1]
        if each["about"]["thing"] != "token"
    ]


async def test_many_flights_are_acted_on_at_once_and_each_is_answered(site: StaffSite) -> None:
    ben = await program(site)
    done = await ben.post("/disruptions/assign", {"flights": [BA117, GONE], "to": "ada"})
    assert done["items"] == [
        {"id": BA117, "done": True, "why_not": None, "taken_by": None},
        {"id": GONE, "done": False, "why_not": "unknown", "taken_by": None},
    ]
    taken = await ben.post("/disruptions/assign", {"flights": [BA117], "to": "ben"})
    assert taken["items"][0]["taken_by"] == "ada"
    for path, ids in (("/disruptions/assign", "flights"), ("/tasks/assign", "tasks")):
        await ben.post(path, {ids: [GONE], "to": "vera"}, status=400)  # a viewer could not act on it
    await ben.post("/disruptions/acknowledge", {"flights": [BA117]})
    await ben.post("/disruptions/snooze", {"flights": [BA117], "until": "2026-11-22T13:00:00Z"})
    await ben.post("/disruptions/note", {"flights": [BA117], "text": "hotel"})
    await ben.post("/disruptions/hold", {"flights": [BA117]})
    found = next(
        each for each in (await ben.get("/disruptions"))["items"] if each["flight"]["flight"] == BA117
    )
    assert found["held"] is True
    assert found["handling"]["snoozed_until"] == "2026-11-22T13:00:00Z"
    await ben.post("/disruptions/release", {"flights": [BA117]})
    did = [what for _, what, about in await acts(ben) if about == BA117]
    assert sorted(did) == ["acknowledged", "assigned", "held", "noted", "released", "snoozed"]
    assert {by for by, _, _ in await acts(ben)} == {"ben (nightly)"}


async def test_tasks_and_messages_are_acted_on(site: StaffSite) -> None:
    ben = await program(site)
    (task,) = [each["id"] for each in (await ben.get("/tasks"))["items"]]
    for act, body in (
        ("assign", {}),
        ("note", {"text": "calls"}),
        ("finish", {"note": "ok"}),
        ("reopen", {}),
    ):
        answer = await ben.post(f"/tasks/{act}", {"tasks": [task], **body})
        assert answer["items"][0]["done"], act
    message = next(
        each["id"] for each in (await ben.get("/notifications"))["items"] if each["flight"] == BA117
    )
    held = await ben.post("/notifications/hold", {"notifications": [message, "none"]})
    assert [each["why_not"] for each in held["items"]] == [None, "not_waiting"]
    assert [each["id"] for each in (await ben.get("/notifications", only_held="true"))["items"]] == [message]
    await ben.post("/notifications/release", {"notifications": [message]})
    again = await ben.post(f"/notifications/{message}/resend", {"channel": "sms"})
    assert again == {"end": "channel_off", "row": None, "may_be_confirmed": False}


async def test_a_message_is_shown_with_its_words_and_tried_again(site: StaffSite) -> None:
    ben, rows = await program(site), site.database["notifications"]
    message = next(
        each["id"] for each in (await ben.get("/notifications"))["items"] if each["flight"] == BA117
    )
    (early,) = (await ben.post("/notifications/replay", {"notifications": [message]}))["items"]
    assert early["why_not"] == "not_given_up"
    words = {"text": "BA117 leaves at 16:10", "subject": "BA117 is late", "html": None}
    await rows.update_one({"_id": message}, {"$set": {"state": "dead", "message": words}})
    done = await ben.post("/notifications/replay", {"notifications": [message]})
    assert done["items"] == [{"id": message, "done": True, "why_not": None, "taken_by": None}]
    shown = await ben.get(f"/notifications/{message}")
    assert (shown["state"], shown["subject"], shown["text"]) == ("pending", words["subject"], words["text"])
    assert [(each["by"], each["did"]) for each in shown["acts"]] == [("ben (nightly)", "replayed")]
    assert (await ben.get(f"/bookings/{shown['booking']}"))["name"] == "Anna Müller"
    assert (await (await program(site, "vera")).ask("GET", f"/notifications/{message}")).status == 403


async def test_a_rule_is_tried_put_in_force_and_removed(site: StaffSite) -> None:
    ada = await program(site, "ada")
    site.clock.move(MINUTE)
    rule = {"to": "duty@agency.example", "airports": "LHR", "kinds": "delayed"}
    tried = await ada.post("/rules/back-test", {**rule, "last_days": 7})
    assert tried["would_send"] >= 1, tried
    saved = await ada.ask("PUT", "/rules/Duty", json={**rule, "seen": 0})
    assert saved.status == 200, await saved.text()
    conflict = await ada.ask("PUT", "/rules/duty", json={**rule, "kinds": "landed", "seen": 0})
    assert (conflict.status, (await conflict.json())["field"]) == (409, "seen")
    wrong = await ada.ask("PUT", "/rules/duty", json={**rule, "airports": "Heathrow", "seen": 1})
    assert (wrong.status, (await wrong.json())["field"]) == (400, "airports")
    (shown,) = (await (await program(site, "vera")).get("/rules"))["items"]
    assert (shown["name"], shown["version"], shown["to"]) == ("duty", 1, None)
    gone = await ada.ask("DELETE", "/rules/duty", query={"seen": "1"})
    assert gone.status == 200
    assert (await ada.get("/rules"))["items"] == []
    assert {did for _, did, about in await acts(ada) if about == "duty"} == {"added", "removed"}


async def test_a_dead_letter_is_looked_at_mended_and_replayed(site: StaffSite) -> None:
    letter = await _letter(site)
    ada = await program(site, "ada")
    shown = await ada.get(f"/dead-letters/{letter}")
    assert shown["problem"] is not None
    seen = await ada.post(f"/dead-letters/{letter}/preview", {})
    assert seen["outcome"] == "unreadable"
    correction = shown["text"].replace('"BAD"', '"2026-11-22"')
    done = await ada.post(f"/dead-letters/{letter}/replay", {"correction": correction})
    assert done["outcome"] == "replayed", done
    assert len(site.publisher.on(FLIGHT_TOPIC)) == 1
    late = await ada.post(f"/dead-letters/{letter}/dismiss", {"why": "a test"})
    assert late["outcome"] == "ended"
    assert ("ada (nightly)", "replayed", letter) in await acts(ada)


async def test_all_letters_of_a_reason_are_read_again(site: StaffSite) -> None:
    letter, ada = await _letter(site), await program(site, "ada")
    (kept,) = (await ada.get("/dead-letters"))["items"]
    done = await ada.post("/dead-letters/replay-all", {"reason": kept["reason"]})
    assert ([each["id"] for each in done["items"]], done["next"]) == ([letter], None)
    assert done["items"][0]["outcome"] == "unreadable"
    assert (await ada.post("/dead-letters/replay-all", {"reason": "none"}))["items"] == []
    wrong = await ada.post("/dead-letters/replay-all", {"reason": "none", "after": "x"}, status=400)
    assert wrong["field"] == "after"


async def test_where_kafka_takes_nothing_a_letter_stays(
    site: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise BrokerOutageError

    letter, ada = await _letter(site), await program(site, "ada")
    text = (await ada.get(f"/dead-letters/{letter}"))["text"].replace('"BAD"', '"2026-11-22"')
    monkeypatch.setattr(site.publisher, "publish", refuse)
    refused = await ada.post(f"/dead-letters/{letter}/replay", {"correction": text}, status=503)
    assert "Kafka takes nothing" in refused["error"]
    assert (await ada.get(f"/dead-letters/{letter}"))["letter"]["state"] == "new"


async def test_nobody_does_more_than_their_role_allows(site: StaffSite) -> None:
    document = await (await program(site)).get("/openapi.json")
    ben, vera = await program(site), await program(site, "vera")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            real = path.removeprefix(ROOT).replace("{", "").replace("}", "")
            if "role admin" in operation["description"]:
                assert (await ben.ask(method.upper(), real, json={})).status == 403, path
            if method != "get":
                assert (await vera.ask(method.upper(), real, json={})).status == 403, path


async def test_bodies_are_read_strictly(site: StaffSite) -> None:
    ben = await program(site)
    for body, field in (
        ({"flights": []}, "flights"),
        ({"flights": [BA117], "force": True}, "force"),
        ({"flights": {"$ne": ""}}, "flights"),
        ({"flights": ["x" * 201]}, "flights.0"),
        ({}, "flights"),
    ):
        answer = await ben.post("/disruptions/hold", body, status=400)
        assert answer["field"] == field or (answer["field"] or "").startswith(field)
    form = await ben.ask("POST", "/disruptions/hold", data={"flights": BA117})
    assert form.status == 415
    for text in ("", "{", "[" * 100_000, '{"flights": ["\\ud800"]}'):
        headers = {"Content-Type": "application/json"}
        answer = await ben.ask("POST", "/disruptions/hold", data=text, headers=headers)
        assert (answer.status, answer.content_type) == (400, "application/json")
    long = await ben.send("/disruptions/hold", {"flights": ["x" * 1_100_000]})
    assert (long.status, long.content_type) == (413, "application/json")


async def _letter(site: StaffSite) -> str:
    """Set a row aside whose date nobody can read, and give the id of its letter."""
    run = Run(stamp(9), RowParser())
    run.add(row("BA222", flight_date="BAD"), {"row": 0, "query": "", "offset": 0})
    (letter,) = run.letters
    await site.use_cases.dead_letters(messages(encode(letter), topic=DEAD_LETTER_TOPIC))
    return letter.id
