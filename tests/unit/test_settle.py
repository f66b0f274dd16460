"""A row that ended untold: its person is decided on again, once."""

from flightagents.domain.delivery import Rejected
from flightagents.domain.notifications import State
from tests.support.agency import BA117, Agency, Worker
from tests.support.messages import ANNAS_PHONE
from tests.support.travellers import booking

ON_BA117 = booking()


async def test_what_ended_untold_is_settled_once_it_was_decided_on() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Rejected("550")]
    await agency.worker.deliver()
    assert [each.id for each in await agency.ledger.unsettled()] == [agency.row.id]
    agency.journal.clear()
    await agency.worker.settle()
    assert ("superseded", BA117) in agency.journal
    assert await agency.ledger.unsettled() == []


async def test_what_was_told_needs_no_decision() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    await agency.worker.deliver()
    agency.journal.clear()
    await agency.worker.settle()
    assert agency.journal == []


async def test_a_refused_row_is_not_written_again() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Rejected("550")]
    await agency.delivers()
    assert agency.states == [State.FAILED]


async def test_a_refused_email_leaves_the_sms_as_it_is() -> None:
    agency = Agency()
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    await agency.is_late(90)
    agency.email.outcomes = [Rejected("550")]
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"]
    assert sorted(agency.states) == [State.ACCEPTED, State.FAILED]


async def test_whoever_shares_the_address_of_a_cancelled_booking_is_told_instead() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.bookings.cancel("ABC123")
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]
    assert agency.row.booking == "XYZ789|anna@example.com"


async def test_what_a_dead_worker_left_unsettled_another_one_settles() -> None:
    agency = Agency()
    await agency.books(ON_BA117, booking(reference="XYZ789"))
    await agency.is_late(None)
    await agency.is_late(45)
    await agency.bookings.cancel("ABC123")
    await agency.worker.deliver()  # and dies
    other = Worker(agency, "worker-2")
    await other.settle()
    await agency.delivers(other)
    assert agency.told == ["later 15:20 not 14:35 (BA117)"]
