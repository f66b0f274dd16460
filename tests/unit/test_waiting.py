"""What cannot be handed over is told another way while it waits; what waits until it is too late ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.delivery import Accepted, Found, Misconfigured, Outcome, Rejected, Retry, Uncertain
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import Task, TaskKind
from flightagents.handlers.decide import Manner
from flightagents.handlers.receipts import RECEIPT_WITHIN
from flightagents.handlers.waiting import STUCK_AFTER, LookAtWaiting
from tests.support.agency import SECOND, Agency, Worker
from tests.support.desk import LEASE, PACE
from tests.support.due import BOTH, ON_BA117
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking

BUSY = Retry("421 too busy, come back later")
SMS_ALONE = booking(email=None, phone=ANNAS_PHONE)
HOUR = timedelta(hours=1)
SMS_45 = "later 15:20 not 14:35 (BA117)"


async def told_in_vain(agency: Agency, traveller: Booking, outcome: Outcome, minutes: int = 45) -> None:
    """Have BA117 late, and each channel end every try so."""
    await agency.at_rest(traveller)
    agency.email.outcomes = [outcome] * 50
    agency.sms.outcomes = [outcome] * 50
    await agency.is_late(minutes)
    await agency.delivers()


async def a_while_later(agency: Agency, by: timedelta = STUCK_AFTER) -> None:
    """Let time pass, and do what a worker does each minute, and each second."""
    agency.wait(by)
    await looks(agency)
    await agency.delivers()


async def looks(agency: Agency, worker: Worker | None = None) -> None:
    worker = worker or agency.worker
    await LookAtWaiting(agency.ledger, agency.clock, down=worker.sender.down)()
    await worker.settle()


def of(agency: Agency, channel: Channel) -> Notification:
    (found,) = [each for each in agency.rows if each.channel is channel]
    return found


def calls(agency: Agency) -> list[Task]:
    return agency.tasks.of_kind(TaskKind.CALL)


def early(speed: float = 1) -> Agency:
    """An agency at 08:00, when a short delay is told by email alone."""
    agency = Agency()
    agency.clock.move(-4 * HOUR)
    agency.clock.speed = speed
    return agency


# Another channel


async def test_what_the_mail_server_takes_all_day_no_one_is_told_by_sms_after_ten_minutes() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    agency.sms.outcomes = []
    await a_while_later(agency, STUCK_AFTER - SECOND)
    assert agency.told == []
    await a_while_later(agency, SECOND)
    assert agency.sms.texts == [SMS_45]
    email, sms = of(agency, Channel.EMAIL), of(agency, Channel.SMS)
    assert (email.state, email.stuck) == (State.PENDING, True)
    assert (sms.reason, sms.fallback_of) == (Reason.FALLBACK, email.id)


async def test_however_long_it_is_stuck_it_is_told_once_on_the_other_channel() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    agency.sms.outcomes = []
    for _ in range(5):
        await a_while_later(agency)
    assert agency.sms.texts == [SMS_45]
    assert calls(agency) == []


async def test_what_is_stuck_still_leaves_when_its_channel_works_again() -> None:
    agency = early()
    await told_in_vain(agency, ON_BA117, BUSY)
    await a_while_later(agency)
    agency.email.outcomes = []
    await a_while_later(agency)
    assert agency.email.texts == [SMS_45]
    assert agency.states == [State.ACCEPTED]


async def test_what_went_out_on_another_channel_needs_no_third_way() -> None:
    agency = Agency()
    await told_in_vain(agency, BOTH, BUSY, 90)
    agency.sms.outcomes = []
    agency.wait(PACE.longest)
    await agency.delivers()
    await a_while_later(agency)
    assert len(agency.rows) == 2
    assert calls(agency) == []


async def test_a_sent_message_nobody_answers_for_is_told_another_way() -> None:
    """Twilio is away: it can neither take the SMS nor say whether it has it."""
    agency = Agency()
    agency.sms.answers = [Found.NOT_YET] * 50
    await told_in_vain(agency, SMS_ALONE, Uncertain("no answer"), 90)
    await a_while_later(agency)
    assert of(agency, Channel.SMS).state is State.UNCERTAIN
    assert len(calls(agency)) == 1


async def test_ten_minutes_are_real_ones_in_a_simulated_day() -> None:
    agency = early(speed=120)
    await told_in_vain(agency, BOTH, BUSY)
    agency.sms.outcomes = []
    agency.clock.move(STUCK_AFTER)
    await looks(agency)
    await agency.delivers()
    assert agency.told == []


async def test_what_is_due_later_is_stuck_later() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    agency.ledger.kept[agency.row.id].row = replace(agency.row, not_before=agency.clock.now() + MINUTE)
    agency.sms.outcomes = []
    await a_while_later(agency)
    assert agency.sms.texts == []
    await a_while_later(agency, MINUTE)
    assert agency.sms.texts == [SMS_45]


# A channel that is down


async def test_a_channel_whose_settings_are_wrong_is_not_waited_for() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, Misconfigured("535 wrong password"))
    assert agency.worker.sender.down() == {Channel.EMAIL}
    agency.sms.outcomes = []
    await a_while_later(agency)
    assert agency.sms.texts == [SMS_45]


async def test_a_channel_without_settings_is_not_waited_for() -> None:
    agency = Agency(channels=[Channel.SMS])
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(BOTH)
    await agency.is_late(45)
    assert agency.worker.sender.down() == {Channel.EMAIL}
    await a_while_later(agency)
    assert agency.sms.texts == [SMS_45]


async def test_what_only_waits_its_turn_is_not_stuck() -> None:
    """A worker that was away for an hour, or a provider's rate, must not double every message."""
    agency = early()
    await agency.at_rest(BOTH)
    await agency.is_late(45)
    agency.wait(HOUR)
    await looks(agency)
    assert [each.stuck for each in agency.rows] == [False]


