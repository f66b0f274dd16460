"""Whether a claimed row is still true: judged anew, on the newest state, just before it is sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.alerting import Reason, Said
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.changes import Change
from flightagents.domain.notifications import Notification, State
from flightagents.handlers.recheck import Send, SetAside, Verdict, Wait
from tests.support.agency import Agency
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

ON_BA117 = booking()
NOT_BOOKED = SetAside(State.SUPPRESSED, Reason.NOT_BOOKED)
SUPERSEDED = SetAside(State.SUPERSEDED, Reason.SUPERSEDED)


async def a_claimed_delay(
    agency: Agency, minutes: int = 45, traveller: Booking = ON_BA117, channel: Channel = Channel.EMAIL
) -> Notification:
    """Give the row of a delay, as a sender has it in its hand."""
    await agency.at_rest(traveller)
    await agency.is_late(minutes)
    claimed = await agency.ledger.claim("worker-1", list(Channel), agency.clock.now(), 50)
    return next(each for each in claimed if each.channel is channel)


async def looked_at_again(agency: Agency, claimed: Notification) -> Verdict:
    return await agency.worker.recheck(claimed)


async def moves_on(agency: Agency, **shown: Any) -> Sequence[Change]:  # noqa: ANN401 - as `row`
    """Let the flight's state move on before anybody has decided on it."""
    changes = agency.looks(row(**shown))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    return changes


async def test_what_is_still_true_is_sent_to_the_address_of_the_booking() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    assert claimed.notice is not None
    assert await looked_at_again(agency, claimed) == Send(ANNA, claimed.notice)


async def test_it_says_what_holds_now_also_where_that_is_newer_than_the_row() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency, 45)
    await moves_on(agency, delay=130)
    verdict = await looked_at_again(agency, claimed)
    assert isinstance(verdict, Send)
    assert verdict.notice.new == NOON + timedelta(hours=4, minutes=45)


async def test_what_is_true_no_more_is_not_sent() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await moves_on(agency, delay=0)
    assert await looked_at_again(agency, claimed) == SetAside(State.SUPPRESSED, Reason.NOT_MATERIAL)


async def test_what_would_be_said_in_other_words_now_is_decided_anew() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await moves_on(agency, status="cancelled")
    await moves_on(agency, status="cancelled")
    assert await looked_at_again(agency, claimed) == SUPERSEDED


async def test_newer_news_to_the_same_address_wins() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await agency.ledger.add([replace(claimed, id="newer", ordinal=9, state=State.PENDING)])
    assert await looked_at_again(agency, claimed) == SUPERSEDED


async def test_newer_news_that_was_refused_is_no_reason_to_be_silent() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await agency.ledger.add([replace(claimed, id="newer", ordinal=9, state=State.FAILED)])
    assert isinstance(await looked_at_again(agency, claimed), Send)


async def test_it_waits_while_older_news_is_on_its_way_to_the_same_address() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await agency.ledger.add([replace(claimed, id="older", ordinal=1, state=State.SENDING)])
    assert await looked_at_again(agency, claimed) == Wait()


async def test_older_news_that_has_arrived_counts_as_told() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await agency.ledger.add([replace(claimed, id="older", ordinal=1, state=State.ACCEPTED)])
    assert await looked_at_again(agency, claimed) == SetAside(State.SUPPRESSED, Reason.NOT_MATERIAL)


async def test_news_to_another_address_of_the_person_counts_too() -> None:
    agency = Agency()
    traveller = booking(phone=ANNAS_PHONE)
    claimed = await a_claimed_delay(agency, 90, traveller, Channel.SMS)
    (email,) = [each for each in agency.rows if each.channel is Channel.EMAIL]
    await agency.ledger.add([replace(email, id="older", ordinal=1, state=State.ACCEPTED)])
    assert await looked_at_again(agency, claimed) == SetAside(State.SUPPRESSED, Reason.NOT_MATERIAL)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (None, NOT_BOOKED),
        (booking(segment("BA118")), NOT_BOOKED),
        (booking(consents={}), SetAside(State.SUPPRESSED, Reason.NO_CONSENT)),
        (booking(channels=(Channel.SMS,)), SetAside(State.SUPPRESSED, Reason.NOT_WANTED)),
        (replace(booking(email="new@example.com"), id=ON_BA117.id), NOT_BOOKED),
    ],
    ids=["forgotten", "another flight", "consent withdrawn", "channel no more wanted", "another address"],
)
async def test_a_booking_that_has_changed_is_looked_at_again(now: Booking | None, verdict: Verdict) -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await agency.bookings.forget([ON_BA117.id])
    if now is not None:
        await agency.bookings.save([now])
    assert await looked_at_again(agency, claimed) == verdict


async def test_a_row_that_was_erased_goes_to_nobody() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    assert await looked_at_again(agency, replace(claimed, booking=None, address_key=None)) == NOT_BOOKED


async def test_two_hours_after_the_expected_departure_it_is_too_late() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    agency.clock.time = claimed.expires_at
    assert isinstance(await looked_at_again(agency, claimed), Send)
    agency.clock.move(MINUTE)
    assert await looked_at_again(agency, claimed) == SetAside(State.EXPIRED, Reason.EXPIRED)


async def test_after_take_off_a_delay_is_not_sent_any_more() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await moves_on(agency, delay=45, took_off="15:20", status="active")
    assert await looked_at_again(agency, claimed) == SetAside(State.SUPPRESSED, Reason.DEPARTED)


async def test_a_cancellation_waits_until_it_was_patient_enough() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.shows(row(status="cancelled"))
    assert agency.row.said is Said.CANCELLED
    assert agency.row.not_before == agency.clock.now() + 10 * MINUTE
    assert await looked_at_again(agency, agency.row) == Wait()
    agency.clock.move(10 * MINUTE)
    assert isinstance(await looked_at_again(agency, agency.row), Send)


async def test_a_cancellation_that_was_withdrawn_meanwhile_is_not_sent() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.shows(row(status="cancelled"))
    claimed = agency.row
    await moves_on(agency)
    agency.clock.move(10 * MINUTE)
    assert await looked_at_again(agency, claimed) == SetAside(State.SUPPRESSED, Reason.NOT_MATERIAL)
