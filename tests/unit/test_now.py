"""What staff see now: the most urgent first, and of each flight who knows, who does not, and why not."""

from dataclasses import replace
from datetime import timedelta

from flightagents.domain.acts import Did
from flightagents.domain.bookings import SegmentStatus
from flightagents.domain.changes import Kind
from flightagents.domain.delivery import Rejected, Uncertain
from flightagents.domain.disruptions_now import UNDECIDED, Disruption, Reached, most_urgent_first
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.handling import Attention
from flightagents.domain.reasons import Reason
from flightagents.domain.sights import KeptSight
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.trouble import Trouble
from flightagents.handlers.ours import KNOWN_FOR
from tests.support.agency import BA117, Agency
from tests.support.connecting import TO_MADRID, is_late, onward
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import NOON, row
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)
BEN = booking(reference="BEN001", email="ben@example.com")
CLEO = booking(reference="CLEO01", email="cleo@example.com")


async def shown(agency: Agency) -> list[Disruption]:
    return list((await agency.worker.show_now()).disruptions)


async def of_ba117(agency: Agency) -> Disruption:
    return next(each for each in await shown(agency) if each.row.flight == BA117)


async def test_a_cancellation_of_many_is_above_a_delay_and_what_is_nobodys_comes_last() -> None:
    agency = Agency()
    on_ba1 = [
        booking(segment("BA1"), reference=f"R{number}", email=f"r{number}@example.com") for number in range(3)
    ]
    await agency.books(booking(), *on_ba1)
    numbers = ("BA1", "BA117", "BA3", "BA5")
    await agency.shows(*(row(each) for each in numbers))
    for _ in range(2):
        await agency.shows(
            row("BA1", status="cancelled"), row(delay=40), row("BA3", status="cancelled"), row("BA5")
        )
    found = await shown(agency)
    assert [each.row.designator for each in found] == ["BA1", "BA117", "BA3"]
    assert [each.reached.travellers for each in found] == [3, 1, 0]
    assert [each.row.trouble for each in found] == [Trouble.CANCELLED, Trouble.DELAYED, Trouble.CANCELLED]
    assert found[-1].urgency.score == 0


async def test_of_each_flight_it_says_who_knows_and_why_others_do_not() -> None:
    agency = Agency()
    await agency.books(booking(), BEN, CLEO, replace(booking(phone=ANNAS_PHONE, email=None), consents={}))
    await agency.shows(row())
    agency.email.outcomes = [Rejected("550"), Uncertain("no answer")]
    await agency.is_late(45)
    await agency.delivers()
    found = await of_ba117(agency)
    assert found.reached == Reached(
        travellers=4, told=1, unsure=1, not_told={"failed": 1, Reason.NO_CONSENT.value: 1}
    )
    assert found.last_change is not None
    assert found.last_change.kind is Kind.DELAYED


async def test_a_silence_says_why_where_no_message_was_written() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(20)
    assert (await of_ba117(agency)).reached == Reached(travellers=1, not_told={Reason.NOT_MATERIAL.value: 1})


async def test_two_bookings_of_one_address_are_told_by_one_message() -> None:
    agency = Agency()
    await agency.books(booking(), booking(reference="CHILD1"))
    await agency.shows(row())
    await agency.is_late(45)
    await agency.delivers()
    assert len(agency.rows) == 1
    assert (await of_ba117(agency)).reached == Reached(travellers=2, told=2)


async def test_whom_nobody_has_decided_on_is_undecided() -> None:
    agency = Agency()
    await agency.shows(row(delay=45))
    await agency.bookings.save([booking()])
    assert (await of_ba117(agency)).reached == Reached(travellers=1, not_told={UNDECIDED: 1})


async def test_who_flies_another_flight_is_beside_them() -> None:
    agency = Agency()
    rebooked = booking(segment(status=SegmentStatus.REBOOKED), reference="R1", email="r1@example.com")
    await agency.books(booking(), rebooked)
    await agency.shows(row())
    await agency.is_late(45)
    assert (await of_ba117(agency)).reached == Reached(travellers=1, waiting=1, aside={Reason.REBOOKED: 1})


