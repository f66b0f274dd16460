"""A disrupted flight with travellers is a task for staff from the first look on, until it is on again."""

from datetime import timedelta

import pytest

from flightagents.domain.bookings import SegmentStatus
from flightagents.domain.tasks import Task, TaskKind
from tests.support.agency import BA117
from tests.support.looking import Desk
from tests.support.rows import DAY, MINUTE, NOON, row
from tests.support.travellers import booking, segment

REBOOK = TaskKind.REBOOK
CANCELLED = row(status="cancelled")
BEN = {"email": "ben@example.com"}


async def booked_and_shown() -> Desk:
    desk = Desk()
    await desk.books(booking(), booking(**BEN))
    await desk.shows(row())
    return desk


def the_task(desk: Desk) -> Task:
    (task,) = desk.standing(REBOOK)
    return task


async def test_a_cancellation_is_a_task_at_its_first_look() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    task = the_task(desk)
    assert task.summary == "BA117 LHR-JFK 22 Nov shows cancelled (unconfirmed): 2 travellers"
    assert (task.flight, task.booking, task.resolve_by) == (BA117, None, NOON + 155 * MINUTE)


async def test_the_second_look_confirms_the_same_task() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    first = the_task(desk)
    await desk.shows(CANCELLED)
    assert the_task(desk).id == first.id
    assert the_task(desk).summary == "BA117 LHR-JFK 22 Nov is cancelled: 2 travellers"


async def test_a_flight_that_is_cancelled_when_it_is_first_seen_is_a_task() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(CANCELLED)
    assert the_task(desk).summary == "BA117 LHR-JFK 22 Nov shows cancelled (unconfirmed): 1 traveller"


async def test_a_diverted_flight_is_a_task_until_it_should_have_arrived() -> None:
    desk = await booked_and_shown()
    await desk.shows(row(status="diverted", took_off="14:40"))
    task = the_task(desk)
    assert task.summary == "BA117 LHR-JFK 22 Nov shows diverted (unconfirmed): 2 travellers"
    assert task.resolve_by is not None
    assert task.resolve_by > NOON + timedelta(hours=10)


async def test_a_cancellation_that_is_taken_back_ends_the_task_at_the_second_look() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    await desk.shows(row())
    assert the_task(desk).summary == "BA117 LHR-JFK 22 Nov shows on again (unconfirmed): 2 travellers"
    await desk.shows(row())
    assert desk.standing(REBOOK) == []


async def test_a_feed_that_changes_its_mind_leaves_the_task_with_whoever_took_it() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    await desk.tasks.assign([the_task(desk).id], "Kim", by="Kim")
    await desk.shows(row())
    await desk.shows(CANCELLED)
    assert the_task(desk).claimed_by == "Kim"


async def test_a_flight_that_is_cancelled_a_second_time_is_a_new_task() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    first = the_task(desk)
    await desk.tasks.finish([first.id], "Kim")
    await desk.shows(CANCELLED)
    assert desk.standing(REBOOK) == []
    for shown in (row(), row(), CANCELLED):
        await desk.shows(shown)
    assert the_task(desk).id != first.id


@pytest.mark.parametrize("status", [SegmentStatus.REBOOKED, SegmentStatus.CANCELLED])
async def test_whoever_flies_it_no_more_does_not_count(status: SegmentStatus) -> None:
    desk = Desk()
    await desk.books(booking(), booking(segment(status=status), **BEN))
    await desk.shows(CANCELLED)
    assert the_task(desk).summary.endswith(": 1 traveller")
    await desk.books(booking(segment(status=status)))
    await desk.looks_around()
    assert desk.standing(REBOOK) == []


async def test_a_delay_asks_nobody_for_tasks() -> None:
    desk = await booked_and_shown()
    await desk.shows(row(delay=90))
    assert desk.tasks.all == []


async def test_the_minutes_look_finds_what_a_crash_left() -> None:
    desk = await booked_and_shown()
    desk.worker.alert._also = []
    await desk.shows(CANCELLED)
    assert desk.tasks.all == []
    for _ in range(2):
        await desk.looks_around()
    assert the_task(desk).summary == "BA117 LHR-JFK 22 Nov shows cancelled (unconfirmed): 2 travellers"


async def test_the_number_of_travellers_follows() -> None:
    desk = await booked_and_shown()
    await desk.shows(CANCELLED)
    await desk.books(booking(reference="XYZ789"))
    await desk.looks_around()
    assert the_task(desk).summary.endswith(": 3 travellers")


async def test_a_booking_of_a_flight_cancelled_long_ago_makes_no_task() -> None:
    desk = Desk()
    await desk.shows(CANCELLED)
    desk.clock.move(timedelta(hours=34))
    await desk.books(booking())
    await desk.looks_around()
    assert desk.tasks.all == []


async def test_a_task_of_another_date_waits_for_somebody() -> None:
    desk = Desk()
    far = DAY + timedelta(days=5)
    await desk.books(booking(segment(flight_date=far)))
    await desk.shows(row(day=far, status="cancelled"))
    await desk.looks_around()
    assert the_task(desk).flight == f"BA117|{far}|LHR|JFK"
