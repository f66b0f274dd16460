"""The on-call number is alarmed about a cancellation close to departure that nobody takes in hand."""

from datetime import timedelta

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification, StaffNotice
from flightagents.domain.said import Said
from flightagents.domain.tasks import Task, TaskKind
from flightagents.handlers.oncall import AlarmOnCall
from flightagents.handlers.staff_rows import staff_key
from flightagents.settings import Settings
from flightagents.wiring import what_is_off
from tests.support.agency import BA117, address_key
from tests.support.looking import Desk
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

ON_CALL = "+442079460999"
CANCELLED = row(status="cancelled")
LEAVES = NOON + 155 * MINUTE


async def cancelled(shown: dict[str, object] = CANCELLED) -> Desk:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(shown)
    return desk


async def alarms(desk: Desk) -> list[Notification]:
    """Look once; give all alarms so far."""
    await AlarmOnCall(
        tasks=desk.tasks,
        flights=desk.flights,
        ledger=desk.ledger,
        address_key=address_key,
        phone=ON_CALL,
        clock=desk.clock,
    )()
    return [each for each in desk.rows if each.said is Said.ON_CALL]


def the_task(desk: Desk) -> Task:
    (task,) = desk.standing(TaskKind.REBOOK)
    return task


async def test_nobody_is_alarmed_before_staff_have_had_their_time() -> None:
    desk = await cancelled()
    desk.clock.move(9 * MINUTE)
    assert await alarms(desk) == []


async def test_a_task_that_waits_alarms_once_and_once_more() -> None:
    desk = await cancelled()
    found = []
    for minutes in (10, 1, 13, 1, 1, 30):
        desk.clock.move(minutes * MINUTE)
        found.append(len(await alarms(desk)))
    assert found == [1, 1, 1, 2, 2, 2]


async def test_an_alarm_says_what_to_do_until_departure() -> None:
    desk = await cancelled()
    desk.clock.move(10 * MINUTE)
    (alarm,) = await alarms(desk)
    assert (alarm.channel, alarm.address_key) == (Channel.SMS, staff_key(address_key, ON_CALL))
    assert (alarm.rule, alarm.booking, alarm.notice) == ("on-call", None, None)
    assert (alarm.flight, alarm.expires_at) == (BA117, LEAVES)
    assert alarm.staff == StaffNotice(
        title="Nobody has taken this task",
        lines=(
            "BA117 LHR-JFK 22 Nov shows cancelled (unconfirmed): 1 traveller",
            f"task {the_task(desk).id}",
        ),
        flights=(BA117,),
        severity="critical",
        task=the_task(desk).id,
    )


async def test_after_an_outage_there_is_one_alarm_and_not_two_at_once() -> None:
    desk = await cancelled()
    desk.clock.move(40 * MINUTE)
    (alarm,) = await alarms(desk)
    assert alarm.staff is not None
    assert alarm.staff.title == "Still nobody has taken this task"


@pytest.mark.parametrize("taken", ["claimed", "done", "closed"])
async def test_a_task_that_somebody_takes_alarms_nobody(taken: str) -> None:
    desk = await cancelled()
    match taken:
        case "claimed":
            await desk.tasks.assign([the_task(desk).id], "Kim", by="Kim")
        case "done":
            await desk.tasks.finish([the_task(desk).id], "Kim")
        case _:
            await desk.tasks.close([the_task(desk).id], "reinstated")
    desk.clock.move(10 * MINUTE)
    assert await alarms(desk) == []


@pytest.mark.parametrize(("hours", "found"), [(4, 1), (4.2, 0)])
async def test_only_a_departure_within_four_hours_alarms(hours: float, found: int) -> None:
    desk = Desk()
    await desk.books(booking())
    desk.clock.time = LEAVES - timedelta(hours=hours) - 10 * MINUTE
    await desk.shows(CANCELLED)
    desk.clock.move(10 * MINUTE)
    assert len(await alarms(desk)) == found


async def test_after_departure_nobody_is_alarmed() -> None:
    desk = await cancelled()
    desk.clock.time = LEAVES
    assert await alarms(desk) == []


async def test_a_diverted_flight_alarms_nobody() -> None:
    desk = await cancelled(row(status="diverted", took_off="14:40"))
    desk.clock.move(10 * MINUTE)
    assert await alarms(desk) == []


async def test_a_traveller_of_a_cancelled_flight_whom_nobody_calls_alarms() -> None:
    desk = await cancelled()
    await desk.tasks.finish([the_task(desk).id], "Kim")
    call = Task(
        id="call",
        kind=TaskKind.CALL,
        flight=BA117,
        booking=booking().id,
        summary="BA117 is cancelled: call them",
        created_at=desk.clock.now(),
    )
    await desk.tasks.open([call])
    desk.clock.move(10 * MINUTE)
    assert len(await alarms(desk)) == 1


async def test_a_task_that_is_opened_anew_alarms_anew() -> None:
    desk = await cancelled()
    desk.clock.move(10 * MINUTE)
    await alarms(desk)
    for shown in (row(), row(), CANCELLED):
        await desk.shows(shown)
    assert len(await alarms(desk)) == 1
    desk.clock.move(10 * MINUTE)
    assert len(await alarms(desk)) == 2


@pytest.mark.parametrize(("phone", "told"), [(None, 1), (ON_CALL, 0)])
def test_a_worker_without_the_number_says_so_at_its_start(phone: str | None, told: int) -> None:
    lines = what_is_off(Settings(oncall_phone=phone))
    assert len([line for line in lines if "FLIGHTAGENTS_ONCALL_PHONE is not set" in line]) == told