async def test_what_staff_do_shows() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(45)
    before = await of_ba117(agency)
    acts = agency.worker.acts
    await acts.assign([BA117], "Kim", "Kim")
    await acts.acknowledge([BA117], "Kim")
    await acts.hold([BA117], "Kim")
    after = await of_ba117(agency)
    assert (before.attention, before.held, before.handling.version) == (Attention.NEW, False, 0)
    assert (after.attention, after.held, after.handling.assigned_to) == (
        Attention.ACKNOWLEDGED,
        True,
        "Kim",
    )
    assert after.urgency == before.urgency
    assert [act.did for act in agency.audit.acts] == [Did.ASSIGNED, Did.ACKNOWLEDGED, Did.HELD]


async def test_a_connection_in_danger_and_the_tasks_of_a_flight_are_on_its_line() -> None:
    agency = Agency()
    await agency.books(TO_MADRID)
    await agency.shows(row(), onward())
    await is_late(agency, 150)
    found = await of_ba117(agency)
    assert found.connections_at_risk == 1
    assert [task.kind for task in found.tasks] == [TaskKind.CONNECTION]
    assert found.resolve_by == found.row.departure.expected


async def test_a_task_that_is_due_sooner_is_what_staff_have_time_until() -> None:
    agency = Agency()
    await agency.books(booking())
    await agency.shows(row(departs="20:35", arrives="23:35"))
    await agency.shows(row(departs="20:35", arrives="23:35", delay=45))
    due = agency.clock.now() + HOUR
    usual = await of_ba117(agency)
    assert usual.tasks == ()
    await agency.tasks.open(
        [
            Task(
                id="call",
                kind=TaskKind.CALL,
                flight=BA117,
                booking=None,
                summary="call",
                created_at=agency.clock.now(),
                resolve_by=due,
            )
        ]
    )
    sooner = await of_ba117(agency)
    assert (usual.resolve_by, sooner.resolve_by) == (usual.row.departure.expected, due)
    assert sooner.urgency > usual.urgency


async def test_a_page_has_an_end_and_says_that_there_is_more() -> None:
    agency = Agency()
    await agency.shows(row("BA1", delay=45), row("BA3", status="cancelled"))
    page = await agency.worker.show_now(limit=1)
    assert ([each.row.designator for each in page.disruptions], page.cut) == (["BA3"], True)
    assert not (await agency.worker.show_now(limit=2)).cut
    assert (await Agency().worker.show_now()).disruptions == []


async def test_equals_keep_their_order() -> None:
    agency = Agency()
    await agency.shows(row("BA3", delay=45), row("BA1", delay=45))
    found = await shown(agency)
    assert most_urgent_first(found[::-1]) == found


async def test_no_flight_of_our_travellers_is_cut_off_for_graver_ones_of_others() -> None:
    agency = Agency()
    await agency.books(booking())
    others = [f"IB{number}" for number in range(10, 16)]
    await agency.shows(row(), *(row(each) for each in others))
    for _ in range(2):
        await agency.shows(row(delay=20), *(row(each, status="cancelled") for each in others))
    found = await agency.worker.show_now(limit=3)
    assert found.cut
    assert found.disruptions[0].row.designator == "BA117"
    assert len(found.disruptions) == 3


async def test_who_is_booked_on_many_flights_is_asked_for_now_and_then() -> None:
    agency = Agency()
    numbers = ("BA117", "IB1", "IB2")
    await agency.shows(*(row(each) for each in numbers))
    for _ in range(2):
        await agency.shows(row(delay=20), *(row(each, status="cancelled") for each in numbers[1:]))
    assert [each.reached.travellers for each in (await agency.worker.show_now(limit=1)).disruptions] == [0]
    await agency.books(booking())
    assert [each.reached.travellers for each in (await agency.worker.show_now(limit=1)).disruptions] == [0]
    agency.seconds += KNOWN_FOR.total_seconds()
    assert [each.reached.travellers for each in (await agency.worker.show_now(limit=1)).disruptions] == [1]


async def test_it_says_which_flights_nobody_sees_any_more_and_since_when() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(45)
    lost = KeptSight(key=BA117, sight=Sight.BLIND, cause=Cause.OUTAGE, since=NOON, known_at=NOON)
    for sight in (None, lost):
        await agency.sights.keep([sight] if sight else [], ())
        assert (await of_ba117(agency)).sight == sight
