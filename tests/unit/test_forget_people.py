"""Forgetting a booking: nothing of it stays, and nobody else is told again because of it."""

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.replies import InboundSms
from flightagents.domain.tasks import FORGOTTEN, TaskKind, TaskState, task_id
from tests.support.agency import BA117, Agency, address_key
from tests.support.looking import Desk
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import DAY, row
from tests.support.travellers import booking, segment
from tests.support.website import Website


async def forget(agency: Agency, reference: str) -> int:
    return await agency.worker.forget(reference)


async def test_nothing_of_a_forgotten_person_stays() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(60)
    await agency.delivers()
    assert await forget(agency, "ABC123") == 1
    assert await agency.bookings.everyone() == []
    assert {(each.booking, each.address_key, each.notice, each.message) for each in agency.rows} == {
        (None, None, None, None)
    }


async def test_who_is_in_another_booking_too_is_not_told_again() -> None:
    agency = Agency()
    await agency.books(booking(reference="XYZ789"))
    await agency.at_rest(booking())
    await agency.is_late(60)
    await agency.delivers()
    before = list(agency.told)
    await forget(agency, "ABC123")
    await agency.is_late(71)
    await agency.delivers()
    assert agency.told == before
    assert not any(each.notice and each.notice.name for each in agency.rows if each.booking is None)


@pytest.mark.parametrize(
    "text",
    ["Frau MÜLLER waits", "abc123 wants a hotel", "write to Anna@Example.com", "call 07700 900123 at five"],
)
async def test_notes_that_name_a_forgotten_person_are_emptied(text: str) -> None:
    agency = Agency()
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(60)
    acts = agency.worker.acts
    await acts.note([BA117], "Kim", text)
    await acts.note([BA117], "Kim", "the gate agent says 16:30, call 07700 900999")
    await forget(agency, "ABC123")
    emptied, kept = agency.handlings.known[BA117].notes
    assert (emptied.by, emptied.text) == ("Kim", FORGOTTEN)
    assert kept.text.startswith("the gate agent")


async def test_a_reference_that_nobody_has_forgets_nobody() -> None:
    assert await forget(Agency(), "NOBODY") == 0


async def test_what_a_forgotten_person_wrote_is_gone_also_where_another_booking_of_theirs_had_it() -> None:
    agency = Agency()
    await agency.books(booking(phone=ANNAS_PHONE), booking(reference="SECRET2", phone=ANNAS_PHONE))
    await Website(agency).take_reply(InboundSms("SM1", ANNAS_PHONE, "Which gate? Anna, SECRET2"))
    await forget(agency, "SECRET2")
    (task,) = agency.tasks.all
    assert (task.booking, task.also, task.quote, task.trace) == (f"ABC123|{ANNA}", (), "", ())
    assert task.state is TaskState.OPEN
    await forget(agency, "ABC123")
    (task,) = agency.tasks.all
    assert (task.booking, task.summary, task.state) == (None, FORGOTTEN, TaskState.DONE)


async def test_the_names_of_a_forgotten_persons_tasks_cannot_be_guessed() -> None:
    """Each outlives them; it holds a keyed hash of whatever names them."""
    desk = Desk()
    anna = booking(segment(), segment("AA100"), segment("BA9"), phone=ANNAS_PHONE)
    await desk.books(anna)
    to_madrid = row("AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")
    both_ways = (row("BA9"), row("BA9", route="JFK-LHR", arrives="2026-11-23T02:35"))
    for delay in (None, 120):
        await desk.shows(row(delay=delay), to_madrid, *both_ways)
    await desk.looks_around()
    await desk.worker.withdraw(Channel.SMS, ANNAS_PHONE, "sms:STOP")
    at = desk.clock.now().isoformat()
    person, reference = address_key(anna.id), address_key("ABC123")
    assert {task.id for task in desk.tasks.all if task.booking} == {
        task_id(TaskKind.CONNECTION, person, f"{BA117}|AA100|{DAY}"),
        task_id(TaskKind.CONSENT_WITHDRAWN, Channel.SMS, person, at),
        task_id(TaskKind.AMBIGUOUS_BOOKING, reference, *segment("BA9").key),
    }
