"""The minute's look at bookings and flights: each task is opened once, and ends when its reason is gone."""

from datetime import datetime, timedelta

import pytest

from flightagents.domain.bookings import SegmentStatus
from flightagents.domain.tasks import FORGOTTEN, TaskKind, TaskState
from tests.support.feed_plans import standing
from tests.support.looking import Desk
from tests.support.rows import DAY, MINUTE, NOON, row
from tests.support.travellers import booking, segment

TOMORROW = DAY + timedelta(days=1)
TICKETED = datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
BEN = {"email": "ben@example.com"}

AMBIGUOUS = TaskKind.AMBIGUOUS_BOOKING
MISSING = TaskKind.NOT_IN_FEED

TWO_LEGS = (row(), row(route="JFK-MAD", departs="20:00", arrives=f"{TOMORROW}T09:00"))


# A number that means several flights


async def test_a_booking_whose_number_means_several_flights_needs_its_route() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(*TWO_LEGS)
    for _ in range(2):
        await desk.looks_around()
    assert desk.summaries(AMBIGUOUS) == [
        "BA117 22 Nov may be JFK-MAD, LHR-JFK: add the route to the booking; nobody is told anything"
    ]
    assert desk.standing(AMBIGUOUS)[0].booking == booking().id


async def test_with_its_route_the_booking_needs_nothing_more() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(*TWO_LEGS)
    await desk.looks_around()
    await desk.books(booking(segment(departure="LHR", arrival="JFK")))
    await desk.looks_around()
    assert desk.standing(AMBIGUOUS) == []
    assert [task.state for task in desk.tasks.of_kind(AMBIGUOUS)] == [TaskState.DONE]


async def test_a_booking_that_was_cancelled_and_is_booked_again_needs_its_route_again() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(*TWO_LEGS)
    await desk.looks_around()
    await desk.bookings.cancel("ABC123")
    await desk.looks_around()
    assert desk.standing(AMBIGUOUS) == []
    await desk.books(booking())
    await desk.looks_around()
    assert len(desk.standing(AMBIGUOUS)) == 1


async def test_a_family_under_one_reference_is_one_task() -> None:
    desk = Desk()
    await desk.books(booking(), booking(**BEN), booking(reference="XYZ789"))
    await desk.shows(*TWO_LEGS)
    await desk.looks_around()
    assert [task.booking for task in desk.standing(AMBIGUOUS)] == [booking().id, "XYZ789|anna@example.com"]


async def test_what_staff_have_done_is_not_opened_again_while_its_reason_stays() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(*TWO_LEGS)
    await desk.looks_around()
    await desk.tasks.finish([desk.standing(AMBIGUOUS)[0].id], "Kim")
    await desk.looks_around()
    assert desk.standing(AMBIGUOUS) == []


# A flight that the feed does not show


@pytest.mark.parametrize(
    ("ticketed", "route", "opens"),
    [
        (TICKETED, ("LHR", "JFK"), "2026-11-22T09:35"),
        (TICKETED, (None, None), "2026-11-22T23:35"),
        (None, ("LHR", "JFK"), "2026-11-22T19:00"),
        (None, ("JFK", "LHR"), "2026-11-23T00:00"),
        (None, (None, None), "2026-11-23T09:00"),
    ],
    ids=["time and zone", "time alone", "London's date", "New York's date", "date alone"],
)
async def test_a_flight_is_missing_five_hours_before_it_has_to_leave_at_the_latest(
    ticketed: datetime | None, route: tuple[str | None, str | None], opens: str
) -> None:
    desk = Desk()
    departure, arrival = route
    await desk.books(booking(segment(departure=departure, arrival=arrival, ticketed=ticketed)))
    due = datetime.fromisoformat(f"{opens}+00:00")
    found = []
    for moment in (due - 2 * MINUTE, due, due + timedelta(hours=5)):
        desk.clock.time = moment - timedelta(seconds=61)
        await desk.shows(row("BA9"))
        desk.clock.time = moment
        await desk.looks_around()
        found.append(len(desk.standing(MISSING)))
    assert found == [0, 1, 0]


async def missing(desk: Desk) -> None:
    """Let BA117 be missing two and a half hours before it leaves."""
    await desk.books(booking(segment(departure="LHR", arrival="JFK", ticketed=TICKETED)))
    await desk.shows(row("BA9"))


async def test_a_flight_that_no_query_asks_for_is_not_missing() -> None:
    desk = Desk()
    desk.answered = ["flight_iata=BA9", "dep_iata=LHR&flight_status=cancelled"]
    await missing(desk)
    await desk.looks_around()
    assert desk.standing(MISSING) == []


async def test_a_missing_flight_is_asked_about_once() -> None:
    desk = Desk()
    await missing(desk)
    for _ in range(2):
        await desk.looks_around()
    assert desk.summaries(MISSING) == ["the feed does not show BA117 LHR-JFK 22 Nov: is the number right?"]
    (task,) = desk.standing(MISSING)
    assert task.resolve_by == NOON + 155 * MINUTE
    assert desk.rows == []


