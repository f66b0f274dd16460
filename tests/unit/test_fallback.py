"""Who could not be told on one channel is told on the other, once; whoever no channel reaches is called."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Booking, Channel, Consent
from flightagents.domain.delivery import Accepted, Outcome, Receipt, Rejected, Retry, Uncertain
from flightagents.domain.notifications import Notification, Onward, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import Task, TaskKind
from tests.support.agency import Agency
from tests.support.messages import ANNAS_PHONE, notice
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

REFUSED = Rejected("RCPT 550 5.1.1")
PROMISED = Accepted("4XyZ12", receipt_promised=True)
BOTH = booking(phone=ANNAS_PHONE)
EMAIL_ALONE, SMS_ALONE = booking(), booking(email=None, phone=ANNAS_PHONE)
HOUR = timedelta(hours=1)
SMS_45 = "later 15:20 not 14:35 (BA117)"


def bounced(failed: Notification, detail: str = "failed 5.1.1") -> Receipt:
    return Receipt(failed.id, delivered=False, detail=detail)


def arrived(told: Notification) -> Receipt:
    return Receipt(told.id, delivered=True, detail="delivered 2.0.0")


async def at_rest(
    who: Booking, *, channels: tuple[Channel, ...] = tuple(Channel), email: Outcome | None = None
) -> Agency:
    """An agency with one traveller at 08:00, whose first email ends so."""
    agency = Agency(channels=channels)
    agency.clock.move(-4 * HOUR)
    await agency.at_rest(who)
    if email is not None:
        agency.email.outcomes = [email]
    return agency


async def late(agency: Agency, minutes: int = 45) -> Notification:
    """Tell of a delay by email: too short a one for an SMS, so early."""
    await agency.is_late(minutes)
    await agency.delivers()
    return next(each for each in agency.rows if each.channel is Channel.EMAIL)


def of(agency: Agency, channel: Channel) -> Notification:
    (found,) = [each for each in agency.rows if each.channel is channel]
    return found


def calls(agency: Agency) -> list[Task]:
    return agency.tasks.of_kind(TaskKind.CALL)


# The other channel


async def test_a_refused_email_becomes_an_sms_that_would_not_have_been_worth_it() -> None:
    agency = await at_rest(BOTH, email=REFUSED)
    email = await late(agency)
    assert agency.told == [SMS_45]
    sms = of(agency, Channel.SMS)
    assert (sms.reason, sms.fallback_of, sms.ordinal) == (Reason.FALLBACK, email.id, email.ordinal)
    assert calls(agency) == []


async def test_a_bounce_becomes_one_sms_however_often_it_is_reported() -> None:
    agency = await at_rest(BOTH)
    email = await late(agency)
    assert await agency.worker.take_receipt(bounced(email))
    assert not await agency.worker.take_receipt(bounced(email))
    await agency.worker.settle()
    await agency.delivers()
    await agency.worker.settle()
    await agency.delivers()
    assert agency.sms.texts == [SMS_45]
    assert of(agency, Channel.EMAIL).state is State.FAILED


async def test_an_sms_that_came_back_becomes_an_email_where_there_was_none() -> None:
    agency = await at_rest(BOTH)
    await agency.is_late(90)
    email, sms = of(agency, Channel.EMAIL), of(agency, Channel.SMS)
    del agency.ledger.kept[email.id]
    await agency.worker.fallback([replace(sms, state=State.FAILED)])
    assert of(agency, Channel.EMAIL) == replace(
        email, reason=Reason.FALLBACK, fallback_of=sms.id, trace=("decided: fallback",)
    )


async def test_what_went_out_on_both_channels_is_not_sent_again_when_one_fails() -> None:
    agency = await at_rest(BOTH, email=REFUSED)
    await agency.is_late(90)
    await agency.delivers()
    assert len(agency.told) == 1
    assert len(agency.rows) == 2
    assert calls(agency) == []


@pytest.mark.parametrize(
    "who",
    [
        EMAIL_ALONE,
        replace(BOTH, channels=(Channel.EMAIL,)),
        replace(BOTH, consents={Channel.EMAIL: BOTH.consents[Channel.EMAIL]}),
        replace(
            BOTH,
            consents={
                **BOTH.consents,
                Channel.SMS: Consent(source="import", at=NOON, revoked_at=NOON, revoked_by="STOP"),
            },
        ),
    ],
    ids=["no phone", "not wanted", "no consent", "consent taken back"],
)
async def test_nobody_gets_an_sms_that_they_have_not_agreed_to(who: Booking) -> None:
    agency = await at_rest(who, email=REFUSED)
    await late(agency, 90)
    assert agency.told == []
    assert len(calls(agency)) == 1


async def test_a_channel_that_is_off_is_no_other_way() -> None:
    agency = await at_rest(BOTH, channels=(Channel.EMAIL,), email=REFUSED)
    await late(agency, 90)
    assert [each.channel for each in agency.rows if each.reason is Reason.FALLBACK] == []
    assert len(calls(agency)) == 1


async def test_a_gate_is_not_told_by_sms() -> None:
    agency = Agency()
    await agency.books(BOTH)
    await agency.shows(row(departure={"gate": "A1"}))
    agency.email.outcomes = [REFUSED]
    await agency.shows(row(departure={"gate": "B2"}))
    await agency.delivers()
    assert [(each.said, each.state) for each in agency.rows] == [(Said.GATE, State.FAILED)]
    assert calls(agency) == []


async def test_old_news_is_not_sent_where_newer_news_has_been_told() -> None:
    agency = await at_rest(BOTH)
    first = await late(agency, 45)
    await agency.is_late(15)
    await agency.delivers()
    told = agency.told
    assert "earlier 14:50 not 15:20 (BA117)" in told
    await agency.worker.take_receipt(bounced(first))
    await agency.worker.settle()
    await agency.delivers()
    assert agency.told == told
    assert calls(agency) == []


async def test_whoever_is_not_booked_any_more_is_neither_told_nor_called() -> None:
    agency = await at_rest(BOTH)
    email = await late(agency, 90)
    await agency.bookings.forget([BOTH.id])
    await agency.worker.take_receipt(bounced(email))
    await agency.worker.settle()
    assert calls(agency) == []


async def test_a_bounce_after_the_flight_is_nobodys_concern() -> None:
    agency = await at_rest(EMAIL_ALONE)
    email = await late(agency, 90)
    agency.wait(timedelta(days=1))
    await agency.worker.take_receipt(bounced(email))
    await agency.worker.settle()
    assert calls(agency) == []


# Receipts that do not come


async def test_a_promised_receipt_that_does_not_come_is_made_up_for_once() -> None:
    agency = await at_rest(BOTH, email=PROMISED)
    email = await late(agency)
    agency.ledger.wait(11 * MINUTE)
    for _ in range(2):
        await agency.ledger.overdue(Channel.EMAIL)
        await agency.worker.settle()
        await agency.delivers()
    assert agency.told == [SMS_45, SMS_45]
    assert of(agency, Channel.SMS).fallback_of == email.id


async def test_nothing_is_missed_that_was_not_promised() -> None:
    agency = await at_rest(BOTH, email=Accepted("4XyZ12"))
    await late(agency)
    agency.ledger.wait(timedelta(hours=1))
    assert await agency.ledger.overdue(Channel.EMAIL) == []


async def test_who_settles_looks_for_overdue_sms_but_leaves_email_to_whoever_reads_the_bounces() -> None:
    agency = await at_rest(SMS_ALONE)
    agency.sms.outcomes = [Accepted("SM1", receipt_promised=True)]
    await agency.is_late(90)
    await agency.delivers()
    agency.ledger.wait(11 * MINUTE)
    await agency.worker.settle()
    assert agency.row.trace[-1] == "no receipt in time"
    assert len(calls(agency)) == 1
    other = await at_rest(BOTH, email=PROMISED)
    await late(other)
    other.ledger.wait(11 * MINUTE)
    await other.worker.settle()
    await other.delivers()
    assert other.sms.texts == []


async def test_an_email_that_arrives_after_its_fallback_changes_nothing() -> None:
    agency = await at_rest(BOTH, email=PROMISED)
    email = await late(agency)
    agency.ledger.wait(11 * MINUTE)
    await agency.ledger.overdue(Channel.EMAIL)
    await agency.worker.settle()
    await agency.delivers()
    told = agency.told
    assert await agency.worker.take_receipt(arrived(email))
    await agency.worker.settle()
    await agency.delivers()
    assert agency.told == told
    assert of(agency, Channel.EMAIL).state is State.DELIVERED
    assert calls(agency) == []


async def test_an_email_that_arrives_before_anybody_has_looked_needs_no_fallback() -> None:
    agency = await at_rest(BOTH, email=PROMISED)
    email = await late(agency)
    agency.ledger.wait(11 * MINUTE)
    stale = await agency.ledger.overdue(Channel.EMAIL)
    await agency.worker.take_receipt(arrived(email))
    await agency.worker.fallback(stale)
    await agency.worker.settle()
    assert [each.channel for each in agency.rows] == [Channel.EMAIL]


async def test_a_callback_before_the_answer_of_the_provider_counts() -> None:
    agency = await at_rest(SMS_ALONE)

    async def call_back() -> None:
        await agency.worker.take_receipt(arrived(agency.row))

    agency.sms.on_the_wire = call_back
    await agency.is_late(90)
    await agency.delivers()
    assert agency.row.state is State.DELIVERED
    agency.ledger.wait(11 * MINUTE)
    await agency.worker.settle()
    assert calls(agency) == []


async def test_callbacks_out_of_order_do_not_turn_a_row_back() -> None:
    agency = await at_rest(BOTH)
    email = await late(agency)
    assert await agency.worker.take_receipt(arrived(email))
    assert not await agency.worker.take_receipt(bounced(email))
    await agency.worker.settle()
    await agency.delivers()
    assert agency.states == [State.DELIVERED]


async def test_a_report_that_knows_only_the_providers_id_finds_its_row() -> None:
    agency = await at_rest(SMS_ALONE)
    agency.sms.outcomes = [Accepted("SM1", receipt_promised=True)]
    await agency.is_late(90)
    await agency.delivers()
    assert not await agency.worker.take_receipt.by_provider_id("SM2", delivered=True, detail="delivered")
    assert await agency.worker.take_receipt.by_provider_id("SM1", delivered=True, detail="delivered")
    assert agency.row.state is State.DELIVERED


async def test_a_report_settles_what_nobody_answered_for_and_it_is_not_sent_again() -> None:
    agency = await at_rest(EMAIL_ALONE, email=Uncertain("no answer"))
    await agency.is_late(45)
    await agency.worker.deliver()
    await agency.worker.take_receipt(arrived(agency.row))
    agency.wait(5 * MINUTE)
    await agency.delivers()
    assert len(agency.email.tried) == 1
    assert agency.email.asked == []
    assert agency.row.state is State.DELIVERED


async def test_what_the_provider_did_not_take_for_now_needs_no_other_way() -> None:
    agency = await at_rest(BOTH, email=Retry("busy"))
    await agency.is_late(45)
    await agency.worker.deliver()
    await agency.worker.settle()
    assert agency.states == [State.PENDING]


# A call


async def test_whoever_no_channel_reaches_is_called_once() -> None:
    agency = await at_rest(BOTH, email=REFUSED)
    agency.sms.outcomes = [Rejected("21614")]
    await late(agency, 90)
    agency.wait(MINUTE)
    await agency.worker.settle()
    (call,) = calls(agency)
    assert (call.flight, call.booking) == ("BA117|2026-11-22|LHR|JFK", BOTH.id)
    assert call.summary == (
        "BA117 LHR-JFK now leaves at 22 Nov 16:05, not 22 Nov 14:35; "
        "no message is known to have reached the traveller: call them"
    )
    assert call.resolve_by == datetime.fromisoformat("2026-11-22T16:05Z")


async def test_a_fallback_that_fails_too_is_a_call() -> None:
    agency = await at_rest(BOTH)
    email = await late(agency)
    agency.wait(4 * HOUR)  # now the departure is near, and worth a call
    agency.sms.outcomes = [Accepted("SM1", receipt_promised=True)]
    await agency.worker.take_receipt(bounced(email))
    await agency.worker.settle()
    await agency.delivers()
    assert calls(agency) == []
    sms = of(agency, Channel.SMS)
    await agency.worker.take_receipt(bounced(sms, "30003"))
    await agency.worker.settle()
    await agency.delivers()
    assert len(calls(agency)) == 1
    assert sorted(agency.states) == [State.FAILED, State.FAILED]


async def test_an_unconfirmed_email_whose_fallback_fails_is_a_call() -> None:
    agency = await at_rest(BOTH, email=PROMISED)
    email = await late(agency)
    agency.wait(4 * HOUR)
    agency.sms.outcomes = [Rejected("21614")]
    await agency.ledger.overdue(Channel.EMAIL)
    await agency.worker.settle()
    await agency.delivers()
    assert of(agency, Channel.EMAIL).state is State.ACCEPTED
    assert of(agency, Channel.SMS).fallback_of == email.id
    assert len(calls(agency)) == 1


@pytest.mark.parametrize(
    ("said", "differs", "is_called"),
    [
        (Said.CANCELLED, {}, True),
        (Said.EARLIER, {}, True),
        (Said.ALL_CLEAR, {}, True),
        (Said.REINSTATED, {}, True),
        (Said.DIVERTED, {}, True),
        (Said.CONNECTION_AT_RISK, {}, True),
        (Said.CONNECTION_MISSED, {}, True),
        (Said.CONNECTION_SAFE, {}, True),
        (Said.GATE, {}, False),
        (Said.TERMINAL, {}, False),
        (Said.LATER, {"old": NOON + timedelta(hours=9), "new": NOON + timedelta(hours=10)}, True),
        (Said.LATER, {"old": NOON + timedelta(hours=9), "new": NOON + timedelta(hours=9.9)}, False),
        (Said.LATER, {"old": NOON + timedelta(hours=3), "new": NOON + timedelta(hours=3.5)}, True),
        (Said.LATER, {"old": NOON - timedelta(hours=1), "new": NOON - timedelta(hours=0.5)}, False),
    ],
)
async def test_a_call_is_for_what_makes_people_miss_flights(
    said: Said, differs: dict[str, Any], *, is_called: bool
) -> None:
    agency = Agency()
    await agency.books(EMAIL_ALONE)
    onward = Onward(
        designator="AA100",
        departure="JFK",
        arrival="BOS",
        zone="America/New_York",
        leaves=NOON + timedelta(hours=12),
        arrives=NOON + timedelta(hours=11),
        protected=True,
    )
    failed = Notification(
        id="a",
        flight="BA117|2026-11-22|LHR|JFK",
        ordinal=2,
        booking=EMAIL_ALONE.id,
        channel=Channel.EMAIL,
        address_key="key of anna@example.com",
        said=said,
        notice=notice(said, onward=onward, **differs),
        created_at=NOON,
        expires_at=NOON + timedelta(hours=20),
        state=State.DEAD,
    )
    await agency.worker.fallback([failed])
    await agency.worker.fallback([failed])
    assert len(calls(agency)) == is_called
    for call in calls(agency):
        assert "anna" not in repr(replace(call, booking=None)).lower()


async def test_staff_have_other_ways_to_see_their_alerts() -> None:
    agency = Agency()
    await agency.books(EMAIL_ALONE)
    for said, rule in ((Said.CANCELLED, "rule-1"), (Said.STAFF_DIGEST, None)):
        failed = Notification(
            id=said,
            flight="BA117|2026-11-22|LHR|JFK",
            ordinal=2,
            booking=EMAIL_ALONE.id,
            channel=Channel.EMAIL,
            address_key="key of anna@example.com",
            said=said,
            notice=notice(said),
            created_at=NOON,
            expires_at=NOON + timedelta(hours=20),
            state=State.FAILED,
            rule=rule,
        )
        await agency.worker.fallback([failed])
    assert agency.tasks.all == []
