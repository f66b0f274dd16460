"""The evidence file, as JSON and as PDF, says what the flight's file says, whatever letters stand in it."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind
from flightagents.domain.flight_file import (
    Changed,
    Decided,
    FlightFile,
    Handled,
    Reported,
    Silent,
    Tasked,
    WasBefore,
)
from flightagents.domain.notifications import Message
from flightagents.domain.tasks import Task, TaskKind
from flightagents.web.flight_evidence import Made, evidence
from flightagents.web.flight_pdf import pdf
from flightagents.web.latin import latin, lines
from tests.support.agency import BA117, address_key
from tests.support.flight_files import opener
from tests.support.ledger_rows import notification
from tests.support.looking import Desk
from tests.support.messages import ANNA
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

MADE = Made(by="kim", system="Acme Travel alerts")
BEN = booking(reference="XYZ789", email="ben@example.com", name="Ben Ito")


async def file_of(
    *,
    name: str = "Anna Müller",
    sees_people: bool = True,
    whose: str | None = None,
    words: str = "It is late.",
) -> FlightFile:
    """Everything that can stand in a file stands in it."""
    desk = Desk()
    anna = booking(name=name)
    await desk.books(anna, BEN)
    await desk.shows(row())
    await desk.shows(row(delay=300))
    await desk.delivers()
    failed = notification(
        "failed",
        created_at=desk.clock.now(),
        address_key=address_key(ANNA),
        message=Message(text=words, subject="BA117 is late"),
        trace=("2030-01-01T11:59:00Z receipt: failed: 550 no such user",),
    )
    digest = notification("digest", booking=None, rule="duty", notice=None, created_at=NOON)
    await desk.ledger.add([failed, digest])
    desk.ledger.kept[failed.id].row = failed
    task = Task(
        id="task", kind=TaskKind.CALL, flight=BA117, booking=anna.id, summary="call them", created_at=NOON
    )
    await desk.tasks.open([task])
    first = next(iter(desk.flights.history.values()))
    moved = replace(
        first, id="m", flight="BA117|2026-11-21|LHR|JFK", kind=Kind.MOVED_TO, after={"flight": BA117}
    )
    await desk.flights.add_to_history([moved])
    found = await opener(desk)(BA117, sees_people=sees_people, booking=whose)
    assert found is not None
    return found


def acts_of_every_kind() -> Iterator[Handled]:
    for did in Did:
        for about in (About(Thing.FLIGHT, BA117), About(Thing.MESSAGE, "m"), About(Thing.TASK, "t")):
            act = Act(at=NOON, by="kim", did=did, about=about)
            yield Handled(
                at=NOON,
                act=replace(act, detail="until 2026-11-22T13:00Z" if did is Did.SNOOZED else ""),
                note="",
                channel=Channel.SMS if about.thing is Thing.MESSAGE else None,
                task=TaskKind.NOT_IN_FEED if about.thing is Thing.TASK else None,
                person=None,
            )


def read(file: FlightFile) -> PdfReader:
    return PdfReader(io.BytesIO(pdf(file, MADE)))


def text_of(file: FlightFile) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(file).pages).split())


async def test_the_file_under_test_has_every_kind_of_entry() -> None:
    kinds = {type(each) for each in (await file_of()).story}
    assert kinds == {Changed, WasBefore, Decided, Reported, Silent, Tasked}


async def test_the_json_says_when_by_whom_and_of_what_it_was_made() -> None:
    file = await file_of()
    document = json.loads(evidence(file, MADE))
    assert list(document) == [
        "format",
        "version",
        "made",
        "flight",
        "people",
        "only_of",
        "state",
        "rights",
        "left_out",
        "story",
    ]
    assert (document["format"], document["version"]) == ("flightagents.flight-file", 1)
    assert document["made"] == {
        "at": "2026-11-22T12:01:01Z",
        "by": "kim",
        "system": "Acme Travel alerts",
        "records": file.read,
    }
    assert document["flight"]["designator"] == "BA117"
    assert len(document["story"]) == len(file.story)
    assert {each["type"] for each in document["story"]} == {
        "changed",
        "was_before",
        "message",
        "reported",
        "silent",
        "task",
    }


async def test_the_json_has_utc_with_the_zone_beside_and_the_feeds_own_strings() -> None:
    document = json.loads(evidence(await file_of(), MADE))
    late = next(each for each in document["story"] if each.get("kind") == "delayed")
    assert late["departure"] == {
        "airport": "LHR",
        "zone": "Europe/London",
        "base": "2026-11-22T14:35:00Z",
        "scheduled": "2026-11-22T14:35:00Z",
        "expected": "2026-11-22T19:35:00Z",
    }
    assert late["arrival"]["zone"] == "America/New_York"
    assert late["look"]["vendor"]["departure_scheduled"] == "2026-11-22T14:35:00+00:00"
    assert late["look"]["departure"]["delay_minutes"] == 300
    assert document["state"]["departure"]["expected"] == "2026-11-22T19:35:00Z"
    pays = next(each for each in document["rights"]["hints"] if each["rule"] == "uk_delay")
    assert pays["amount"] == "GBP 520"
    assert pays["source"].startswith("https://")


async def test_times_of_an_unknown_zone_have_no_z() -> None:
    desk = Desk()
    await desk.shows(row("ZZ1", route="XQZ-JFK"))
    file = await opener(desk)("ZZ1|2026-11-22|XQZ|JFK", sees_people=True)
    assert file is not None
    document = json.loads(evidence(file, MADE))
    assert document["state"]["departure"]["base"] == "2026-11-22T14:35:00"
    assert document["state"]["departure"]["zone"] is None
    assert "XQZ scheduled 2026-11-22 14:35 local" in text_of(file)


async def test_the_same_file_gives_the_same_bytes() -> None:
    assert evidence(await file_of(), MADE) == evidence(await file_of(), MADE)
    assert pdf(await file_of(), MADE) == pdf(await file_of(), MADE)
    later = replace(await file_of(), made_at=NOON + timedelta(days=1))
    assert pdf(later, MADE) != pdf(await file_of(), MADE)


async def test_the_pdf_tells_what_was_published_and_what_was_sent() -> None:
    text = text_of(await file_of())
    for told in (
        "Flight BA117 of 22 November 2026",
        "LHR to JFK",
        "Delayed: departure 2026-11-22 14:35 (14:35Z) -> 2026-11-22 19:35 (19:35Z). Because the feed gave",
        "LHR scheduled 2026-11-22 14:35 (14:35Z), expected 2026-11-22 19:35 (19:35Z)",
        "JFK scheduled 2026-11-22 17:35 (22:35Z)",
        "it was BA117 LHR-JFK, 21 Nov before",
        f"email to Anna Müller <{ANNA}>, booking ABC123: leaves later, sent",
        "email to staff (duty)",
        "BA117 is late It is late.",
        "2026-11-22 12:00 (12:00Z) email of Anna Müller: receipt: refused (550 no such user)",
        "Ben Ito (XYZ789)",
        "call, open: call them",
        "UK 261, late arrival: GBP 520: compensation may be due unless",
        "no legal advice",
    ):
        assert told in text


async def test_the_pdf_is_written_in_words() -> None:
    file = await file_of()
    text = text_of(replace(file, story=(*file.story, *acts_of_every_kind())))
    assert not re.findall(r"\b[a-z]+_[a-z]+|\d{4}-\d\d-\d\dT[\d:]+", text)
    for told in (
        "decided: differs enough",
        "kim put off the flight until 2026-11-22 13:00 (13:00Z)",
        "kim held the messages of the flight",
        'kim opened again the task "not in the feed"',
        "kim held an SMS",
    ):
        assert told in text


async def test_every_page_says_who_made_it_when_and_of_how_much() -> None:
    file = await file_of(words="a line\n" * 200)
    pages = [page.extract_text() for page in read(file).pages]
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text
        made = "made at 2026-11-22 12:01:01 UTC by kim with Acme Travel alerts"
        assert f"{made} from {file.read} records" in text


async def test_the_pdf_says_of_itself_what_it_is() -> None:
    found = read(await file_of()).metadata
    assert found is not None
    assert (found.title, found.author) == (f"{BA117}: what happened, and what was said", "kim")
    assert (found.creator, found.producer) == ("Acme Travel alerts", "flightagents")
    assert found.creation_date == NOON + MINUTE + timedelta(seconds=1)


async def test_whoever_may_not_see_people_gets_no_pdf_of_them() -> None:
    file = await file_of(sees_people=False)
    for text in (text_of(file), evidence(file, MADE).decode()):
        for secret in ("Anna", "Müller", ANNA, "ABC123", "Ben Ito", "XYZ789", "It is late", "call them"):
            assert secret not in text
    assert "email to a traveller: leaves later, sent" in text_of(file)
    assert "without names" in text_of(file)


async def test_the_evidence_of_one_person_names_nobody_else() -> None:
    file = await file_of(whose=booking().id)
    for text in (text_of(file), evidence(file, MADE).decode()):
        assert not any(other in text for other in ("Ben Ito", "XYZ789", "ben@example.com"))
    assert "Messages to Anna Müller, booking ABC123 only" in text_of(file)
    assert json.loads(evidence(file, MADE))["only_of"]["person"]["reference"] == "ABC123"


NAMES: list[tuple[str, str]] = [
    ("<script>alert(1)</script> & **bold** __x__", "<script>alert(1)</script> & **bold** __x__"),
    ("Łukasz Šimić", "Lukasz Simic"),
    ("Олена Коваль", "Olena Koval'"),
    ("張三", "ZhangSan"),
    ("محمد \u202eevil", "mhmd [U+202E]evil"),
    ("Zoe\u0308 😀", "Zoë :grinning:"),
    ("A\x00B\tC\nD\u2028E", "A B C D E"),
    ("\ud83d", "[U+D83D]"),
    ("{nb} %s {{7*7}}", "{nb} %s {{7*7}}"),
]


@pytest.mark.parametrize(("name", "written"), NAMES, ids=range(len(NAMES)))
def test_any_letter_is_written_somehow(name: str, written: str) -> None:
    assert latin(name) == written
    latin(name).encode("latin-1")


@pytest.mark.parametrize("name", [name for name, _ in NAMES if name.isprintable()])
async def test_any_name_is_harmless_in_the_pdf(name: str) -> None:
    file = await file_of(name=name, words=f"Dear {name},\n" + "x" * 5000)
    text = "".join(text_of(file).split())
    assert "".join(latin(name).split()) in text
    assert json.loads(evidence(file, MADE))["format"] == "flightagents.flight-file"


async def test_what_the_airline_writes_is_harmless_however_long() -> None:
    file = await file_of()
    story: list[Any] = list(file.story)
    place = next(number for number, each in enumerate(story) if isinstance(each, Changed) and each.look)
    look = replace(story[place].look, vendor={**story[place].look.vendor, "status": "<b>" + "w" * 9999})
    change = replace(story[place].change, before={"gate": "y" * 9999}, after={"gate": "\u202e" * 9999})
    story[place] = replace(story[place], look=look, change=change)
    assert "<b>www" in text_of(replace(file, story=tuple(story)))


def test_a_text_keeps_its_lines_and_is_cut_where_it_is_too_long() -> None:
    assert lines("a\nb\tc") == "a\nb c"
    assert latin("word " * 9, longest=14) == "word word  ..."
    assert latin("short", longest=14) == "short"


async def test_a_record_that_is_gone_is_said_to_be() -> None:
    file = await file_of()
    story = tuple(replace(each, look=None) if isinstance(each, Changed) else each for each in file.story)
    gone = replace(file, story=story, left_out=7)
    assert "the record is not kept any more" in text_of(gone)
    assert "7 older entries had no place" in text_of(gone)
    changed = [each for each in json.loads(evidence(gone, MADE))["story"] if each["type"] == "changed"]
    assert {each["look"] for each in changed} == {None}
