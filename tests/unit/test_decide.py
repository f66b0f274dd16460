"""Who has to be told of a flight as it stands now: each person once, always on the newest state."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Booking, Channel, Segment, SegmentStatus
from flightagents.domain.delivery import Found, Rejected, Retry, Uncertain
from flightagents.domain.holding import Holding, Policies
from flightagents.domain.moves import watch
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.handlers.decide import USUAL, Manner
from tests.support.agency import BA117, Agency, Worker, address_key
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)
ON_BA117 = booking()


async def test_a_delay_is_told_to_everyone_on_the_flight() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(email="ben@example.com"), booking(segment("BA1"), reference="X"))
    await agency.is_late(None)
    await agency.is_late(45)
    assert sorted(each.booking or "" for each in agency.rows) == [
        "ABC123|anna@example.com",
        "ABC123|ben@example.com",
    ]
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"] * 2


async def test_a_row_says_which_flight_and_number_it_is_about() -> None:
    agency = Agency()
    await agency.books(booking(segment("AA6143")))
    await agency.shows(row(), row("AA6143", operated_by="BA117"))
    await agency.is_late(45)
    told = agency.row.notice
    assert told is not None
    assert (told.designator, told.operated_as, told.flight) == ("AA6143", "BA117", BA117)
    assert (told.departure, told.arrival, told.zone) == ("LHR", "JFK", "Europe/London")
    assert (told.name, told.reference, told.language) == ("Anna Müller", "ABC123", "en")
    assert agency.row.expires_at == datetime.fromisoformat("2026-11-22T17:20:00Z")


async def test_a_person_with_two_bookings_on_a_flight_is_told_once() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]


async def test_a_person_booked_under_operating_and_marketing_number_is_told_once() -> None:
    agency = Agency()
    await agency.books(
        booking(segment("BA117"), segment("AA6143")), booking(segment("AA6143"), reference="Y")
    )
    await agency.shows(row(), row("AA6143", operated_by="BA117"))
    await agency.shows(row(delay=45), row("AA6143", operated_by="BA117", delay=45))
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]


async def test_one_phone_in_two_bookings_gets_one_sms() -> None:
    agency = Agency()
    await agency.books(booking(phone=ANNAS_PHONE), booking(phone=ANNAS_PHONE, email="ben@example.com"))
    await agency.is_late(None)
    await agency.is_late(90)
    await agency.delivers()
    assert [len(agency.email.texts), len(agency.sms.texts)] == [2, 1]


async def test_a_number_that_is_found_to_be_marketing_concerns_its_travellers_at_once() -> None:
    agency = Agency()
    await agency.books(booking(segment("AA6143")))
    await agency.shows(row())
    await agency.shows(row(delay=45))
    assert agency.rows == []
    await agency.shows(row(delay=45), row("AA6143", operated_by="BA117"))
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (AA6143)"]


async def test_two_flights_under_one_number_tell_nobody_who_gave_no_route() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(segment(departure="LHR", arrival="JFK"), reference="ROUTE"))
    onward = row("BA117", route="JFK-MAD", departs="19:00", arrives="2026-11-23T08:00")
    await agency.shows(row(), onward)
    await agency.shows(row(delay=45), onward)
    await agency.delivers()
    assert [each.booking for each in agency.rows] == ["ROUTE|anna@example.com"]


async def test_a_through_ticket_is_told_of_each_leg() -> None:
    agency = Agency()
    ticketed = datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
    await agency.books(booking(segment(departure="LHR", arrival="MAD", ticketed=ticketed)))
    onward: dict[str, Any] = {
        "designator": "BA117",
        "route": "JFK-MAD",
        "departs": "19:00",
        "arrives": "2026-11-23T08:00",
    }
    await agency.shows(row(), row(**onward))
    await agency.shows(row(), row(**onward, delay=60))
    await agency.delivers()
    assert agency.told == ["later 01:00 not 00:00 (BA117)"]  # 19:00 in New York


async def test_a_ticketed_time_is_what_a_delay_is_measured_from() -> None:
    agency = Agency()
    ticketed = datetime(2026, 11, 22, 14, 5)  # noqa: DTZ001
    await agency.books(ON_BA117, booking(segment(ticketed=ticketed), reference="T", email="t@example.com"))
    await agency.is_late(None)
    await agency.delivers()
    assert agency.told == ["later 14:35 not 14:05 (BA117)"]


async def test_the_same_flight_twice_in_a_booking_is_one_case() -> None:
    """Else the two ticketed times would disagree for ever on whether there is news."""
    agency = Agency()
    ticketed = datetime(2026, 11, 22, 14, 5)  # noqa: DTZ001
    await agency.at_rest(booking(segment(), segment(departure="LHR", arrival="JFK", ticketed=ticketed)))
    await agency.delivers()
    await agency.is_late(60)
    await agency.delivers()
    assert agency.told == ["later 15:35 not 14:35 (BA117)"]


async def test_a_cancelled_segment_tells_nobody() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.bookings.cancel("ABC123")
    await agency.is_late(45)
    assert agency.rows == []


# Channels and consent


async def test_without_consent_it_is_written_down_and_not_sent() -> None:
    agency = Agency()
    await agency.at_rest(
        booking(phone=ANNAS_PHONE, consents={Channel.EMAIL: ON_BA117.consents[Channel.EMAIL]})
    )
    await agency.is_late(90)
    await agency.delivers()
    assert agency.sms.tried == []
    (kept,) = [each for each in agency.rows if each.channel is Channel.SMS]
    assert (kept.state, kept.reason) == (State.SUPPRESSED, Reason.NO_CONSENT)


async def test_consent_that_comes_later_brings_the_current_state() -> None:
    agency = Agency()
    await agency.at_rest(booking(consents={}))
    await agency.is_late(90)
    await agency.delivers()
    await agency.books(ON_BA117)
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"]


async def test_what_cannot_be_sent_here_waits_for_a_worker_that_can() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(90)
    await agency.delivers()
    assert [(each.channel, each.state) for each in agency.rows] == [
        (Channel.EMAIL, State.ACCEPTED),
        (Channel.SMS, State.PENDING),
    ]


async def test_a_small_delay_long_before_goes_by_email_alone() -> None:
    agency = Agency()
    agency.clock.move(-6 * HOUR)
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(45)
    assert [each.channel for each in agency.rows] == [Channel.EMAIL]


# Once


async def test_an_alert_that_comes_again_decides_nothing_again() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    changes = agency.looks(row(delay=45))
    await agency.hears(changes)
    await agency.delivers()
    before = agency.rows
    await agency.hears(changes)
    await agency.delivers()
    assert agency.rows == before


async def test_an_older_alert_that_comes_again_is_decided_on_the_newest_state() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    old = agency.looks(row(delay=45))
    await agency.shows(row(delay=130))
    await agency.hears(old)
    await agency.delivers()
    assert agency.told == ["later 16:45 not 14:35 (BA117)"]


async def test_news_that_waits_is_withdrawn_for_newer_news() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.is_late(130)
    assert agency.states == [State.SUPERSEDED, State.PENDING]
    await agency.delivers()
    assert agency.told == ["later 16:45 not 14:35 (BA117)"]


async def test_a_delay_that_is_over_before_it_was_sent_is_never_mentioned() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.is_late(0)
    await agency.delivers()
    assert agency.states == [State.SUPERSEDED]
    assert agency.told == []


@pytest.mark.parametrize("order", ["import first", "alert first", "import in the midst"])
async def test_an_import_beside_an_alert_tells_once(order: str) -> None:
    agency = Agency()
    await agency.is_late(None)
    changes = agency.looks(row(delay=45))
    if order == "import first":
        await agency.books(ON_BA117)
    elif order == "import in the midst":
        await agency.flights.move_on(change.state for change in changes if change.state is not None)
        await agency.books(ON_BA117)
    await agency.hears(changes)
    if order == "alert first":
        await agency.books(ON_BA117)
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]


async def test_two_workers_that_decide_at_once_write_the_same_rows() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    changes = agency.looks(row(delay=45))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    other = Worker(agency, "worker-2")
    await agency.worker.decide.for_flights([BA117])
    await other.decide.for_flights([BA117])
    await agency.delivers()
    await other.deliver()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]


async def test_a_decision_wakes_the_sender_only_when_there_is_something_to_send() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    wake = asyncio.Event()
    agency.worker.decide.wake(wake)
    await agency.is_late(30)
    wake.clear()
    await agency.worker.decide.for_flights([BA117])
    assert not wake.is_set()
    await agency.is_late(75)
    assert wake.is_set()


async def test_an_address_is_the_same_in_any_case() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(email="Anna@Example.com", reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.delivers()
    assert len(agency.told) == 1


# Each end of a row decides again


async def test_a_refused_row_makes_later_news_count_from_what_the_person_knows() -> None:
    """The delay was refused, so the all-clear that met it would be news about nothing."""
    agency = Agency()
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(90)
    agency.email.outcomes = [Rejected("550 no such user")]
    agency.sms.outcomes = [Rejected("21614")]
    await agency.delivers()
    await agency.is_late(0)
    await agency.delivers()
    assert agency.told == []
    assert agency.states == [State.FAILED, State.FAILED]


async def test_what_was_held_to_be_told_is_decided_anew_when_it_was_refused() -> None:
    """While the email says 60 minutes on its way, 70 minutes is no news; when it is refused, it is."""
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(60)

    async def meanwhile() -> None:
        agency.email.on_the_wire = None
        await agency.is_late(70)

    agency.email.on_the_wire = meanwhile
    agency.email.outcomes = [Rejected("550 5.7.1 not today")]
    await agency.delivers()
    assert agency.told == ["later 15:45 not 14:35 (BA117)"]
    assert agency.states == [State.FAILED, State.ACCEPTED]


async def test_an_unanswered_delay_and_the_news_after_it_are_not_told_twice() -> None:
    """The delay has no answer, and what follows waits until it turns out never to have arrived."""
    agency = Agency()
    await agency.at_rest(booking(email=None, phone=ANNAS_PHONE))
    await agency.is_late(120)
    agency.sms.outcomes = [Uncertain("no answer")]
    agency.sms.answers = [Found.NO]
    await agency.delivers()
    await agency.is_late(60)
    await agency.delivers()
    agency.wait(MINUTE)
    await agency.delivers()
    agency.wait(MINUTE)
    await agency.delivers()
    assert agency.told == ["later 15:35 not 14:35 (BA117)"]
    assert agency.states == [State.SUPERSEDED, State.SUPERSEDED, State.ACCEPTED]


# Gates


async def test_a_gate_change_that_was_withdrawn_by_other_news_is_still_told() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    await agency.shows(row(departure={"gate": "A1"}))
    await agency.shows(row(departure={"gate": "B2"}))
    await agency.shows(row(departure={"gate": "B2"}, aircraft={"registration": "G-ABCD"}))
    await agency.shows(row(departure={"gate": "C3"}, aircraft={"registration": "G-WXYZ"}))
    await agency.delivers()
    assert agency.told == ["gate 14:35 not 14:35 gate C3 not A1 (BA117)"]


async def test_a_gate_that_is_back_where_it_was_is_no_news() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    for gate in ("A1", "B2", "A1"):
        await agency.shows(row(departure={"gate": gate}))
    await agency.delivers()
    assert agency.told == []


async def test_a_later_gate_counts_from_the_one_that_was_told() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    for gate in ("A1", "B2", "C3"):
        await agency.shows(row(departure={"gate": gate}))
        await agency.delivers()
    assert agency.told == [
        "gate 14:35 not 14:35 gate B2 not A1 (BA117)",
        "gate 14:35 not 14:35 gate C3 not B2 (BA117)",
    ]


# An airport whose zone becomes known


async def test_what_was_told_without_a_zone_is_compared_when_the_zone_is_known() -> None:
    agency = Agency()
    await agency.books(booking(segment("BA117")))
    quiet: dict[str, Any] = {"route": "QQQ-JFK", "departs": "14:35"}
    await agency.shows(row(**quiet))
    await agency.shows(row(**quiet, delay=60))
    await agency.delivers()
    zoned: dict[str, Any] = {**quiet, "departure": {"timezone": "Europe/Madrid"}}
    await agency.shows(row(**zoned, delay=60))
    await agency.shows(row(**zoned, delay=125))
    await agency.delivers()
    assert agency.told == ["later 15:35 not 14:35 (BA117)", "later 15:40 not 14:35 (BA117)"]
    assert agency.rows[-1].said is Said.LATER


async def test_nothing_is_decided_for_nobody() -> None:
    agency = Agency()
    await agency.is_late(90)
    assert agency.rows == []
    assert ("superseded", BA117) not in agency.journal


async def test_a_row_keeps_the_hash_of_an_address_and_not_the_address() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    assert agency.row.address_key == address_key("anna@example.com")


# Waiting, and what is left to staff


def acme(*segments: Segment, **differs: Any) -> Booking:  # noqa: ANN401 - any of its fields
    return booking(*segments, client="acme", **differs)


STAFF_FIRST = Manner(holding=Holding(policies=Policies({"acme": 15})))


async def test_a_clients_staff_come_first_and_then_it_is_told_as_it_stands() -> None:
    agency = Agency(manner=STAFF_FIRST)
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(acme())
    await agency.is_late(45)
    assert (agency.row.reason, agency.row.state) == (Reason.STAFF_FIRST, State.PENDING)
    await agency.delivers()
    assert agency.told == []
    for minutes in (50, 60):  # as it creeps, the first news still is the one that staff have had
        agency.clock.move(6 * MINUTE)
        await agency.is_late(minutes)
    await agency.delivers()
    agency.clock.move(3 * MINUTE)
    await agency.delivers()
    assert agency.told == ["later 15:35 not 14:35 (BA117)"]


async def test_the_first_look_at_a_cancellation_is_told_where_the_agency_wants_that() -> None:
    agency = Agency(manner=Manner(patience=timedelta()))
    await agency.at_rest(ON_BA117)
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    assert agency.told == ["cancelled 14:35 not 14:35 (BA117)"]


async def test_who_was_rebooked_hears_nothing_and_that_is_explained() -> None:
    agency = Agency()
    await agency.at_rest(booking(segment(status=SegmentStatus.REBOOKED)))
    await agency.is_late(60)
    assert agency.rows == []
    person = address_key("ABC123|anna@example.com")
    assert agency.silences.all[-1][2:] == (person, Reason.REBOOKED)


async def test_each_silence_has_its_reason() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(16)
    reasons = [(each.ordinal, each.reason) for each in agency.silences.all]
    assert reasons == [(1, Reason.NOT_MATERIAL), (2, Reason.NOT_MATERIAL)]


async def test_an_sms_alone_tells_a_short_delay_four_hours_before_departure() -> None:
    agency = Agency()
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(booking(email=None, phone=ANNAS_PHONE))
    await agency.is_late(30)
    assert agency.row.not_before == datetime.fromisoformat("2026-11-22T11:05:00Z")
    await agency.delivers()
    assert agency.told == []
    agency.clock.time = datetime.fromisoformat("2026-11-22T11:05:00Z")
    await agency.delivers()
    assert agency.told == ["later 15:05 not 14:35 (BA117)"]


async def test_who_has_read_it_by_email_does_not_hear_it_later_by_sms() -> None:
    agency = Agency()
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(30)
    assert [each.channel for each in agency.rows] == [Channel.EMAIL]


# Shadow mode


async def test_in_shadow_mode_what_would_have_been_told_is_told_once() -> None:
    agency = Agency(manner=Manner(shadow=True))
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.ledger.shadow(agency.row)
    await agency.is_late(46)
    await agency.is_late(60)
    assert [each.ordinal for each in agency.rows] == [2, 3]


async def test_what_was_told_in_the_shadow_alone_is_told_when_it_is_meant() -> None:
    agency = Agency(manner=Manner(shadow=True))
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.ledger.shadow(agency.row)
    agency.manner = USUAL
    agency.worker = Worker(agency, "live")
    await agency.is_late(60)
    await agency.delivers()
    assert agency.told == ["later 15:35 not 14:35 (BA117)"]


# A flight retimed over midnight


TOMORROW: dict[str, Any] = {"day": date(2026, 11, 23), "departs": "00:30", "arrives": "03:30"}


async def moved(agency: Agency) -> None:
    """Let the feed show BA117 of tomorrow instead of today's, and find that it is the same."""
    old, new = agency.flights.states[BA117], "BA117|2026-11-23|LHR|JFK"
    change = watch([old, agency.flights.states[new]], {BA117: (1,), new: (2, 3)}, agency.clock.now())
    await agency.flights.add_to_history(change)
    await agency.worker.decide.for_flights([new])


