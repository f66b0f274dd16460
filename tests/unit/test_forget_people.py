"""Forgetting a booking: nothing of it stays, and nobody else is told again because of it."""

from tests.support.agency import Agency
from tests.support.travellers import booking


async def forget(agency: Agency, reference: str) -> int:
    return await agency.worker.forget(reference)


async def test_nothing_of_a_forgotten_person_stays() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(60)
    await agency.delivers()
    assert await forget(agency, "ABC123") == 1
    assert await agency.bookings.everyone() == []
    assert {(each.booking, each.address_key, each.notice, each.message) for each in agency.rows} == {
        (None, None, None, None)
    }


async def test_who_is_in_another_booking_too_is_not_told_again() -> None:
    agency = Agency()
    await agency.books(booking(reference="XYZ789"))
    await agency.at_rest(booking())
    await agency.is_late(60)
    await agency.delivers()
    before = list(agency.told)
    await forget(agency, "ABC123")
    await agency.is_late(71)
    await agency.delivers()
    assert agency.told == before
    assert not any(each.notice and each.notice.name for each in agency.rows if each.booking is None)


async def test_a_reference_that_nobody_has_forgets_nobody() -> None:
    assert await forget(Agency(), "NOBODY") == 0