async def test_what_staff_hold_is_not_stuck() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    await agency.ledger.hold(agency.row.id, True)
    await a_while_later(agency)
    assert len(agency.rows) == 1


async def test_where_nothing_is_to_leave_nothing_is_stuck() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    agency.wait(HOUR)
    await LookAtWaiting(agency.ledger, agency.clock, down=None)()
    assert not agency.row.stuck


async def test_a_first_try_in_vain_after_an_hour_away_is_not_stuck_yet() -> None:
    agency = early()
    await agency.at_rest(BOTH)
    await agency.is_late(45)
    agency.wait(HOUR)
    agency.email.outcomes = [BUSY]
    await agency.delivers()
    await looks(agency)
    await agency.delivers()
    assert agency.sms.texts == []


async def test_a_flight_that_changes_all_the_time_keeps_nobody_waiting() -> None:
    """Each new state withdraws what waits, and writes it anew: the ten minutes begin but once."""
    agency = early()
    await told_in_vain(agency, BOTH, BUSY)
    agency.sms.outcomes = []
    for number in range(3):
        agency.wait(4 * MINUTE)
        await agency.shows(row(delay=45, arrival={"baggage": str(number)}))
        await agency.shows(row(delay=45, departure={"gate": f"A{number}"}))
        await agency.delivers()
        await looks(agency)
        await agency.delivers()
    assert len(agency.sms.texts) == 1


# A call


async def test_whoever_no_channel_takes_is_called_once() -> None:
    agency = Agency()
    await told_in_vain(agency, BOTH, BUSY, 90)
    for _ in range(3):
        await a_while_later(agency)
    assert agency.told == []
    assert len(calls(agency)) == 1


async def test_two_channels_that_get_stuck_one_after_the_other_are_a_call() -> None:
    agency = Agency()
    await told_in_vain(agency, BOTH, BUSY, 90)
    sms = of(agency, Channel.SMS)
    agency.ledger.kept[sms.id].row = replace(sms, not_before=agency.clock.now() + 2 * MINUTE)
    await a_while_later(agency)
    assert calls(agency) == []
    await a_while_later(agency, 3 * MINUTE)
    assert len(calls(agency)) == 1