async def test_a_booking_follows_a_flight_over_midnight_from_the_time_it_had() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    await agency.shows(row(departs="22:15"))
    await agency.shows(row(**TOMORROW))
    await agency.shows(row(**TOMORROW))
    assert agency.rows == []
    await moved(agency)
    await agency.delivers()
    assert agency.told == ["later 00:30 not 22:15 (BA117)"]
    await agency.shows(row(**TOMORROW, delay=45))
    await agency.delivers()
    assert agency.told[1:] == ["later 01:15 not 00:30 (BA117)"]


async def test_what_was_told_of_the_old_flight_is_not_told_again_of_the_new_one() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    await agency.shows(row(departs="22:15"))
    await agency.shows(row(departs="22:15", delay=135))
    await agency.delivers()
    assert agency.told == ["later 00:30 not 22:15 (BA117)"]
    await agency.shows(row(**TOMORROW))
    await agency.shows(row(**TOMORROW))
    await moved(agency)
    await agency.delivers()
    assert len(agency.told) == 1


# Before an import


async def test_a_preview_shows_what_an_import_would_send_and_sends_nothing() -> None:
    agency = Agency()
    await agency.is_late(None)
    await agency.is_late(60)
    rows = await agency.worker.take_bookings.preview([ON_BA117, booking(email="ben@example.com")])
    assert [(each.flight, each.said) for each in rows] == [(BA117, Said.LATER)] * 2
    assert agency.rows == []
    assert await agency.bookings.everyone() == []


