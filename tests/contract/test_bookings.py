"""What `Bookings` promises, held by the fake and by MongoDB."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel, Consent, Segment, SegmentStatus, Ticket
from flightagents.store.addresses import AddressKeys, secret
from flightagents.store.bookings import MongoBookings, numbers_flown, segments_flown
from tests.support.desk import FakeBookings
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.plans import plan_of
from tests.support.rows import DAY, MINUTE, NOON
from tests.support.travellers import CONSENT, booking, segment

Database = AsyncIOMotorDatabase[dict[str, Any]]
Shelf = FakeBookings | MongoBookings
BA117 = ("BA117", "2026-11-22")


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def bookings(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        return FakeBookings()
    return MongoBookings(request.getfixturevalue("database"))


async def test_a_booking_comes_back_as_it_was_saved(bookings: Shelf) -> None:
    ticketed = datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
    wanted = booking(
        segment(ticketed=ticketed), segment("BA118", status=SegmentStatus.REBOOKED), name="Anna Müller"
    )
    await bookings.save([wanted])
    await bookings.save([])
    assert await bookings.get([wanted.id, "unknown"]) == {wanted.id: wanted}
    assert await bookings.everyone() == [wanted]


async def test_numbers_that_somebody_flies_on_some_days_are_told(bookings: Shelf) -> None:
    tomorrow = date(2026, 11, 23)
    await bookings.save([booking(segment("BA117"), segment("BA118", flight_date=tomorrow))])
    assert await bookings.numbers_flown(["BA117", "BA118", "IB1"], [DAY]) == {"BA117"}
    assert await bookings.numbers_flown(["BA118", "IB1"], [DAY, tomorrow]) == {"BA118"}
    assert await bookings.numbers_flown([], [DAY]) == set()


async def test_a_later_booking_of_the_same_id_replaces_the_earlier_one(bookings: Shelf) -> None:
    await bookings.save([booking(name="Anna"), booking(name="Anna Müller")])
    assert [each.name for each in await bookings.everyone()] == ["Anna Müller"]


async def test_bookings_are_found_by_number_and_date_together(bookings: Shelf) -> None:
    tomorrow = date(2026, 11, 23)
    anna = booking(segment("BA117"), segment("BA118", flight_date=tomorrow))
    ben = booking(segment("BA118"), reference="XYZ789")
    await bookings.save([anna, ben])

    async def found(*numbers: tuple[str, str]) -> set[str]:
        return {each.id for each in await bookings.on(numbers)}

    assert await found(BA117) == {anna.id}
    assert await found(("BA117", "2026-11-23")) == set()
    assert await found(("BA118", "2026-11-22")) == {ben.id}
    assert await found(BA117, ("BA118", "2026-11-22"), ("BA118", "2026-11-23")) == {anna.id, ben.id}
    assert await found() == set()


async def test_confirmed_segments_of_some_days_are_given_once_however_many_fly_them(bookings: Shelf) -> None:
    tomorrow, later = date(2026, 11, 23), date(2026, 11, 25)
    gone = segment("BA9", flight_date=tomorrow, status=SegmentStatus.CANCELLED)
    routed = segment(flight_date=tomorrow, departure="LHR", arrival="JFK")
    anna = booking(segment(flight_date=tomorrow), segment(flight_date=later))
    ben = booking(segment(flight_date=tomorrow), gone, reference="XYZ789")
    await bookings.save([anna, ben, booking(routed, reference="ROUTED")])
    today = date(2026, 11, 22)
    found = await bookings.segments_flown(today, tomorrow)
    assert len(found) == 2
    assert set(found) == {segment(flight_date=tomorrow), routed}
    assert await bookings.segments_flown(later, later) == [segment(flight_date=later)]
    assert await bookings.segments_flown(today, today) == []
    assert sorted(await bookings.flown_by(today, tomorrow), key=lambda each: each[1]) == [
        (routed, 1),
        (segment(flight_date=tomorrow), 2),
    ]
    assert await bookings.flown_by(today, today) == []


async def test_tickets_of_numbers_name_their_bookings_in_order(bookings: Shelf) -> None:
    tomorrow = date(2026, 11, 23)
    ticketed = segment(ticketed=datetime(2026, 11, 22, 14, 35))  # noqa: DTZ001 - a ticket shows the wall clock
    anna = booking(segment("BA117", flight_date=tomorrow), segment())
    ben = booking(segment("BA118"), ticketed, reference="BEN111", email="ben@example.com")
    gone = booking(segment(status=SegmentStatus.CANCELLED), reference="GONE11")
    await bookings.save([ben, gone, anna])
    assert await bookings.tickets([BA117, ("BA118", "2026-11-23")]) == [
        Ticket(anna.id, "ABC123", segment()),
        Ticket(ben.id, "BEN111", ticketed),
    ]
    assert await bookings.tickets([]) == []


async def test_a_saved_booking_is_undecided_until_somebody_has_decided(bookings: Shelf) -> None:
    anna, ben = booking(), booking(reference="XYZ789")
    await bookings.save([anna, ben])
    await bookings.mark_decided([anna.id])
    assert [each.id for each in await bookings.undecided()] == [ben.id]
    await bookings.save([anna])
    assert {each.id for each in await bookings.undecided()} == {anna.id, ben.id}


async def test_a_booking_takes_the_place_of_what_somebody_has_seen_of_it(bookings: Shelf) -> None:
    anna = booking()
    assert await bookings.replace(None, anna)
    assert await bookings.replace(None, anna), "the same again, as after an answer that was lost"
    await bookings.mark_decided([anna.id])
    named = replace(anna, name="Anna M.")
    assert await bookings.replace(anna, named)
    assert await bookings.everyone() == [named]
    assert [each.id for each in await bookings.undecided()] == [anna.id]


async def test_what_somebody_else_has_written_meanwhile_is_not_overwritten(bookings: Shelf) -> None:
    anna = booking()
    await bookings.save([anna])
    await bookings.revoke(Channel.EMAIL, ANNA, NOON, "link")
    (standing,) = await bookings.everyone()
    assert not await bookings.replace(anna, replace(anna, name="Anna M."))
    assert not await bookings.replace(None, replace(anna, name="Anna M."))
    assert await bookings.everyone() == [standing]
    assert await bookings.replace(standing, replace(standing, name="Anna M."))


async def test_what_is_forgotten_meanwhile_does_not_come_back(bookings: Shelf) -> None:
    anna = booking()
    await bookings.save([anna])
    await bookings.forget([anna.id])
    assert not await bookings.replace(anna, replace(anna, name="Anna M."))
    assert await bookings.everyone() == []


async def _statuses(bookings: Shelf) -> dict[str, set[SegmentStatus]]:
    return {each.id: {segment.status for segment in each.segments} for each in await bookings.everyone()}


async def test_forgotten_bookings_are_gone(bookings: Shelf) -> None:
    anna, other = booking(), booking(reference="XYZ789")
    await bookings.save([anna, other])
    assert await bookings.of("ABC123") == [anna]
    await bookings.forget([anna.id])
    assert await bookings.everyone() == [other]
    assert await bookings.of("ABC123") == []
    assert [each.id for each in await bookings.undecided()] == [other.id]


async def test_bookings_are_found_by_either_address(bookings: Shelf) -> None:
    anna, ben = booking(phone=ANNAS_PHONE), booking(email="ben@example.com", phone=ANNAS_PHONE)
    carl = booking(email="carl@example.com")
    await bookings.save([anna, ben, carl])
    assert {each.id for each in await bookings.at([ANNAS_PHONE])} == {anna.id, ben.id}
    assert {each.id for each in await bookings.at([ANNA, "carl@example.com"])} == {anna.id, carl.id}
    assert await bookings.at([]) == []


async def test_revoking_takes_back_the_consent_of_an_address_in_every_booking(bookings: Shelf) -> None:
    anna, again = booking(phone=ANNAS_PHONE), booking(reference="XYZ789")
    by_sms = booking(reference="SMS001", email=None, phone=ANNAS_PHONE)
    never = booking(reference="NEVER1", consents={})
    ben = booking(email="ben@example.com")
    await bookings.save([anna, again, by_sms, never, ben])
    await bookings.mark_decided([each.id for each in (anna, again, by_sms, never, ben)])
    await bookings.revoke(Channel.EMAIL, ANNA, NOON, "link")
    await bookings.revoke(Channel.EMAIL, ANNA, NOON + MINUTE, "one-click")
    found = await bookings.get([each.id for each in (anna, again, by_sms, never, ben)])
    taken_back = replace(CONSENT, revoked_at=NOON, revoked_by="link")
    assert found[anna.id].consents == {Channel.EMAIL: taken_back, Channel.SMS: CONSENT}
    assert found[again.id].consents == {Channel.EMAIL: taken_back}
    assert [found[each.id] for each in (by_sms, never, ben)] == [by_sms, never, ben]
    assert await bookings.undecided() == []


async def test_consent_given_anew_is_decided_on_again(bookings: Shelf) -> None:
    anna, never = booking(phone=ANNAS_PHONE), booking(reference="NEVER1", phone=ANNAS_PHONE, consents={})
    ben = booking(email="ben@example.com")
    await bookings.save([anna, never, ben])
    await bookings.mark_decided([each.id for each in (anna, never, ben)])
    await bookings.revoke(Channel.SMS, ANNAS_PHONE, NOON, "sms:STOP")
    given = Consent(source="sms:START", at=NOON + MINUTE)
    await bookings.give(Channel.SMS, ANNAS_PHONE, given)
    found = await bookings.get([anna.id, never.id])
    assert found[anna.id].consents == {Channel.EMAIL: CONSENT, Channel.SMS: given}
    assert found[never.id].consents == {Channel.SMS: given}
    assert {each.id for each in await bookings.undecided()} == {anna.id, never.id}


async def test_a_segment_keeps_its_place(bookings: Shelf) -> None:
    segments: tuple[Segment, ...] = tuple(segment(f"BA{number}") for number in (9, 1, 5))
    wanted = replace(booking(), segments=segments)
    await bookings.save([wanted])
    assert (await bookings.get([wanted.id]))[wanted.id].segments == segments


# MongoDB alone


@pytest.mark.mongodb
async def test_a_booking_of_an_older_version_is_replaced_too(database: Database) -> None:
    bookings, anna = MongoBookings(database), booking()
    await bookings.save([anna])
    await database["bookings"].update_one({"_id": anna.id}, {"$unset": {"client": "", "vip": ""}})
    assert await bookings.replace(anna, replace(anna, name="Anna M."))
    assert [each.name for each in await bookings.everyone()] == ["Anna M."]


# Keyed hashes of addresses


@pytest.mark.mongodb
async def test_those_who_fly_on_some_days_are_found_without_looking_at_everyone(database: Database) -> None:
    bookings = MongoBookings(database)
    await bookings.prepare()
    others = [booking(segment(flight_date=DAY + timedelta(days=9)), reference=f"R{n}") for n in range(50)]
    await bookings.save([booking(), *others])
    aggregate = {"aggregate": "bookings", "pipeline": segments_flown(DAY, DAY), "cursor": {}}
    plan = await plan_of(database["bookings"], aggregate)
    assert plan.scans_an_index
    assert plan.documents == 1


@pytest.mark.mongodb
async def test_numbers_that_somebody_flies_are_found_without_looking_at_everyone(database: Database) -> None:
    bookings = MongoBookings(database)
    await bookings.prepare()
    others = [booking(segment(f"IB{each}"), reference=f"R{each}") for each in range(200)]
    await bookings.save([booking(), *others])
    aggregate = {"aggregate": "bookings", "pipeline": numbers_flown(["BA117"], [DAY]), "cursor": {}}
    plan = await plan_of(database["bookings"], aggregate)
    assert plan.scans_an_index
    assert plan.documents == 1


@pytest.mark.mongodb
async def test_the_same_address_gives_the_same_key_whoever_asks(database: Database) -> None:
    keys, again = AddressKeys(await secret(database, "k")), AddressKeys(await secret(database, "k"))
    assert keys("Anna@Example.com ") == again("anna@example.com")
    assert keys("anna@example.com") != keys("ben@example.com")
    assert "anna" not in keys("anna@example.com")


@pytest.mark.mongodb
async def test_another_database_has_other_keys(database: Database) -> None:
    elsewhere = AddressKeys(b"another key")
    assert AddressKeys(await secret(database, "k"))("anna@example.com") != elsewhere("anna@example.com")


@pytest.mark.mongodb
async def test_a_booking_that_cannot_be_read_is_told_by_its_reference_alone(database: Database) -> None:
    bookings = MongoBookings(database)
    anna, other = booking(), booking(reference="OTHER1", email="carl@example.com")
    await bookings.save([anna, other])
    broken = {"designator": "BA117", "flight_date": DAY.isoformat(), "status": "confirmed"}
    segments = [{**broken, "departure": ["carl@example.com"]}]
    await database["bookings"].update_one({"_id": other.id}, {"$set": {"segments": segments}})
    with structlog.testing.capture_logs() as lines:
        assert await bookings.everyone() == [anna]
        assert await bookings.on([BA117]) == [anna]
        assert [each.booking for each in await bookings.tickets([BA117])] == [anna.id]
        assert await bookings.segments_flown(DAY, DAY) == [segment()]
    assert {line["document"] for line in lines} == {"OTHER1", "BA117"}
    assert "carl" not in str(lines)