async def test_a_flight_whose_first_record_is_on_its_way_is_not_missing() -> None:
    desk = Desk(missing_for=10 * MINUTE)
    await missing(desk)
    await desk.looks_around()
    assert desk.standing(MISSING) == []
    desk.clock.move(10 * MINUTE)
    await desk.looks_around()
    assert len(desk.standing(MISSING)) == 1


async def test_a_missing_flight_that_appears_is_missing_no_more() -> None:
    desk = Desk()
    await missing(desk)
    await desk.looks_around()
    await desk.shows(row())
    await desk.looks_around()
    assert desk.standing(MISSING) == []


async def test_a_flight_that_nobody_could_ask_for_since_it_should_be_shown_is_not_missing() -> None:
    desk = Desk()
    desk.clock.time = NOON - timedelta(hours=8)
    await missing(desk)
    desk.clock.time = NOON  # an outage of eight hours
    await desk.looks_around()
    assert desk.tasks.all == []


async def test_a_board_that_was_not_walked_to_its_end_proves_nothing() -> None:
    desk = Desk()
    await missing(desk)
    await desk.standings.note(standing("flight_iata=BA117", asked_at=NOON, good_at=NOON, rows=100, total=300))
    await desk.looks_around()
    assert desk.tasks.all == []


async def test_without_any_answer_no_flight_is_missing() -> None:
    desk = Desk()
    await desk.books(booking(segment(ticketed=TICKETED)))
    await desk.looks_around()
    assert desk.tasks.all == []


async def test_a_feed_that_falls_silent_ends_no_task() -> None:
    desk = Desk()
    await missing(desk)
    await desk.looks_around()
    desk.clock.move(20 * MINUTE)
    await desk.looks_around()
    assert len(desk.standing(MISSING)) == 1


@pytest.mark.parametrize("status", [SegmentStatus.REBOOKED, SegmentStatus.CANCELLED])
async def test_a_segment_that_is_not_flown_is_not_missing(status: SegmentStatus) -> None:
    desk = Desk()
    await desk.books(booking(segment(departure="LHR", arrival="JFK", ticketed=TICKETED, status=status)))
    await desk.shows(row("BA9"))
    await desk.looks_around()
    assert desk.tasks.all == []


@pytest.mark.parametrize("days", [-2, 3])
async def test_other_dates_are_not_looked_at(days: int) -> None:
    desk = Desk()
    day = DAY + timedelta(days=days)
    await desk.books(booking(segment(flight_date=day)))
    await desk.shows(*(each | {"flight_date": day.isoformat()} for each in TWO_LEGS))
    await desk.looks_around()
    assert desk.tasks.all == []


# People, and cost


async def test_a_forgotten_person_is_taken_out_of_their_tasks() -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(*TWO_LEGS)
    await desk.looks_around()
    await desk.worker.forget("ABC123")
    await desk.looks_around()
    (task,) = desk.tasks.of_kind(AMBIGUOUS)
    assert (task.booking, task.summary, task.state) == (None, FORGOTTEN, TaskState.DONE)


async def test_no_task_names_a_person() -> None:
    desk = Desk()
    missing_one = segment("BA1", departure="LHR", arrival="JFK", ticketed=TICKETED)
    cancelled_one = segment("BA5")
    desk.answered = ["airline_iata=BA"]
    await desk.books(booking(segment(), missing_one, cancelled_one, phone="+447700900123"))
    await desk.shows(*TWO_LEGS, row("BA5", status="cancelled"))
    await desk.looks_around()
    assert {task.kind for task in desk.tasks.all} == {AMBIGUOUS, MISSING, TaskKind.REBOOK}
    for task in desk.tasks.all:
        for personal in ("Anna", "anna@", "+4477", "ABC123"):
            assert personal not in task.summary + task.id + "".join(task.trace)


async def test_a_look_asks_for_all_flights_at_once_however_many_there_are() -> None:
    desk = Desk()
    numbers = [f"BA{number}" for number in range(100, 140)]
    await desk.books(*(booking(segment(number), reference=number) for number in numbers))
    await desk.shows(*map(row, numbers))
    desk.flights.asked.clear()
    await desk.looks_around()
    assert [len(asked) for asked in desk.flights.asked] == [len(numbers)]


async def test_a_look_reads_no_booking_of_flights_that_are_as_they_should_be() -> None:
    desk = Desk()
    await desk.books(booking(), booking(**BEN))
    await desk.shows(row(delay=90))
    desk.journal.clear()
    await desk.looks_around()
    assert ("asked", "bookings") not in desk.journal
    await desk.shows(row(delay=90, status="cancelled"))
    desk.journal.clear()
    await desk.looks_around()
    assert ("asked", "bookings") in desk.journal