async def test_who_knows_already_is_not_in_the_preview() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(60)
    await agency.delivers()
    assert await agency.worker.take_bookings.preview([replace(ON_BA117, name="Anna")]) == []


# What one channel has heard and another not


async def test_an_sms_that_is_put_off_is_not_lost_to_news_that_changes_nothing_for_the_traveller() -> None:
    agency = Agency()
    agency.sms.outcomes = [Retry("busy")]
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    await agency.worker.deliver()
    assert len(agency.told) == 1
    await agency.shows(row(status="cancelled"), row("AA6143", operated_by="BA117", status="cancelled"))
    agency.wait(10 * MINUTE)
    await agency.delivers()
    assert [len(agency.email.texts), len(agency.sms.texts)] == [1, 1]


async def test_a_short_delay_that_was_told_by_email_is_not_told_again_by_sms_hours_later() -> None:
    agency = Agency()
    agency.clock.move(-5 * HOUR)
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(45)
    await agency.delivers()
    agency.clock.move(5 * HOUR)
    await agency.worker.decide.for_flights([BA117])
    await agency.delivers()
    assert [len(agency.email.texts), len(agency.sms.texts)] == [1, 0]


async def test_what_staff_hold_stays_held_as_the_delay_grows() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.ledger.hold(agency.row.id, True)
    await agency.is_late(75)
    await agency.delivers()
    assert agency.told == []
    (standing,) = [each for each in agency.rows if each.state is State.PENDING]
    assert standing.hold


