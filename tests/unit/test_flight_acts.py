"""What staff did stands in the story of a flight, and each reads of it what they may."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.flight_file import FlightFile, Handled, Tasked
from flightagents.domain.handling import Attention
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.trouble import Trouble
from flightagents.handlers.in_hand import ShowInHand
from flightagents.handlers.task_acts import TaskActs
from flightagents.web.flight_evidence import Made, evidence
from flightagents.web.flight_pdf import pdf
from flightagents.web.staff.flight_story import lines
from tests.support.agency import BA117
from tests.support.fakes import SetClock
from tests.support.flight_files import opener
from tests.support.looking import Desk
from tests.support.rows import MINUTE, NOON, row
from tests.support.searches import FakeFlightSearch
from tests.support.travellers import booking

BEN = booking(reference="XYZ789", email="ben@example.com", name="Ben Ito")
OTHER = "BA119|2026-11-22|LHR|JFK"


async def handled() -> Desk:
    """Anna and Ben are on BA117, which is late. Kim notes, holds, and takes Anna's task; Lee releases."""
    desk = Desk()
    await desk.books(booking(), BEN)
    await desk.shows(row(), row("BA119", departs="15:35"))
    await desk.shows(row(delay=90), row("BA119", departs="15:35"))
    task = Task(
        id="3f", kind=TaskKind.CALL, flight=BA117, booking=booking().id, summary="call", created_at=NOON
    )
    await desk.tasks.open([task])
    acts = desk.worker.acts
    await acts.note([BA117, OTHER], "Kim", "Anna waits at gate B32")
    desk.wait(MINUTE)
    await acts.hold([BA117], "Kim")
    desk.wait(MINUTE)
    for each in (booking(), BEN):
        held = next(found.id for found in desk.rows if found.booking == each.id)
        await acts.hold_messages([held], "Kim")
    desk.wait(MINUTE)
    await desk.audit.write(
        [
            Act(at=desk.clock.now(), by="Kim", did=Did.ASSIGNED, about=About(Thing.TASK, "3f")),
            Act(at=desk.clock.now(), by="Kim", did=Did.NOTED, about=About(Thing.TASK, "3f")),
        ]
    )
    desk.wait(MINUTE)
    await acts.release([BA117], "Lee")
    return desk


async def file_of(desk: Desk, *, sees_people: bool = True, whose: str | None = None) -> FlightFile:
    found = await opener(desk)(BA117, sees_people=sees_people, booking=whose)
    assert found is not None
    return found


def acts_in(file: FlightFile) -> list[tuple[str, Did, Thing]]:
    found = [each.act for each in file.story if isinstance(each, Handled)]
    return [(act.by, act.did, act.about.thing) for act in found]


ON_MESSAGE = ("Kim", Did.HELD, Thing.MESSAGE)
ON_FLIGHT = [
    ("Kim", Did.NOTED, Thing.FLIGHT),
    ("Kim", Did.HELD, Thing.FLIGHT),
    ("Lee", Did.RELEASED, Thing.FLIGHT),
]


async def test_acts_on_the_flight_its_messages_and_its_tasks_stand_at_their_time() -> None:
    found = await file_of(await handled())
    tasks = [("Kim", Did.ASSIGNED, Thing.TASK), ("Kim", Did.NOTED, Thing.TASK)]
    assert acts_in(found) == [*ON_FLIGHT[:2], ON_MESSAGE, ON_MESSAGE, *tasks, ON_FLIGHT[2]]
    times = [each.at for each in found.story]
    assert times == sorted(times)
    whose = [each.person.name for each in found.story if isinstance(each, Handled) and each.person]
    assert whose == ["Anna Müller", "Ben Ito", "Anna Müller", "Anna Müller"]


async def test_a_note_stands_once_with_its_words() -> None:
    desk = await handled()
    await desk.worker.acts.note([BA117], "Kim", "at the same moment")
    found = await file_of(desk)
    notes = [each.note for each in found.story if isinstance(each, Handled) and each.note]
    assert notes == ["Anna waits at gate B32", "at the same moment"]
    assert [did for _, did, thing in acts_in(found) if thing is Thing.FLIGHT].count(Did.NOTED) == 2


class Running(SetClock):
    """A clock that does not wait for anybody."""

    def now(self) -> datetime:
        self.move(timedelta(seconds=1))
        return super().now()


async def test_a_note_finds_its_act_though_time_goes_by_meanwhile() -> None:
    desk = await handled()
    desk.worker.acts._clock = Running(desk.clock.now())
    await desk.worker.acts.note([BA117], "Lee", "called")
    notes = [each for each in (await file_of(desk)).story if isinstance(each, Handled)]
    assert [each.note for each in notes if each.act.did is Did.NOTED and each.act.by == "Lee"] == ["called"]


async def test_a_note_whose_act_is_not_known_stands_all_the_same() -> None:
    desk = await handled()
    desk.audit.acts.clear()
    (only,) = [each for each in (await file_of(desk)).story if isinstance(each, Handled)]
    assert (only.act.by, only.act.did, only.note) == ("Kim", Did.NOTED, "Anna waits at gate B32")


async def test_whoever_may_not_see_people_sees_the_acts_without_words_and_names() -> None:
    desk = await handled()
    found = await file_of(desk, sees_people=False)
    assert acts_in(found) == acts_in(await file_of(desk))
    text = msgspec.json.encode(found).decode()
    assert [each for each in ("B32", "Anna", "Müller", "Ito", "ABC123") if each in text] == []


