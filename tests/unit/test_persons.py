"""One person with two bookings is one person; one whose booking became unclear still hears what matters."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Booking, Channel, SegmentStatus
from flightagents.domain.holding import Holding, Policies, QuietHours
from flightagents.domain.moves import watch
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.handlers.decide import Manner
from tests.support.agency import BA117, Agency
from tests.support.due import BOTH, ON_BA117
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import DAY, MINUTE, row
from tests.support.staff import StaffedAgency, rule
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)


def ticketed(time: str, reference: str = "ABC123") -> Booking:
    return booking(segment(ticketed=datetime.fromisoformat(f"2026-11-22T{time}")), reference=reference)


# Two bookings


async def test_two_tickets_with_different_times_make_one_opinion_the_earlier() -> None:
    agency = Agency()
    await agency.books(ticketed("14:35"), ticketed("15:35", "XYZ789"))
    await agency.is_late(None)
    for minutes in (35, 60, 35):
        await agency.is_late(minutes)
        await agency.delivers()
    assert agency.told == [
        "later 15:10 not 14:35 (BA117)",
        "later 15:35 not 15:10 (BA117)",
        "earlier 15:10 not 15:35 (BA117)",
    ]


async def test_a_rebooked_ticket_counts_no_more() -> None:
    agency = Agency()
    early = ticketed("13:35")
    gone = replace(early, segments=(replace(early.segments[0], status=SegmentStatus.REBOOKED),))
    await agency.books(gone, ticketed("14:35", "XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]


async def test_the_most_impatient_of_a_persons_bookings_sets_how_long_staff_come_first() -> None:
    policies = Policies.parse("vip=immediate;acme=30")
    agency = Agency(manner=Manner(holding=Holding(policies=policies)))
    agency.clock.move(-6 * HOUR)
    await agency.books(replace(ON_BA117, client="acme"), booking(reference="XYZ789", vip=True))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.delivers()
    assert len(agency.told) == 1


async def test_a_second_booking_of_a_person_is_explained_too() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    assert [each.reason for each in agency.silences.all if each.ordinal == 2] == [Reason.DUPLICATE]


async def test_a_gate_is_silent_to_whoever_reads_sms_alone_and_that_is_explained() -> None:
    agency = Agency()
    await agency.books(booking(email=None, phone=ANNAS_PHONE))
    await agency.shows(row(departure={"gate": "A1"}))
    await agency.shows(row(departure={"gate": "B2"}))
    assert agency.rows == []
    assert agency.silences.all[-1].reason is Reason.NO_CHANNEL


# What the number means


ONWARDS = row(route="JFK-MAD", departs="23:00", arrives="2026-11-23T11:00")


async def test_what_undoes_what_they_were_told_is_told_though_the_number_means_two_flights_by_now() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(120)
    await agency.delivers()
    await agency.shows(row(delay=120), ONWARDS)
    await agency.shows(row(delay=180), ONWARDS)
    await agency.delivers()
    assert agency.told == ["later 16:35 not 14:35 (BA117)"]
    for _ in range(2):
        await agency.shows(row(), ONWARDS)
        await agency.delivers()
    assert agency.told[1:] == ["all_clear 14:35 not 16:35 (BA117)"]


async def test_of_a_flight_that_they_never_heard_of_staff_find_out_first() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    await agency.shows(row(), ONWARDS)
    for _ in range(2):
        await agency.shows(row(status="cancelled"), ONWARDS)
        await agency.delivers()
    assert agency.rows == []
    silent = {(each.flight, each.reason) for each in agency.silences.all}
    assert silent == {(BA117, Reason.AMBIGUOUS), ("BA117|2026-11-22|JFK|MAD", Reason.AMBIGUOUS)}


async def test_a_booking_without_route_that_comes_late_is_explained_at_once() -> None:
    agency = Agency()
    await agency.shows(row(delay=90), ONWARDS)
    await agency.books(ON_BA117)
    assert {each.reason for each in agency.silences.all} == {Reason.AMBIGUOUS}


async def test_what_waits_ends_with_the_reason_why_it_is_staffs_business() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.shows(row(delay=45), ONWARDS)
    await agency.delivers()
    assert (agency.row.state, agency.row.reason) == (State.SUPPRESSED, Reason.AMBIGUOUS)


# Where they are


def second(delay: int | None) -> dict[str, Any]:
    return row("AA100", route="JFK-MAD", departs="20:00", arrives="2026-11-23T09:00", delay=delay)


async def test_it_is_night_where_they_leave_from_next_and_not_where_the_news_is_of() -> None:
    """At half past twelve in London it is evening in New York, where their second flight leaves from."""
    agency = Agency(manner=Manner(holding=Holding(quiet=QuietHours.parse("22:00-06:00"))))
    agency.clock.move(-11 * HOUR - 30 * MINUTE)
    onward = segment("AA100", departure="JFK", arrival="MAD")
    await agency.books(booking(segment(departure="LHR", arrival="JFK"), onward, phone=ANNAS_PHONE))
    for delay in (None, 90):
        await agency.shows(row(), second(delay))
    assert {each.reason for each in agency.rows} == {Reason.QUIET_HOURS}
    assert {each.not_before for each in agency.rows} == {datetime.fromisoformat("2026-11-22T06:00Z")}


async def test_once_the_first_flight_has_left_the_clock_of_the_second_counts() -> None:
    agency = Agency(manner=Manner(holding=Holding(quiet=QuietHours.parse("22:00-06:00"))))
    agency.clock.move(10 * HOUR + 30 * MINUTE)
    onward = segment("AA100", departure="JFK", arrival="MAD", flight_date=DAY)
    await agency.books(booking(segment(departure="LHR", arrival="JFK"), onward, email="a@example.com"))
    for delay in (None, 90):
        await agency.shows(row(status="active", took_off="14:40"), second(delay))
    assert {each.reason for each in agency.rows if each.flight.startswith("AA100")} == {Reason.NEWS}


async def test_both_of_a_couple_hear_it_once_on_the_phone_that_they_share() -> None:
    agency = Agency()
    await agency.books(BOTH, booking(reference="XYZ789", email="ben@example.com", phone=ANNAS_PHONE))
    await agency.is_late(None)
    await agency.is_late(90)
    await agency.delivers()
    assert len(agency.email.texts) == 2
    assert len(agency.sms.texts) == 1


@pytest.mark.parametrize("words", [{"status": "active"}, {"status": "diverted"}, {"took_off": "14:40"}])
async def test_whoever_is_imported_when_it_has_left_hears_nothing_of_it(
    words: dict[str, Any],
) -> None:
    agency = Agency()
    for _ in range(2):
        await agency.shows(row(delay=90, **words))
    await agency.books(ON_BA117)
    await agency.delivers()
    assert agency.told == []
    assert {each.reason for each in agency.silences.all} == {Reason.DEPARTED}


async def test_three_bookings_that_share_addresses_one_after_the_other_are_one_person() -> None:
    """Else they are judged by another ticket when they are decided than when they are sent, for ever."""
    agency = Agency()
    family = "family@example.com"
    early = replace(ticketed("14:05", "CCC333"), id="CCC333|phone", email=None, phone=ANNAS_PHONE)
    early = replace(early, channels=(Channel.SMS,), consents={Channel.SMS: BOTH.consents[Channel.SMS]})
    await agency.books(
        booking(reference="AAA111", email=family),
        booking(reference="BBB222", email=family, phone=ANNAS_PHONE),
        early,
    )
    await agency.is_late(None)
    await agency.is_late(15)
    await agency.delivers()
    assert agency.email.texts == ["later 14:50 not 14:05 (BA117)"]


async def test_staff_notices_count_a_moved_flights_travellers_and_stop_at_nobody() -> None:
    agency = StaffedAgency(rule())
    await agency.opens()
    agency.clock.move(4 * HOUR)
    await agency.books(ON_BA117)
    tomorrow: dict[str, Any] = {"day": DAY + timedelta(days=1), "departs": "00:30", "arrives": "03:40"}
    for shown in (row(departs="22:15", arrives="2026-11-23T02:30"), row(**tomorrow), row(**tomorrow)):
        await agency.shows(shown)
    states = agency.flights.states
    runs = {BA117: (1,), "BA117|2026-11-23|LHR|JFK": (2, 3)}
    await agency.flights.add_to_history(watch(states.values(), runs, agency.clock.now()))
    await agency.shows(row(**tomorrow, delay=60))
    (alert,) = agency.of_staff()
    assert alert.staff is not None
    assert (alert.flight, alert.staff.travellers) == ("BA117|2026-11-23|LHR|JFK", 1)