async def test_staff_come_first_again_with_news_of_their_own() -> None:
    agency = Agency(manner=STAFF_FIRST)
    agency.clock.move(-6 * HOUR)
    await agency.at_rest(acme())
    await agency.is_late(45)
    await agency.is_late(None)
    await agency.is_late(None)
    agency.clock.move(2 * HOUR)
    await agency.is_late(90)
    await agency.delivers()
    assert agency.told == []


async def test_who_is_booked_after_departure_hears_nothing_of_the_flight_any_more() -> None:
    agency = Agency()
    await agency.is_late(None)
    agency.clock.move(3 * HOUR)
    await agency.shows(row(status="active", took_off="14:50"))
    for _ in range(2):
        await agency.shows(row(status="diverted", took_off="14:50"))
    await agency.books(ON_BA117)
    assert agency.rows == []
    assert agency.silences.all[-1].reason is Reason.DEPARTED


async def test_who_gave_no_route_where_the_number_means_two_flights_is_left_to_staff() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    onward = row("BA117", route="JFK-MAD", departs="19:00", arrives="2026-11-23T08:00")
    await agency.shows(row(), onward)
    assert {each.reason for each in agency.silences.all} == {Reason.AMBIGUOUS}


async def test_one_person_in_two_bookings_is_one_message_in_the_preview() -> None:
    agency = Agency()
    await agency.is_late(None)
    await agency.is_late(60)
    rows = await agency.worker.take_bookings.preview([ON_BA117, booking(reference="XYZ789")])
    assert len(rows) == 1
