"""Rows of the ledger become emails and SMS: five outcomes, and what may cross them on the way."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Found, Misconfigured, Outcome, Rejected, Retry, Uncertain
from flightagents.domain.notifications import Message, Notice, Notification, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.handlers import deliver as module
from flightagents.handlers.pace import PACES, Pace
from tests.support.agency import SECOND, Agency, Worker
from tests.support.desk import LEASE, PACE, FakeLedger, FakeRenderer
from tests.support.due import BOTH, ON_BA117, a_due_delay
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking

# The five outcomes


async def test_an_accepted_row_keeps_the_providers_id() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Accepted("queued as 4XyZ12")]
    assert await agency.worker.deliver() == 1
    assert (agency.row.state, agency.row.provider_id) == (State.ACCEPTED, "queued as 4XyZ12")
    assert await agency.worker.deliver() == 0


async def test_the_envelope_names_row_address_and_how_long_it_is_worth_it() -> None:
    agency = await a_due_delay()
    await agency.worker.deliver()
    (envelope,) = agency.email.arrived
    assert (envelope.row, envelope.address) == (agency.row.id, ANNA)
    assert envelope.valid_for == agency.row.expires_at - agency.clock.now()
    assert envelope.message == agency.row.message


async def test_a_rejected_row_has_failed() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Rejected("550 5.1.1 no such user")]
    await agency.delivers()
    assert agency.states == [State.FAILED]
    assert agency.row.trace[-1].endswith("550 5.1.1 no such user")


async def test_a_row_that_may_be_tried_again_waits_longer_each_time() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Retry("451 later")] * 3
    waits = []
    while agency.email.texts == []:
        await agency.delivers()
        start = agency.ledger.real_time
        while agency.states == [State.PENDING] and not await agency.worker.deliver():
            agency.wait(SECOND)
        waits.append(agency.ledger.real_time - start)
    assert agency.row.tries == 3
    assert waits == sorted(waits)
    first, doubled = waits[0], waits[1]
    assert PACE.first / 2 <= first <= PACE.first + SECOND
    assert PACE.first <= doubled <= PACE.first * 2 + SECOND


async def test_a_provider_that_names_a_wait_is_heeded() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Retry("429", after=timedelta(minutes=7))]
    await agency.delivers()
    agency.wait(7 * MINUTE - SECOND)
    await agency.delivers()
    assert agency.told == []
    agency.wait(2 * SECOND)
    await agency.delivers()
    assert len(agency.told) == 1


async def test_an_unanswered_row_is_asked_about_and_not_sent_again() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Uncertain("no answer after DATA")]
    agency.email.answers = [Accepted()]
    await agency.delivers()
    assert (agency.row.state, agency.row.stage) == (State.UNCERTAIN, Stage.WIRE)
    agency.wait(PACE.grace)
    await agency.delivers()
    assert agency.states == [State.ACCEPTED]
    assert len(agency.email.tried) == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(), State.ACCEPTED),
        (Rejected("no"), State.FAILED),
        (Retry("later"), State.PENDING),
        (Uncertain("?"), State.UNCERTAIN),
        (Misconfigured("535"), State.PENDING),
    ],
)
async def test_each_outcome_leaves_a_state(outcome: Outcome, state: State) -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [outcome]
    await agency.worker.deliver()
    assert agency.states == [state]


# The same message


async def test_a_message_is_rendered_once_and_kept() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Retry("451"), Retry("451")]
    for _ in range(3):
        await agency.delivers()
        agency.wait(5 * MINUTE)
    assert agency.renderer.rendered == 1
    assert len({envelope.message.message_id for envelope in agency.email.tried}) == 1
    assert len({envelope.message for envelope in agency.email.tried}) == 1


async def test_a_message_whose_news_has_changed_is_written_anew() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Retry("451")]
    await agency.delivers()
    changes = agency.looks(row(delay=130))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    agency.wait(5 * MINUTE)
    await agency.delivers()
    assert agency.told == ["later 16:45 not 14:35 (BA117)"]
    await agency.hears(changes)
    await agency.delivers()
    assert len(agency.told) == 1, "the same news twice"


# News in the act of sending


async def test_a_delay_that_is_being_sent_meets_the_all_clear() -> None:
    agency = await a_due_delay()

    async def meanwhile() -> None:
        agency.email.on_the_wire = None
        await agency.is_late(0)

    agency.email.on_the_wire = meanwhile
    await agency.delivers()
    assert agency.told == ["later 15:20 not 14:35 (BA117)", "all_clear 14:35 not 15:20 (BA117)"]


async def test_the_all_clear_before_the_first_byte_keeps_the_delay_from_being_the_last_word() -> None:
    agency = await a_due_delay()

    async def meanwhile() -> None:
        agency.email.before_wire = None
        await agency.is_late(0)

    agency.email.before_wire = meanwhile
    await agency.delivers()
    assert agency.told[-1:] in ([], ["all_clear 14:35 not 15:20 (BA117)"])


async def test_a_delay_and_the_all_clear_leave_in_order_also_where_two_workers_send() -> None:
    agency = await a_due_delay()
    other = Worker(agency, "worker-2")
    agency.email.before_wire = None

    async def meanwhile() -> None:
        agency.email.on_the_wire = None
        await agency.is_late(0)
        await other.deliver()
        assert agency.told == []

    agency.email.on_the_wire = meanwhile
    await agency.worker.deliver()
    agency.wait(2 * SECOND)
    await agency.delivers(other)
    assert agency.told == ["later 15:20 not 14:35 (BA117)", "all_clear 14:35 not 15:20 (BA117)"]


async def test_a_cancellation_while_the_delay_is_being_sent_is_told_after_it() -> None:
    agency = await a_due_delay()

    async def meanwhile() -> None:
        agency.email.on_the_wire = None
        await agency.shows(row(delay=45, status="cancelled"))
        await agency.shows(row(delay=45, status="cancelled"))

    agency.email.on_the_wire = meanwhile
    await agency.delivers()
    assert [text.split()[0] for text in agency.told] == ["later", "cancelled"]


# Workers that die or freeze


async def test_a_worker_that_died_before_the_wire_has_sent_nothing_and_another_sends() -> None:
    agency = await a_due_delay()
    await agency.ledger.claim("worker-1", ["email"], agency.clock.now(), 50)  # and dies
    other = Worker(agency, "worker-2")
    assert await other.deliver() == 0
    agency.wait(LEASE + SECOND)
    await agency.delivers(other)
    assert agency.email.asked == []
    assert len(agency.told) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_worker_that_died_at_the_wire_leaves_a_row_that_is_asked_about(arrived: bool) -> None:
    agency = await a_due_delay()

    at_the_wire = asyncio.Event()

    async def hang() -> None:
        at_the_wire.set()
        await asyncio.Event().wait()

    agency.email.on_the_wire = hang
    dying = asyncio.create_task(agency.worker.deliver())
    await at_the_wire.wait()
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    agency.email.on_the_wire = None
    if arrived:
        agency.email.arrived = [agency.email.tried[0]]
    other = Worker(agency, "worker-2")
    agency.wait(LEASE + SECOND)
    await agency.delivers(other)
    assert len(agency.email.asked) == 1
    assert len(agency.told) == 1
    assert agency.states == [State.ACCEPTED]


async def test_a_sender_that_froze_before_the_wire_sends_nothing_when_it_wakes() -> None:
    agency = await a_due_delay()
    other = Worker(agency, "worker-2")

    async def freeze() -> None:
        agency.email.before_wire = None
        agency.wait(LEASE + SECOND)
        await agency.delivers(other)

    agency.email.before_wire = freeze
    await agency.worker.deliver()
    assert len(agency.told) == 1
    assert (agency.row.state, agency.row.owner) == (State.ACCEPTED, "worker-2")


async def test_a_message_that_is_long_on_its_way_is_not_sent_by_another_worker() -> None:
    """A slow mail server: the letter left near the end of the lease, and its answer comes after it."""
    agency = await a_due_delay()
    agency.email.answers = [Found.CANNOT_TELL]
    other = Worker(agency, "worker-2")

    async def queue() -> None:
        agency.wait(LEASE - SECOND)

    async def scan() -> None:
        agency.email.on_the_wire = agency.email.before_wire = None
        agency.wait(LEASE - SECOND)
        assert await other.deliver() == 0

    agency.email.before_wire, agency.email.on_the_wire = queue, scan
    await agency.worker.deliver()
    assert len(agency.told) == 1


class Died(Exception):  # noqa: N818 - what a kill looks like from within
    """The worker is gone in the midst of its work."""


class Dying:
    """Stands before a ledger; at one of its calls the worker dies, before it is done or just after."""

    def __init__(self, ledger: FakeLedger, at: int, *, done: bool) -> None:
        self.lives = True
        self._ledger = ledger
        self._at = at
        self._done = done

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of a ledger
        method = getattr(self._ledger, name)

        async def call(*args: Any, **more: Any) -> Any:  # noqa: ANN401
            self._at -= 1
            if self._at < 0 or not self.lives:
                self.lives = False
                if self._at == -1 and self._done:
                    await method(*args, **more)
                raise Died
            return await method(*args, **more)

        return call


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(14))
async def test_a_worker_may_die_at_each_step_and_everybody_is_told_once(call: int, done: bool) -> None:
    agency = Agency()
    await agency.books(BOTH, booking(email="ben@example.com"))
    await agency.is_late(None)
    changes = agency.looks(row(delay=90))
    ledger = agency.ledger
    dying = Dying(ledger, call, done=done)
    agency.ledger = dying  # type: ignore[assignment]  # as good as a ledger
    agency.worker = Worker(agency, "worker-1")
    with suppress(Died, ExceptionGroup):
        await agency.hears(changes)
        await agency.delivers()
    agency.ledger = ledger
    agency.worker = Worker(agency, "worker-2")
    await agency.hears(changes)  # Kafka gives what was not acknowledged again
    agency.wait(LEASE + SECOND)
    await agency.delivers()
    assert sorted(agency.told) == ["later 16:05 not 14:35 (BA117)"] * 3
    assert set(agency.states) == {State.ACCEPTED}
    assert not dying.lives or call > 10


class Clumsy(FakeRenderer):
    """Has no words for one of the passengers."""

    def render(self, notice: Notice, channel: Channel, *, row: str, now: object) -> Message:
        if notice.name == "Bobby Tables":
            raise ValueError("no words")
        return super().render(notice, channel, row=row, now=now)  # type: ignore[arg-type]  # any time


async def test_a_row_that_cannot_be_written_keeps_no_other_from_being_sent() -> None:
    agency = Agency()
    agency.renderer = Clumsy()
    agency.worker = Worker(agency, "worker-1")
    others = [booking(email=f"{number}@example.com") for number in range(9)]
    await agency.books(booking(name="Bobby Tables"), *others)
    await agency.is_late(None)
    await agency.is_late(45)
    with pytest.raises(ExceptionGroup):
        await agency.worker.deliver()
    assert len(agency.told) == 9  # when it returns, and not some time later


# Times


async def test_a_notification_that_expired_in_the_queue_is_not_sent() -> None:
    agency = await a_due_delay()
    agency.clock.time = agency.row.expires_at + MINUTE
    await agency.delivers()
    assert (agency.row.state, agency.row.reason) == (State.EXPIRED, Reason.EXPIRED)
    assert agency.email.tried == []


async def test_whoever_is_forgotten_while_the_message_is_prepared_gets_none() -> None:
    agency = await a_due_delay()

    async def forget() -> None:
        agency.email.before_wire = None
        await agency.ledger.erase([ON_BA117.id])
        await agency.bookings.forget([ON_BA117.id])

    agency.email.before_wire = forget
    await agency.worker.deliver()
    agency.wait(LEASE + SECOND)
    await agency.delivers()
    assert agency.told == []
    assert (agency.row.state, agency.row.reason) == (State.SUPPRESSED, Reason.NOT_BOOKED)
    assert agency.row.message is None


async def test_a_claim_sends_sixteen_at_once_and_not_more() -> None:
    agency = Agency()
    await agency.books(*[booking(email=f"{number}@example.com") for number in range(30)])
    await agency.is_late(None)
    await agency.is_late(45)
    at_once, most = 0, 0

    async def enter() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1

    agency.email.on_the_wire = enter
    assert await agency.worker.deliver() == 30
    assert most == module.AT_ONCE


async def test_a_slow_channel_holds_up_no_other() -> None:
    agency = await a_due_delay(90, BOTH)
    email_answers = asyncio.Event()

    async def hang() -> None:
        await email_answers.wait()

    agency.email.on_the_wire = hang
    slow = asyncio.create_task(agency.worker.deliver())
    while agency.sms.texts == []:  # noqa: ASYNC110 - all in one loop
        await asyncio.sleep(0)
    assert agency.email.texts == []
    email_answers.set()
    assert await slow == 2


async def test_rows_whose_turn_comes_after_their_lease_are_left_to_others() -> None:
    agency = Agency()
    await agency.books(*[booking(email=f"{number}@example.com") for number in range(50)])
    await agency.is_late(None)
    await agency.is_late(45)
    other = Worker(agency, "worker-2")

    async def take_long() -> None:
        agency.ledger.wait(LEASE / 20)

    agency.email.on_the_wire = take_long
    assert await agency.worker.deliver() == 50
    assert 20 <= len(agency.told) < 50
    await agency.delivers(other)
    while not set(agency.states) <= {State.ACCEPTED}:
        agency.wait(LEASE)
        await agency.delivers(other)
    assert sorted(envelope.address for envelope in agency.email.arrived) == sorted(
        f"{number}@example.com" for number in range(50)
    )


# The end of a worker


async def test_at_the_end_what_is_on_its_way_arrives_and_what_is_claimed_is_given_back() -> None:
    agency = Agency()
    await agency.books(*[booking(email=f"{number}@example.com") for number in range(30)])
    await agency.is_late(None)
    await agency.is_late(45)

    async def stop() -> None:
        await asyncio.sleep(0)  # the others come as far
        agency.worker.sender.end()

    agency.email.on_the_wire = stop
    await agency.worker.deliver()
    assert len(agency.told) == module.AT_ONCE
    assert {(each.state, each.tries) for each in agency.rows if each.state is not State.ACCEPTED} == {
        (State.PENDING, 0)
    }
    assert await agency.worker.deliver() == 0
    await agency.delivers(Worker(agency, "worker-2"))
    assert len(agency.told) == 30


async def test_an_uncertain_row_that_is_given_back_stays_uncertain() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Uncertain("no answer")]
    await agency.delivers()
    agency.wait(PACE.grace)
    ending = Worker(agency, "worker-2")
    claiming = agency.ledger.claim

    async def claim_and_end(
        owner: str, channels: Sequence[str], now: datetime, limit: int
    ) -> list[Notification]:
        ending.sender.end()
        return await claiming(owner, channels, now, limit)

    agency.ledger.claim = claim_and_end  # type: ignore[method-assign]  # the end comes with the claim
    await ending.deliver()
    assert (agency.row.state, agency.row.stage) == (State.UNCERTAIN, Stage.WIRE)
    assert agency.email.asked == []


# Pace


def test_a_wait_doubles_up_to_the_longest_and_jitter_takes_away_up_to_a_half() -> None:
    pace = Pace(timedelta(seconds=5), timedelta(minutes=2), grace=timedelta(seconds=30))
    longest = [pace.wait(tries, draw=lambda: 1.0).total_seconds() for tries in (0, 1, 2, 5, 50, 5000)]
    shortest = [pace.wait(tries, draw=lambda: 0.0).total_seconds() for tries in (0, 1, 2, 5, 50, 5000)]
    assert longest == [5, 10, 20, 120, 120, 120]
    assert shortest == [2.5, 5, 10, 60, 60, 60]


def test_email_is_more_patient_than_sms() -> None:
    assert PACES[Channel.EMAIL].first > PACES[Channel.SMS].first
    assert PACES[Channel.EMAIL].grace == timedelta(minutes=2)
    assert PACES[Channel.SMS].grace == timedelta(seconds=30)


async def test_who_opted_out_at_the_provider_has_opted_out_here() -> None:
    agency = Agency()
    await agency.at_rest(booking(email=None, phone=ANNAS_PHONE))
    agency.sms.outcomes = [Rejected("the recipient has opted out (21610)", opted_out=True)]
    await agency.is_late(90)
    await agency.delivers()
    (kept,) = await agency.bookings.everyone()
    assert not kept.allows(Channel.SMS)
    await agency.is_late(160)
    await agency.delivers()
    assert len(agency.sms.tried) == 1