async def test_one_channel_stuck_and_the_other_refused_are_a_call() -> None:
    agency = Agency()
    await told_in_vain(agency, BOTH, BUSY, 90)
    await a_while_later(agency, STUCK_AFTER - SECOND)
    agency.sms.outcomes = [Rejected("21614")]
    await a_while_later(agency, 2 * MINUTE)
    assert of(agency, Channel.SMS).state is State.FAILED
    assert len(calls(agency)) == 1


async def test_a_fallback_that_fails_needs_no_call_where_the_stuck_message_has_left_since() -> None:
    agency = early()
    await told_in_vain(agency, BOTH, BUSY, 45)
    agency.sms.outcomes = [Accepted("SM1", receipt_promised=True)]
    await a_while_later(agency)
    agency.email.outcomes = []
    await a_while_later(agency, PACE.longest)
    assert of(agency, Channel.EMAIL).state is State.ACCEPTED
    agency.ledger.wait(RECEIPT_WITHIN + SECOND)
    await agency.worker.settle()
    assert of(agency, Channel.SMS).trace[-1] == "no receipt in time"
    assert calls(agency) == []


# Sent twice, and no answer at all


async def test_an_email_that_was_cut_off_twice_is_told_by_sms_unless_a_receipt_comes() -> None:
    agency = early()
    agency.email.answers = [Found.CANNOT_TELL] * 3
    await told_in_vain(agency, BOTH, Uncertain("no answer"))
    agency.sms.outcomes = []
    for _ in range(3):
        agency.wait(LEASE + PACE.grace)
        await agency.delivers()
    assert len(agency.email.tried) == 2
    assert (agency.row.state, agency.row.maybe_twice) == (State.ACCEPTED, True)
    assert agency.told == []
    agency.wait(RECEIPT_WITHIN + SECOND)
    await agency.ledger.overdue(Channel.EMAIL)
    await agency.worker.settle()
    await agency.delivers()
    assert agency.sms.texts == [SMS_45]


# Only shown


async def test_what_was_only_shown_is_made_good_when_the_agency_goes_live() -> None:
    """Told of two hours, they believe in 16:35; that it is on time again was only shown."""
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(120)
    await agency.delivers()
    agency.manner = Manner(shadow=True)
    agency.worker = Worker(agency, "in shadow")
    await agency.is_late(0)
    await agency.delivers()
    assert len(agency.told) == 1
    agency.manner = Manner()
    agency.worker = Worker(agency, "live again")
    look = LookAtWaiting(agency.ledger, agency.clock, down=agency.worker.sender.down)
    for _ in range(3):
        await look()
        await agency.worker.settle()
        await agency.delivers()
    assert agency.told[1:] == ["all_clear 14:35 not 16:35 (BA117)"]


async def test_what_was_only_shown_stays_so_while_the_agency_is_in_shadow_mode() -> None:
    agency = Agency(manner=Manner(shadow=True))
    await agency.at_rest(ON_BA117)
    await agency.is_late(120)
    await agency.delivers()
    await LookAtWaiting(agency.ledger, agency.clock, down=None)()
    assert await agency.ledger.unsettled() == []


# Too late


@pytest.mark.parametrize("held", [True, False])
async def test_what_waits_until_it_is_too_late_ends(held: bool) -> None:
    agency = early()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    if held:
        await agency.ledger.hold(agency.row.id, True)
    agency.clock.time = agency.row.expires_at
    await looks(agency)
    assert agency.states == [State.PENDING]
    agency.clock.move(SECOND)
    await looks(agency)
    assert [(each.state, each.reason) for each in agency.rows] == [(State.EXPIRED, Reason.EXPIRED)]
    assert await agency.ledger.unsettled() == []
    assert not await agency.ledger.hold(agency.row.id, False)
