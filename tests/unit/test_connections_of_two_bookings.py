"""Separate tickets are mostly separate bookings: one person's connect, and two people's do not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.reasons import Reason
from flightagents.domain.said import CONNECTIONS
from flightagents.domain.tasks import TaskKind, TaskState
from tests.support.agency import Agency
from tests.support.connecting import (
    MISSED,
    ONWARD,
    RISK,
    SAFE,
    TO_MADRID,
    about_connections,
    is_late,
    itineraries_of,
    onward,
    said,
    watch_connections,
)
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import DAY, row, run_of
from tests.support.travellers import booking, segment

THERE = booking(segment("BA117"), phone=ANNAS_PHONE, protected=True)
ON_FROM_THERE = booking(ONWARD, reference="XYZ789", email="anna@work.example", phone=ANNAS_PHONE)
"""The same phone: it is the same person."""


async def on_two_tickets(agency: Agency, *more: Booking, name: str = "Anna Müller") -> None:
    await agency.books(THERE, replace(ON_FROM_THERE, name=name), *more)
    await agency.shows(row(), onward())


async def test_two_bookings_of_one_person_connect_on_separate_tickets() -> None:
    agency = Agency()
    await on_two_tickets(agency, booking(segment("BA117"), email="ben@example.com", reference="BEN111"))
    await is_late(agency, 30)
    assert said(agency) == said(agency, Channel.SMS) == [RISK]
    told = about_connections(agency)[0]
    assert told.booking == THERE.id
    assert told.notice is not None
    assert told.notice.onward is not None
    assert told.notice.onward.protected is False
    await is_late(agency, 120, 0)
    assert said(agency) == said(agency, Channel.SMS) == [RISK, MISSED, SAFE]


async def test_a_connection_of_two_bookings_that_is_missed_is_one_task() -> None:
    agency = Agency()
    await on_two_tickets(agency)
    await is_late(agency, 120, 130)
    (task,) = agency.tasks.of_kind(TaskKind.CONNECTION)
    assert (task.booking, task.state) == (THERE.id, TaskState.OPEN)
    assert "separate tickets" in task.summary


async def test_news_of_the_second_bookings_flight_alone_is_enough() -> None:
    agency = Agency()
    await on_two_tickets(agency)
    await agency.shows(row(), onward(departs="17:45"))
    await agency.delivers()
    assert said(agency) == [MISSED]
    assert [each.booking for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [THERE.id]


async def test_a_second_booking_that_comes_in_late_connects_at_once() -> None:
    agency = Agency()
    await agency.books(THERE)
    await agency.shows(row(), onward())
    await is_late(agency, 120)
    preview = await agency.worker.decide.preview([ON_FROM_THERE])
    assert [each.said for each in preview if each.said in CONNECTIONS] == [MISSED, MISSED]
    await agency.books(ON_FROM_THERE)
    await agency.delivers()
    assert said(agency) == [MISSED]


async def test_the_newest_rows_count_for_two_bookings_too() -> None:
    agency = Agency()
    await on_two_tickets(agency)
    await agency.shows(row(status="active", took_off="14:40"), onward())
    slow = row(status="active", took_off="14:40", arrival={"estimated": f"{DAY}T18:40:00+00:00"})
    agency.looks()
    records = run_of([slow, onward()], 3, agency.clock.now())
    await agency.archive.store([agency.archive.document(each) for each in records])
    await watch_connections(agency)()
    await agency.delivers()
    assert said(agency) == [RISK]


async def test_two_people_at_one_address_do_not_connect() -> None:
    agency = Agency()
    await on_two_tickets(agency, name="Ben Okafor")
    await is_late(agency, 120)
    assert about_connections(agency) == []
    assert agency.tasks.of_kind(TaskKind.CONNECTION) == []


async def test_an_address_of_many_bookings_is_an_offices() -> None:
    agency = Agency()
    many = [booking(segment(f"IB{n}"), reference=f"OFF{n}", phone=ANNAS_PHONE) for n in range(40)]
    await on_two_tickets(agency, *many)
    await is_late(agency, 120)
    assert about_connections(agency) == []


async def test_flights_of_two_bookings_that_overlap_are_no_connection() -> None:
    agency = Agency()
    await agency.books(THERE, ON_FROM_THERE)
    await agency.shows(row(), onward(departs="17:20"))
    await is_late(agency, 120)
    assert about_connections(agency) == []


async def test_another_booking_takes_no_connection_away() -> None:
    agency = Agency()
    sooner = booking(segment("IB5"), reference="XYZ789", phone=ANNAS_PHONE)
    await agency.books(TO_MADRID, sooner)
    to_honolulu = row("IB5", route="JFK-HNL", departs="19:00", arrives="23:00")
    for minutes in (None, 60):
        await agency.shows(row(delay=minutes), onward(), to_honolulu)
    await agency.delivers()
    (told,) = [each for each in about_connections(agency) if each.channel is Channel.EMAIL]
    assert told.notice is not None
    assert told.notice.onward is not None
    assert (told.notice.onward.designator, told.notice.onward.protected) == ("AA100", True)


async def test_a_connection_ends_with_the_booking_that_it_led_to() -> None:
    agency = Agency()
    await on_two_tickets(agency)
    await agency.shows(row(delay=60), onward())
    await agency.bookings.forget([ON_FROM_THERE.id])
    await agency.delivers()
    assert said(agency) == []
    assert {each.reason for each in about_connections(agency)} == {Reason.NOT_BOOKED}


@pytest.mark.parametrize("travellers", [1, 100])
async def test_other_bookings_are_asked_for_once_however_many_travel(
    travellers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = Agency()
    people = [booking(segment("BA117"), email=f"{n}@example.com") for n in range(travellers)]
    asked: list[int] = []

    async def at(addresses: Sequence[str], _days: tuple[date, date]) -> list[Booking]:
        asked.append(len(addresses))
        return people

    monkeypatch.setattr(agency.bookings, "at", at)
    assert await itineraries_of(agency).of(people) == []
    assert asked == [travellers]
