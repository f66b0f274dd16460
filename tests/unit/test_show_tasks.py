"""Tasks as staff see them: with whom they are about, or without for who may not see people."""

from dataclasses import replace

from flightagents.domain.tasks import Task, TaskKind
from flightagents.ports.desk import TaskFilter
from tests.support.agency import BA117, Agency, address_key
from tests.support.desk_pages import TaskPages
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, NOON
from tests.support.travellers import booking

ANNA = booking(phone=ANNAS_PHONE)
CALL = Task(
    id="call",
    kind=TaskKind.CALL,
    flight=BA117,
    booking=ANNA.id,
    summary="no message is known to have reached the traveller: call them",
    created_at=NOON,
    resolve_by=NOON + MINUTE,
    quote="I am at the gate",
)


async def pages() -> TaskPages:
    agency = Agency()
    await agency.books(ANNA)
    await agency.tasks.open([CALL, replace(CALL, id="gone", booking="XYZ789|x@example.org")])
    return TaskPages(agency)


async def test_an_agent_sees_whom_to_call_at_which_number() -> None:
    found = await (await pages()).show.find(TaskFilter(), sees_people=True)
    listed = {each.told.task: each for each in found.rows}["call"]
    assert listed.told.person is not None
    assert (listed.told.person.reference, listed.told.person.name) == ("ABC123", "Anna Müller")
    assert (listed.phone, listed.key, listed.flight) == (ANNAS_PHONE, address_key(ANNA.id), BA117)
    assert listed.told.quote == "I am at the gate"


async def test_a_viewer_is_given_nothing_of_people() -> None:
    desk = await pages()
    await desk.acts.note(["call"], "ben", "Anna is in hospital")
    found = await desk.show.find(TaskFilter(), sees_people=False)
    listed = {each.told.task: each for each in found.rows}["call"]
    assert (listed.told.summary, listed.flight) == (CALL.summary, BA117)
    written = repr(found)
    assert all(secret not in written for secret in ("Anna", "ABC123", ANNAS_PHONE, "example", "gate"))
    assert (listed.key, listed.told.events) == ("", ())


async def test_who_of_the_staff_has_a_task_is_seen_by_everybody() -> None:
    desk = await pages()
    await desk.acts.assign(["call"], "ben")
    found = await desk.show.find(TaskFilter(assignee="ben"), sees_people=False)
    assert [each.told.claimed_by for each in found.rows] == ["ben"]


async def test_a_task_about_somebody_whose_booking_is_gone_has_no_number() -> None:
    found = await (await pages()).show.find(TaskFilter(), sees_people=True)
    listed = {each.told.task: each for each in found.rows}["gone"]
    assert (listed.told.person, listed.phone, listed.key) == (None, "", "")
