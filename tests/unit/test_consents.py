"""Consent taken back holds against every later import, and staff hear of it once."""

from dataclasses import replace
from datetime import timedelta

from flightagents.domain.bookings import Booking, Channel, Consent
from flightagents.domain.tasks import TaskKind
from tests.support.agency import Agency, address_key
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import NOON
from tests.support.travellers import booking
from tests.support.website import Website

NEW_YES = Consent(source="import:later.csv", at=NOON + timedelta(days=1))
BOTH = booking(phone=ANNAS_PHONE)


async def site_with(*bookings: Booking) -> Website:
    agency = Agency()
    await agency.books(*bookings)
    return Website(agency)


async def one(site: Website, id_: str) -> Booking:
    return (await site.agency.bookings.get([id_]))[id_]


async def test_a_later_import_does_not_bring_consent_back() -> None:
    site = await site_with(BOTH)
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    again = replace(BOTH, name="Anna M.", consents={Channel.EMAIL: NEW_YES, Channel.SMS: NEW_YES})
    await site.agency.books(again)
    found = await one(site, BOTH.id)
    assert not found.allows(Channel.EMAIL)
    assert found.allows(Channel.SMS)


async def test_another_booking_of_the_address_comes_in_without_consent_and_tells_nobody() -> None:
    site = await site_with(BOTH)
    agency = site.agency
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    await agency.is_late(None)
    await agency.is_late(90)
    new = booking(reference="NEW001")
    await agency.books(new)
    found = await one(site, new.id)
    assert found.consents[Channel.EMAIL].revoked_by == "link"
    assert found.consents[Channel.EMAIL].revoked_at == NOON
    await agency.delivers()
    assert agency.email.texts == []


async def test_a_preview_of_an_import_sees_the_opt_out_too() -> None:
    site = await site_with(BOTH)
    agency = site.agency
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    await agency.is_late(None)
    await agency.is_late(90)
    assert await agency.worker.take_bookings.preview([booking(reference="NEW001")]) == []
    (told,) = await agency.worker.take_bookings.preview(
        [booking(reference="NEW002", email="ben@example.com")]
    )
    assert told.booking == "NEW002|ben@example.com"


async def test_an_importer_that_died_before_it_looked_for_opt_outs_does_no_harm() -> None:
    site = await site_with(BOTH)
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    new = booking(reference="NEW001")
    await site.agency.bookings.save([new])
    await site.agency.worker.take_bookings.catch_up()
    assert not (await one(site, new.id)).allows(Channel.EMAIL)


async def test_withdrawing_twice_is_withdrawing_once() -> None:
    site = await site_with(BOTH)
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    before = await one(site, BOTH.id), site.agency.tasks.all
    site.agency.clock.move(timedelta(hours=1))
    await site.withdraw(Channel.EMAIL, ANNA, "one-click")
    assert (await one(site, BOTH.id), site.agency.tasks.all) == before


async def test_whoever_stops_again_is_a_task_again() -> None:
    site = await site_with(BOTH)
    for _ in range(2):
        await site.withdraw(Channel.EMAIL, ANNA, "link")
        await site.give(Channel.EMAIL, ANNA, "link")
        site.agency.clock.move(timedelta(hours=1))
    assert len(site.agency.tasks.of_kind(TaskKind.CONSENT_WITHDRAWN)) == 2


async def test_staff_are_told_what_is_left() -> None:
    site = await site_with(BOTH)
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    await site.withdraw(Channel.SMS, ANNAS_PHONE, "sms:STOP")
    email, sms = site.agency.tasks.all
    assert email.summary == "Wants no more emails. Only SMS is left."
    assert sms.summary == "Wants no more SMS. Nothing reaches them any more: call when the flight changes."
    assert email.id != sms.id


async def test_forgetting_people_leaves_the_opt_out_which_names_nobody() -> None:
    site = await site_with(BOTH)
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    await site.agency.worker.forget("ABC123")
    await site.agency.books(booking(reference="NEW001"))
    (found,) = await site.agency.bookings.everyone()
    assert not found.allows(Channel.EMAIL)
    (kept,) = await site.agency.opt_outs.of([address_key(ANNA)])
    assert kept.how == "link"


async def test_a_consent_that_was_taken_back_before_keeps_its_own_time() -> None:
    earlier = Consent(
        source="import:test.csv", at=NOON, revoked_at=NOON - timedelta(days=9), revoked_by="phone"
    )
    site = await site_with(replace(BOTH, consents={Channel.EMAIL: earlier}))
    await site.withdraw(Channel.EMAIL, ANNA, "link")
    assert (await one(site, BOTH.id)).consents[Channel.EMAIL] == earlier
