"""Staff send a traveller's news by another channel, or once more: one message, or a named reason why not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.delivery import Outcome, Rejected, Uncertain
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import TaskKind
from flightagents.handlers.resend import NOT_AGAIN_WITHIN, WORDS, Resending, Resent
from tests.support.agency import BA117, Agency
from tests.support.connecting import TO_MADRID, about_connections, is_late, onward
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import row
from tests.support.travellers import CONSENT, booking

HOUR = timedelta(hours=1)
BOTH = booking(phone=ANNAS_PHONE)
EMAIL_45, SMS_45 = "later 15:20 not 14:35 (BA117)", "later 15:20 not 14:35 (BA117)"


async def told(who: Booking = BOTH, minutes: int = 45, *, email: Outcome | None = None) -> Agency:
    """Anna is told of a delay by email at 08:00: too short a one for an SMS, so early."""
    agency = Agency()
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(who)
    if email is not None:
        agency.email.outcomes = [email]
    await agency.is_late(minutes)
    await agency.worker.deliver()
    return agency


def first(agency: Agency, channel: Channel = Channel.EMAIL) -> Notification:
    return next(each for each in agency.rows if each.channel is channel)


async def resent(
    agency: Agency, channel: Channel = Channel.SMS, *, again: bool = False, which: Notification | None = None
) -> Resending:
    key = (which or first(agency)).id
    return (await agency.worker.resend.message(key, channel, again=again)).end


# By another channel


async def test_what_was_told_by_email_is_told_by_sms_when_staff_ask_for_it() -> None:
    agency = await told()
    assert await resent(agency) is Resending.WRITTEN
    await agency.delivers()
    assert agency.told == [EMAIL_45, SMS_45]
    sms, email = first(agency, Channel.SMS), first(agency)
    assert (sms.reason, sms.fallback_of, sms.state) == (Reason.RESENT, email.id, State.ACCEPTED)


async def test_asking_twice_makes_one_message() -> None:
    agency = await told()
    assert await resent(agency) is Resending.WRITTEN
    assert await resent(agency) is Resending.WAITS
    await agency.delivers()
    assert await resent(agency) is Resending.TOLD
    assert agency.sms.texts == [SMS_45]


async def test_it_is_the_row_that_a_decision_would_write_so_that_none_says_it_twice() -> None:
    agency = await told()
    await resent(agency)
    await agency.delivers()
    agency.clock.move(4 * HOUR)
    await agency.is_late(46)
    await agency.delivers()
    assert agency.sms.texts == [SMS_45]


async def test_it_says_how_the_flight_stands_now() -> None:
    agency = await told()
    await agency.is_late(55)
    assert await resent(agency) is Resending.WRITTEN
    await agency.delivers()
    assert agency.sms.texts == ["later 15:30 not 14:35 (BA117)"]


async def test_pointing_at_old_news_sends_the_newest() -> None:
    agency = await told()
    old = first(agency)
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    await agency.worker.deliver()
    agency.wait(NOT_AGAIN_WITHIN)
    assert await resent(agency, Channel.EMAIL, which=old, again=True) is Resending.WRITTEN
    await agency.delivers()
    assert [text.split()[0] for text in agency.email.texts] == ["later", "cancelled", "cancelled"]


async def test_a_connection_is_told_by_another_channel_too() -> None:
    agency = Agency()
    silent = replace(TO_MADRID, consents={Channel.EMAIL: CONSENT}, channels=(Channel.EMAIL, Channel.SMS))
    await agency.books(silent)
    await agency.shows(row(), onward())
    await is_late(agency, 60)
    await agency.delivers()
    (risk,) = [each for each in about_connections(agency) if each.channel is Channel.EMAIL]
    assert await resent(agency, which=risk) is Resending.NO_CONSENT
    await agency.bookings.save([replace(silent, consents=dict.fromkeys(Channel, CONSENT))])
    assert await resent(agency, which=risk) is Resending.WRITTEN
    assert await resent(agency, which=risk) is Resending.WAITS
    before = len(agency.sms.arrived)
    await agency.worker.deliver()
    assert len(agency.sms.arrived) == before + 1


async def test_if_it_fails_there_too_staff_are_to_call() -> None:
    agency = await told()
    await resent(agency)
    agency.sms.outcomes = [Rejected("21211")]
    agency.clock.move(4 * HOUR)
    await agency.delivers()
    assert len(agency.tasks.of_kind(TaskKind.CALL)) == 1
    assert agency.email.texts == [EMAIL_45]


# Once more by the same channel


async def test_the_same_channel_needs_a_confirmation_and_ten_minutes() -> None:
    agency = await told()
    assert await resent(agency, Channel.EMAIL) is Resending.TOLD
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.TOO_SOON
    agency.wait(NOT_AGAIN_WITHIN)
    assert await resent(agency, Channel.EMAIL) is Resending.TOLD
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.WRITTEN
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.WAITS
    await agency.delivers()
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.TOO_SOON
    assert agency.email.texts == [EMAIL_45] * 2
    one, other = agency.email.arrived
    assert one.message.message_id != other.message.message_id


async def test_two_who_confirm_at_once_write_one_row() -> None:
    agency = await told()
    agency.wait(NOT_AGAIN_WITHIN)
    known = [*agency.rows]
    await resent(agency, Channel.EMAIL, again=True)
    (new,) = [each for each in agency.rows if each not in known]
    del agency.ledger.kept[new.id]
    await resent(agency, Channel.EMAIL, again=True)
    assert new.id in {each.id for each in agency.rows}


async def test_what_was_refused_is_tried_again_once_somebody_confirms_it() -> None:
    agency = await told(booking(), email=Rejected("550"))
    assert await resent(agency, Channel.EMAIL) is Resending.FAILED
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.WRITTEN
    await agency.delivers()
    assert agency.email.texts == [EMAIL_45]
    assert len(agency.rows) == 1


async def test_what_may_have_left_is_not_sent_beside_itself() -> None:
    agency = await told(booking(), email=Uncertain("no answer"))
    assert await resent(agency, Channel.EMAIL, again=True) is Resending.ON_ITS_WAY


def test_only_what_was_sent_there_already_may_be_confirmed() -> None:
    assert {end for end in Resending if end.may_be_confirmed} == {Resending.TOLD, Resending.FAILED}
    assert set(WORDS) == set(Resending)


# Why not


@pytest.mark.parametrize(
    ("differs", "expected"),
    [
        ({"phone": None}, Resending.NO_ADDRESS),
        ({"consents": {Channel.EMAIL: CONSENT}}, Resending.NO_CONSENT),
        ({"channels": (Channel.EMAIL,)}, Resending.NOT_WANTED),
        ({"segments": ()}, Resending.NOT_ON_FLIGHT),
    ],
)
async def test_whom_nobody_may_reach_there_is_not_written_to(
    differs: dict[str, object], expected: Resending
) -> None:
    agency = await told()
    await agency.bookings.save([replace(BOTH, **differs)])  # type: ignore[arg-type]  # its fields
    assert await resent(agency) is expected
    assert len(agency.rows) == 1


async def test_a_channel_without_settings_sends_nothing() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    await agency.at_rest(BOTH)
    await agency.is_late(45)
    assert await resent(agency) is Resending.CHANNEL_OFF


async def test_of_a_flight_that_has_left_nothing_is_sent_any_more() -> None:
    agency = await told()
    agency.clock.move(8 * HOUR)
    await agency.shows(row(status="active", took_off="15:20", delay=45))
    assert await resent(agency) is Resending.FLIGHT_GONE


async def test_what_is_undone_is_not_sent() -> None:
    agency = await told()
    await agency.flights.move_on([change.state for change in agency.looks(row()) if change.state])
    await agency.flights.move_on([change.state for change in agency.looks(row()) if change.state])
    assert await resent(agency) is Resending.OUTDATED


async def test_a_held_flight_is_to_be_released_first() -> None:
    agency = await told()
    await agency.handlings.hold([BA117], "Kim", agency.clock.now())
    assert await resent(agency) is Resending.FLIGHT_HELD


async def test_what_is_no_message_or_of_nobody_any_more_is_not_sent() -> None:
    agency = await told()
    sending = agency.worker.resend
    assert await sending.message("unknown", Channel.SMS) == Resent(Resending.NO_SUCH_MESSAGE)
    await agency.bookings.forget([BOTH.id])
    assert await resent(agency) is Resending.NO_BOOKING


async def test_a_gate_is_no_news_for_an_sms() -> None:
    agency = Agency()
    await agency.at_rest(BOTH)
    await agency.shows(row(departure={"gate": "A1"}))
    await agency.shows(row(departure={"gate": "B2"}))
    await agency.delivers()
    assert first(agency).said == "gate"
    assert await resent(agency) is Resending.NOTHING_TO_TELL
