"""The minute's look at booked flights: one that became another, and one whose delay has two readings."""

from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.tasks import TaskKind
from tests.support.agency import BA117, SECOND
from tests.support.looking import Desk
from tests.support.rows import DAY, MINUTE, NOON, row
from tests.support.travellers import booking, segment

TOMORROW = DAY + timedelta(days=1)
BEN = {"email": "ben@example.com"}
MOVED = TaskKind.MOVED_FLIGHT
CONFLICTING = TaskKind.CONFLICTING_TIMES

# A flight that became another one


OLD = row(departs="22:15", arrives=f"{TOMORROW}T02:30")
NEW = row(day=TOMORROW, departs="00:30", arrives="03:40")


async def moved(desk: Desk) -> None:
    await desk.shows(OLD)
    await desk.shows(NEW)
    await desk.shows(NEW)


async def test_those_who_are_booked_on_a_flight_that_became_another_are_asked_about() -> None:
    desk = Desk()
    await desk.books(booking(), booking(**BEN))
    await moved(desk)
    for _ in range(2):
        await desk.looks_around()
    (task,) = desk.standing(MOVED)
    assert task.flight == BA117
    assert task.summary == (
        "BA117 of 22 Nov 22:15 seems to be BA117 of 23 Nov 00:30 LHR now: 2 travellers; "
        "are they booked on it?"
    )


async def test_a_moved_flight_without_travellers_needs_nobody() -> None:
    desk = Desk()
    await desk.books(booking(segment(flight_date=TOMORROW)))
    await moved(desk)
    await desk.looks_around()
    assert desk.standing(MOVED) == []


async def test_nobody_is_asked_about_a_moved_flight_once_it_has_left() -> None:
    desk = Desk()
    await desk.books(booking())
    await moved(desk)
    await desk.looks_around()
    await desk.shows(
        row(day=TOMORROW, departs="00:30", arrives="03:40", took_off=f"{TOMORROW}T00:45", status="active")
    )
    await desk.looks_around()
    assert desk.standing(MOVED) == []


# Two readings of a delay


async def retimed(desk: Desk, delay: int = 285) -> None:
    """Let the feed show 285 minutes of delay, and then move the schedule there with the delay as it was."""
    await desk.shows(row(departs="17:30", arrives="20:30", delay=285))
    await desk.shows(row(departs="22:15", arrives=f"{TOMORROW}T01:15", delay=delay))


async def test_two_readings_of_a_retimed_flights_delay_are_both_shown_to_staff() -> None:
    desk = Desk()
    await desk.books(booking())
    await retimed(desk)
    for _ in range(2):
        await desk.looks_around()
    (summary,) = desk.summaries(CONFLICTING)
    assert summary == (
        "BA117 LHR-JFK 22 Nov leaves at 22:15 or at 23 Nov 03:00 LHR, the feed does not say which: "
        "ask the airline; told the earlier: 1 traveller"
    )


async def test_readings_that_agree_again_end_the_task_although_nothing_else_has_changed() -> None:
    desk = Desk()
    await desk.books(booking())
    await retimed(desk)
    await desk.looks_around()
    await desk.shows(row(departs="22:15", arrives=f"{TOMORROW}T01:15", delay=0))
    await desk.looks_around()
    assert desk.standing(CONFLICTING) == []


async def test_a_flight_that_has_left_has_no_two_readings() -> None:
    desk = Desk()
    await desk.books(booking())
    await retimed(desk)
    await desk.looks_around()
    await desk.shows(
        row(departs="22:15", arrives=f"{TOMORROW}T01:15", delay=285, took_off="22:20", status="active")
    )
    await desk.looks_around()
    assert desk.standing(CONFLICTING) == []


async def test_a_flight_that_no_traveller_is_on_needs_no_true_time() -> None:
    desk = Desk()
    await retimed(desk)
    await desk.looks_around()
    assert desk.standing(CONFLICTING) == []


async def test_another_retiming_is_another_question() -> None:
    desk = Desk()
    await desk.books(booking())
    await retimed(desk)
    await desk.looks_around()
    await desk.tasks.finish([desk.standing(CONFLICTING)[0].id], "Kim")
    await desk.looks_around()
    assert desk.standing(CONFLICTING) == []
    await desk.shows(row(departs="23:00", arrives=f"{TOMORROW}T02:00", delay=330))
    await desk.looks_around()
    assert len(desk.standing(CONFLICTING)) == 1


# A flight that should have left


SILENT = TaskKind.OVERDUE_SILENT
OTHER = "BA9"


async def overdue(desk: Desk, minutes: int, **shows: Any) -> None:  # noqa: ANN401 - as `row` takes them
    """Let BA117 be so long past its time, and another flight of London have left just now."""
    await desk.books(booking())
    desk.clock.time = NOON + (155 + minutes) * MINUTE - 61 * SECOND
    await desk.shows(row(), row(OTHER))
    await desk.shows(row(**shows), row(OTHER, status="active", took_off="14:50"))
    await desk.looks_around()


async def test_staff_ask_about_a_flight_that_should_have_left_and_of_which_nobody_says_anything() -> None:
    desk = Desk()
    await overdue(desk, 25)
    (task,) = desk.standing(SILENT)
    assert task.flight == BA117
    assert task.summary == (
        "BA117 LHR-JFK 22 Nov was to leave at 14:35 LHR, and the feed has neither delay nor take-off: "
        "ask the airline or the airport; 1 traveller"
    )
    await desk.looks_around()
    assert len(desk.tasks.of_kind(SILENT)) == 1


@pytest.mark.parametrize(
    ("minutes", "shows"),
    [
        (24, {}),
        (25, {"delay": 40}),
        (25, {"status": "active"}),
        (25, {"status": "cancelled"}),
        (360, {}),
    ],
    ids=["not yet", "late", "under way", "cancelled", "long ago"],
)
async def test_of_a_flight_that_says_something_or_is_not_overdue_nobody_asks(
    minutes: int, shows: dict[str, Any]
) -> None:
    desk = Desk()
    await overdue(desk, minutes, **shows)
    assert desk.standing(SILENT) == []


async def test_an_airport_that_is_silent_as_a_whole_makes_no_tasks() -> None:
    desk = Desk()
    await desk.books(booking())
    desk.clock.time = NOON + 185 * MINUTE
    await desk.shows(row(), row(OTHER))
    await desk.looks_around()
    assert desk.standing(SILENT) == []


async def test_a_row_of_before_it_was_overdue_tells_nothing() -> None:
    desk = Desk()
    await overdue(desk, 20)
    desk.clock.move(10 * MINUTE)
    await desk.looks_around()
    assert desk.standing(SILENT) == []


async def test_the_question_ends_by_itself_when_it_leaves() -> None:
    desk = Desk()
    await overdue(desk, 25)
    await desk.shows(row(status="active", took_off="15:02"))
    await desk.looks_around()
    assert desk.standing(SILENT) == []
