"""What became of a notification after bytes may have left: the provider is asked."""

import pytest

from flightagents.domain.delivery import Accepted, Found, Uncertain
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.handlers.receipts import RECEIPT_WITHIN
from tests.support.agency import SECOND, Agency
from tests.support.desk import LEASE, PACE
from tests.support.messages import ANNA
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking

ON_BA117 = booking()


async def unanswered(agency: Agency) -> Notification:
    """Give a row whose letter left and was not answered, claimed again."""
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    await agency.delivers()
    assert agency.states == [State.UNCERTAIN]
    agency.wait(PACE.grace)
    (claimed,) = await agency.ledger.claim("worker-1", ["email"], agency.clock.now(), 1)
    return claimed


async def test_what_the_provider_has_is_accepted() -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Accepted("4XyZ12", receipt_promised=True)]
    assert not await agency.worker.reconcile(claimed)
    assert agency.states == [State.ACCEPTED]
    assert agency.row.provider_id == "4XyZ12"
    assert agency.row.receipt_by == agency.ledger.real_time + RECEIPT_WITHIN
    (asked,) = agency.email.asked
    assert (asked.row, asked.address, asked.message) == (claimed.id, ANNA, claimed.message)
    assert (asked.wire_at, asked.last_wire_at) == (claimed.wire_at, claimed.last_wire_at)


async def test_what_the_provider_does_not_have_is_to_be_sent_again() -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Found.NO]
    assert await agency.worker.reconcile(claimed)
    assert not agency.row.maybe_twice


async def test_asked_too_early_it_asks_again_later() -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Found.NOT_YET]
    assert not await agency.worker.reconcile(claimed)
    assert agency.states == [State.UNCERTAIN]
    await agency.delivers()
    assert len(agency.email.asked) == 1
    agency.wait(PACE.grace)
    await agency.delivers()
    assert len(agency.email.asked) == 2


async def test_without_evidence_it_is_sent_again_and_counted_as_perhaps_twice() -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Found.CANNOT_TELL]
    assert await agency.worker.reconcile(claimed)
    assert agency.states == [State.UNCERTAIN]
    assert agency.row.maybe_twice


@pytest.mark.parametrize("erased", [True, False])
async def test_whoever_was_forgotten_is_not_asked_about(erased: bool) -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    await agency.bookings.forget([ON_BA117.id])
    if erased:
        await agency.ledger.erase([ON_BA117.id])
        agency.wait(LEASE + MINUTE)
        (claimed,) = await agency.ledger.claim("worker-1", ["email"], agency.clock.now(), 1)
    assert not await agency.worker.reconcile(claimed)
    assert agency.email.asked == []
    assert agency.states == [State.DEAD]


async def test_without_evidence_it_is_sent_a_second_time_and_never_a_third() -> None:
    agency = Agency()
    await unanswered(agency)
    agency.email.answers = [Found.CANNOT_TELL] * 3
    agency.email.outcomes = [Uncertain("no answer")] * 3
    for _ in range(6):
        agency.wait(LEASE + PACE.grace)
        await agency.delivers()
    assert len(agency.email.tried) == 2
    assert (agency.row.state, agency.row.maybe_twice) == (State.ACCEPTED, True)


async def test_without_evidence_a_sender_that_dies_before_the_second_try_leaves_it_to_the_next() -> None:
    """The first try may be lost: a row that is only counted as sent twice would reach nobody."""
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Found.CANNOT_TELL]
    assert await agency.worker.reconcile(claimed)  # and here it dies
    agency.wait(LEASE + MINUTE)
    await agency.delivers()
    assert len(agency.email.tried) == 2
    assert (agency.row.state, agency.row.maybe_twice) == (State.ACCEPTED, True)
    assert len(agency.email.arrived) == 1


async def test_when_nobody_can_be_asked_until_it_expired_it_is_given_up() -> None:
    agency = Agency()
    claimed = await unanswered(agency)
    agency.email.answers = [Found.NOT_YET]
    agency.clock.time = claimed.expires_at + MINUTE
    assert not await agency.worker.reconcile(claimed)
    assert agency.states == [State.DEAD]


# The whole way: asked first, then judged anew like any other row


async def test_what_was_lost_on_the_way_is_sent_again_the_same_to_the_letter() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    await agency.delivers()
    agency.wait(PACE.grace)
    await agency.delivers()
    assert agency.states == [State.ACCEPTED]
    first, second = agency.email.tried
    assert first.message == second.message


async def test_what_did_not_arrive_and_is_true_no_more_is_not_sent_again() -> None:
    """Else the delay would be the last word. Nobody has heard of it, so there is nothing to clear either."""
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    agency.email.answers = [Found.NO]
    await agency.delivers()
    await agency.is_late(0)
    await agency.delivers()
    agency.wait(PACE.grace)
    await agency.delivers()
    agency.wait(2 * SECOND)
    await agency.delivers()
    assert agency.told == []
    assert agency.states == [State.SUPERSEDED, State.SUPPRESSED]


async def test_what_did_not_arrive_is_not_sent_again_when_it_has_expired() -> None:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    agency.email.answers = [Found.NO]
    await agency.delivers()
    agency.clock.time = agency.row.expires_at + MINUTE
    agency.ledger.wait(PACE.grace)
    await agency.delivers()
    assert (agency.row.state, agency.row.reason) == (State.EXPIRED, Reason.EXPIRED)
    assert len(agency.email.tried) == 1


async def test_what_may_have_arrived_counts_as_told_however_it_ends() -> None:
    """Nobody can tell whether the delay arrived, so the all-clear is due although it is not repeated."""
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    agency.email.answers = [Found.CANNOT_TELL]
    await agency.delivers()
    changes = agency.looks(row(delay=0))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    agency.wait(PACE.grace)
    await agency.delivers()
    await agency.hears(changes)
    await agency.delivers()
    assert agency.told == ["all_clear 14:35 not 15:20 (BA117)"]
    assert agency.states == [State.SUPPRESSED, State.ACCEPTED]


async def test_what_may_have_arrived_and_says_another_thing_now_is_another_message() -> None:
    """Mail systems fold what has the same name: the traveller would keep the old time, unlike us."""
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(45)
    agency.email.outcomes = [Uncertain("no answer")]
    agency.email.answers = [Found.CANNOT_TELL]
    await agency.delivers()
    agency.clock.move(MINUTE)
    await agency.is_late(55)
    agency.wait(PACE.grace)
    await agency.delivers()
    first, second = (each.message for each in agency.email.tried)
    assert (first.text, second.text) == ("later 15:20 not 14:35 (BA117)", "later 15:30 not 14:35 (BA117)")
    assert first.message_id != second.message_id
    assert {each.row for each in agency.email.tried} == {agency.rows[0].id}
