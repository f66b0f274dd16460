"""Importing bookings: what has changed is decided on at once, what has not tells nobody anything."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.bookings import Channel, Consent, Match, SegmentStatus
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from tests.support.agency import Agency, Worker
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import NOON, row
from tests.support.travellers import CONSENT, booking, segment

ON_BA117 = booking()
LATER_CONSENT = Consent(source="import:later.csv", at=NOON + timedelta(days=1))


async def test_whoever_books_a_late_flight_is_told_how_it_stands_once() -> None:
    agency = Agency()
    for minutes in (None, 45, 90):
        await agency.is_late(minutes)
    await agency.books(ON_BA117)
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"]


async def test_an_unchanged_import_tells_nobody_anything() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(90)
    await agency.delivers()
    agency.journal.clear()
    await agency.books(replace(ON_BA117, consents={Channel.EMAIL: LATER_CONSENT}))
    assert ("superseded", "BA117|2026-11-22|LHR|JFK") not in agency.journal
    await agency.delivers()
    assert len(agency.told) == 1


async def test_a_flight_that_has_left_is_not_told_any_more() -> None:
    agency = Agency()
    await agency.is_late(None)
    await agency.shows(row(delay=90, took_off="16:05", status="active"))
    await agency.books(ON_BA117)
    assert agency.rows == []


async def test_a_booking_of_a_cancelled_flight_is_told_so() -> None:
    agency = Agency()
    await agency.is_late(None)
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    await agency.books(ON_BA117)
    await agency.delivers()
    assert [text.split()[0] for text in agency.told] == ["cancelled"]


async def test_a_flight_that_is_not_in_the_feed_yet_waits_for_it() -> None:
    agency = Agency()
    (answer,) = await agency.books(ON_BA117)
    assert answer.match is Match.NOT_YET
    await agency.is_late(90)
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"]


async def test_the_answer_says_of_each_segment_what_the_feed_knows() -> None:
    agency = Agency()
    onward = row("BA117", route="JFK-MAD", departs="19:00", arrives="2026-11-23T08:00")
    await agency.shows(row(), onward, row("BA118"))
    answers = await agency.books(
        booking(segment(), segment(departure="LHR", arrival="JFK"), segment("BA118"), segment("BA9"))
    )
    assert [(each.reference, each.segment.designator, each.match) for each in answers] == [
        ("ABC123", "BA117", Match.AMBIGUOUS),
        ("ABC123", "BA117", Match.SEEN),
        ("ABC123", "BA118", Match.SEEN),
        ("ABC123", "BA9", Match.NOT_YET),
    ]


# A later line of the same key


async def test_of_two_lines_of_one_key_the_later_counts() -> None:
    agency = Agency()
    await agency.books(booking(segment("BA1")), booking(segment("BA2"), name="Anna M."))
    (kept,) = await agency.bookings.everyone()
    assert (kept.name, [each.designator for each in kept.segments]) == ("Anna M.", ["BA2"])


async def test_segments_that_are_gone_are_cancelled_and_tell_nobody() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    answers = await agency.books(booking(segment("BA118")))
    assert [each.segment.designator for each in answers] == ["BA118"]
    (kept,) = await agency.bookings.everyone()
    assert [(each.designator, each.status) for each in kept.segments] == [
        ("BA118", SegmentStatus.CONFIRMED),
        ("BA117", SegmentStatus.CANCELLED),
    ]
    await agency.is_late(90)
    assert agency.rows == []


async def test_a_segment_that_comes_back_is_confirmed_again() -> None:
    agency = Agency()
    for flight in ("BA117", "BA118", "BA117"):
        await agency.books(booking(segment(flight)))
    (kept,) = await agency.bookings.everyone()
    confirmed = [each.designator for each in kept.segments if each.status is SegmentStatus.CONFIRMED]
    assert confirmed == ["BA117"]
    assert len(kept.segments) == 2


async def test_another_ticketed_time_replaces_the_segments_and_is_measured_from() -> None:
    agency = Agency()
    await agency.at_rest(booking(segment(ticketed=NOON.replace(hour=14, minute=35, tzinfo=None))))
    await agency.delivers()
    await agency.books(booking(segment(ticketed=NOON.replace(hour=14, minute=5, tzinfo=None))))
    await agency.delivers()
    assert agency.told == ["later 14:35 not 14:05 (BA117)"]


async def test_people_who_are_missing_from_a_file_stay() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.books(booking(reference="XYZ789"))
    assert len(await agency.bookings.everyone()) == 2


async def test_a_consent_keeps_the_time_at_which_it_was_first_given() -> None:
    agency = Agency()
    await agency.books(ON_BA117)
    await agency.books(replace(ON_BA117, name="Anna M.", consents={Channel.EMAIL: LATER_CONSENT}))
    (kept,) = await agency.bookings.everyone()
    assert kept.consents == {Channel.EMAIL: CONSENT}


async def test_a_consent_for_another_number_is_a_new_one() -> None:
    agency = Agency()
    await agency.books(booking(phone=ANNAS_PHONE))
    both = {Channel.EMAIL: LATER_CONSENT, Channel.SMS: LATER_CONSENT}
    await agency.books(booking(phone="+12025550123", consents=both))
    (kept,) = await agency.bookings.everyone()
    assert kept.consents == {Channel.EMAIL: CONSENT, Channel.SMS: LATER_CONSENT}


async def test_a_consent_that_is_missing_now_is_withdrawn_before_the_next_message() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.books(replace(ON_BA117, consents={}))
    await agency.delivers()
    assert agency.told == []
    assert (agency.row.state, agency.row.reason) == (State.SUPPRESSED, Reason.NO_CONSENT)


async def test_another_number_gets_what_the_old_one_did_not() -> None:
    agency = Agency()
    await agency.at_rest(booking(email=None, phone=ANNAS_PHONE, id="ABC123|anna"))
    await agency.is_late(90)
    await agency.books(booking(email=None, phone="+12025550123", id="ABC123|anna"))
    await agency.delivers()
    assert [envelope.address for envelope in agency.sms.arrived] == ["+12025550123"]


# An importer that dies


@pytest.mark.parametrize("who", ["the next import", "the leader"])
async def test_what_an_importer_stored_before_it_died_is_decided_on(who: str) -> None:
    agency = Agency()
    await agency.is_late(90)
    await agency.bookings.save([ON_BA117])  # and dies
    assert agency.rows == []
    other = Worker(agency, "worker-2")
    if who == "the leader":
        await other.take_bookings.catch_up()
    else:
        await other.take_bookings([replace(ON_BA117, name="Anna M.")])
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"]
    assert await agency.bookings.undecided() == []


async def test_there_is_nothing_to_catch_up_with_after_an_import() -> None:
    agency = Agency()
    await agency.is_late(90)
    await agency.books(ON_BA117)
    agency.journal.clear()
    await agency.worker.take_bookings.catch_up()
    assert agency.journal == []


async def test_importing_nothing_does_nothing() -> None:
    agency = Agency()
    assert await agency.books() == []


# Forgetting


async def test_a_forgotten_person_is_gone_from_bookings_and_ledger() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.delivers()
    assert await agency.worker.forget("ABC123") == 1
    assert await agency.bookings.everyone() == []
    assert (agency.row.booking, agency.row.message, agency.row.notice, agency.row.address_key) == (None,) * 4
    assert await agency.worker.forget("ABC123") == 0


async def test_whoever_is_in_another_booking_too_is_not_told_again() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.delivers()
    await agency.worker.forget("ABC123")
    await agency.is_late(50)
    await agency.delivers()
    assert len(agency.told) == 1


async def test_forgetting_while_a_message_waits_leaves_it_to_whoever_shares_the_address() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.worker.forget("ABC123")
    await agency.worker.settle()
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]
    assert agency.row.booking == "XYZ789|anna@example.com"