async def test_what_is_handed_out_about_one_person_has_no_notes_and_nobody_elses_acts() -> None:
    desk = await handled()
    await desk.tasks.note(["3f"], "Kim", "she was rude")
    await desk.tasks.finish(["3f"], "Kim", "she was called")
    found = await file_of(desk, whose=booking().id)
    assert acts_in(found) == [
        ("staff", Did.HELD, Thing.FLIGHT),
        ("staff", Did.HELD, Thing.MESSAGE),
        ("staff", Did.ASSIGNED, Thing.TASK),
        ("staff", Did.RELEASED, Thing.FLIGHT),
    ]
    (task,) = [each for each in found.story if isinstance(each, Tasked)]
    assert [each.text for each in task.events][-2:] == ["noted by staff", "done by staff"]
    text = msgspec.json.encode(found).decode()
    assert [each for each in ("B32", "rude", "called", "XYZ789", "Ito") if each in text] == []
    everything = msgspec.json.encode(await file_of(desk)).decode()
    assert [each for each in ("B32", "rude", "called", "XYZ789", "Ito") if each not in everything] == []


async def test_what_is_handed_out_about_one_person_names_nobody_of_the_staff() -> None:
    desk = await handled()
    acts, tasks = desk.worker.acts, TaskActs(desk.tasks, desk.audit, desk.clock)
    await acts.assign([BA117], "Kim", "Lee")
    await acts.assign([BA117], "Lee", "Max", force=True)
    await acts.assign([BA117], "Max", None)
    await tasks.assign(["3f"], "Kim", "Lee")
    await tasks.release(["3f"], "Max")
    await tasks.finish(["3f"], "Max")
    await tasks.reopen(["3f"], "Lee")
    await tasks.assign(["3f"], "Lee")
    found = await file_of(desk, whose=booking().id)
    (task,) = [each for each in found.story if isinstance(each, Tasked)]
    assert task.claimed_by == "staff"
    told = evidence(found, replace(MADE, by="staff")).decode()
    assert [each for each in ("Kim", "Lee", "Max") if each in told] == []
    everything = evidence(await file_of(desk), MADE).decode()
    assert [each for each in ("Kim", "Lee", "Max") if each not in everything] == []


async def test_whoever_may_not_see_people_sees_who_of_the_staff_has_a_task() -> None:
    desk = await handled()
    await desk.tasks.assign(["3f"], "Lee", by="Kim", force=False)
    found = await file_of(desk, sees_people=False)
    (task,) = [each for each in found.story if isinstance(each, Tasked)]
    assert (task.claimed_by, task.summary) == ("Lee", "")


async def test_whoever_was_forgotten_is_not_named_by_what_was_done_to_their_messages() -> None:
    desk = await handled()
    await desk.worker.forget("ABC123")
    acts = [each for each in (await file_of(desk)).story if isinstance(each, Handled)]
    assert [each.person.name for each in acts if each.person] == ["Ben Ito"]
    assert len([each for each in acts if each.act.about.thing is Thing.MESSAGE]) == 2


async def test_the_evidence_tells_who_did_what() -> None:
    file = await file_of(await handled())
    found = [each for each in msgspec.json.decode(evidence(file, MADE))["story"] if each["type"] == "act"]
    assert [(each["by"], each["did"], each["thing"]) for each in found] == acts_in(file)
    assert found[0]["note"] == "Anna waits at gate B32"
    assert (found[2]["channel"], found[2]["person"]["name"]) == ("email", "Anna Müller")
    assert found[4]["task"] == "call"
    assert pdf(file, MADE).startswith(b"%PDF")


MADE = Made(by="kim", system="Acme Travel alerts")


def act(number: int, **differs: object) -> Handled:
    about = About(Thing.MESSAGE, str(number))
    usual = Act(at=NOON + number * timedelta(seconds=1), by="Kim", did=Did.HELD, about=about)
    changed = replace(usual, **differs)  # type: ignore[arg-type]  # its own fields
    return Handled(at=changed.at, act=changed, note="", channel=Channel.EMAIL, task=None, person=None)


async def test_many_messages_held_at_once_are_one_line() -> None:
    file = await file_of(await handled())
    many = replace(file, story=tuple(act(number) for number in range(40)))
    (line,) = lines(many)
    assert (line.kind, len(line.alike)) == ("handled", 40)
    two = replace(file, story=(act(1), act(2), act(3, by="Lee"), act(70)))
    assert [each.alike for each in lines(two)] == [()] * 4
    assert len({each.key for each in lines(two)}) == 4


@pytest.mark.parametrize(
    ("delay", "trouble", "attention"),
    [(0, Trouble.NONE, Attention.NO_TROUBLE), (90, Trouble.DELAYED, Attention.NEW)],
)
async def test_a_flight_is_in_hand_whether_or_not_anything_is_wrong(
    delay: int, trouble: Trouble, attention: Attention
) -> None:
    desk = Desk()
    await desk.shows(row(delay=delay))
    shown = (await FakeFlightSearch(desk.flights).rows([BA117]))[BA117]
    assert shown.trouble is trouble
    show = ShowInHand(desk.handlings, desk.clock)
    assert (await show(shown)).attention is attention
    await desk.worker.acts.assign([BA117], "Kim", "Lee")
    await desk.worker.acts.hold([BA117], "Kim")
    found = await show(shown)
    assert (found.handling.assigned_to, found.held) == ("Lee", True)
