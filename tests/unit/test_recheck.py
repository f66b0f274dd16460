"""Whether a claimed row is still true: judged anew, on the newest state, just before it is sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.changes import Change
from flightagents.domain.notifications import Message, Notification, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.handlers.caveats import Caveats
from flightagents.handlers.limits import CAN_BE_SPARED, HOURLY, AddressLimit
from flightagents.handlers.recheck import UNCERTAIN_PATIENCE, Recheck
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from tests.support.agency import SECOND, Agency, Worker
from tests.support.judges import FakeJudge
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking, segment

ON_BA117 = booking()
OTHER = "BA1|2026-11-22|LHR|JFK"
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
    return (await agency.worker.recheck([claimed]))[claimed.id]


async def moves_on(agency: Agency, **shown: Any) -> Sequence[Change]:  # noqa: ANN401 - as `row`
    """Let the flight's state move on before anybody has decided on it."""
    changes = agency.looks(row(**shown))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    return changes


async def test_what_is_still_true_is_sent_to_the_address_of_the_booking() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    assert claimed.notice is not None
    assert await looked_at_again(agency, claimed) == Send(address=ANNA, notice=claimed.notice)


async def test_it_says_what_holds_now_also_where_that_is_newer_than_the_row() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency, 45)
    await moves_on(agency, delay=130)
    verdict = await looked_at_again(agency, claimed)
    assert isinstance(verdict, Send)
    assert verdict.notice is not None
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


async def test_it_waits_a_while_to_know_whether_older_news_has_arrived() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    older = replace(claimed, id="older", ordinal=1, state=State.UNCERTAIN, said=Said.GATE)
    await agency.ledger.add([older])
    assert await looked_at_again(agency, claimed) == Wait()
    agency.clock.move(UNCERTAIN_PATIENCE - SECOND)
    assert await looked_at_again(agency, claimed) == Wait()
    agency.clock.move(SECOND)
    assert isinstance(await looked_at_again(agency, claimed), Send)


@pytest.mark.parametrize("differs", [{"flight": OTHER}, {"said": Said.CONNECTION_MISSED}])
async def test_news_of_another_flight_or_of_the_connection_crosses_nothing(differs: dict[str, Any]) -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    newer = replace(claimed, id="newer", ordinal=9, state=State.PENDING, **differs)
    await agency.ledger.add([newer, replace(newer, id="older", ordinal=1, state=State.SENDING)])
    assert isinstance(await looked_at_again(agency, claimed), Send)


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


async def test_a_delay_is_not_sent_when_the_time_that_it_names_has_passed() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    assert claimed.notice is not None
    agency.clock.time = claimed.notice.new - MINUTE
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


# Many at once


class Counting:
    """Counts the questions put to whatever stands behind it."""

    def __init__(self, behind: object, asked: list[str]) -> None:
        self._behind = behind
        self._asked = asked

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        self._asked.append(name)
        return getattr(self._behind, name)


async def questions_about(people: int) -> list[str]:
    """Give what is asked about a claim of so many people on one flight, half of them on another one too."""
    agency, asked = Agency(), list[str]()
    onward = segment("BA118")
    await agency.books(
        *[
            booking(*([segment(), onward] if number % 2 else [segment()]), email=f"{number}@example.com")
            for number in range(people)
        ]
    )
    await agency.is_late(None)
    await agency.is_late(45)
    claimed = await agency.ledger.claim("worker-1", list(Channel), agency.clock.now(), 500)
    for name in ("bookings", "flights", "ledger"):
        setattr(agency, name, Counting(getattr(agency, name), asked))
    verdicts = await Worker(agency, "worker-1").recheck(claimed)
    assert len(verdicts) == people
    assert all(isinstance(verdict, Send) for verdict in verdicts.values())
    return asked


async def test_a_hundred_rows_are_judged_with_as_many_questions_as_two() -> None:
    few, many = await questions_about(2), await questions_about(100)
    assert few == many
    assert len(many) <= 8


async def test_each_row_of_a_claim_has_its_own_verdict() -> None:
    agency = Agency()
    gone, silent = booking(email="gone@example.com"), booking(email="silent@example.com", consents={})
    await agency.books(ON_BA117, gone, replace(silent, consents=ON_BA117.consents))
    await agency.is_late(None)
    await agency.is_late(45)
    claimed = await agency.ledger.claim("worker-1", list(Channel), agency.clock.now(), 50)
    await agency.bookings.forget([gone.id])
    await agency.bookings.save([silent])
    verdicts = await agency.worker.recheck(claimed)
    by_booking = {each.booking: verdicts[each.id] for each in claimed}
    assert isinstance(by_booking[ON_BA117.id], Send)
    assert by_booking[gone.id] == NOT_BOOKED
    assert by_booking[silent.id] == SetAside(State.SUPPRESSED, Reason.NO_CONSENT)


def recheck_with(agency: Agency, staff: FakeJudge, connections: FakeJudge) -> Recheck:
    worker = agency.worker
    return Recheck(
        bookings=agency.bookings,
        audience=worker.audience,
        decide=worker.decide,
        one_person=worker.one_person,
        rows=worker.rows,
        staff=staff,
        connections=connections,
        limit=AddressLimit(agency.ledger, agency.clock),
        caveats=Caveats(agency.sights, agency.seen_at, agency.clock),
        held=agency.handlings,
        clock=agency.clock,
    )


async def test_rows_for_staff_and_about_connections_are_judged_by_others() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    ours = [
        replace(claimed, id="alert", rule="rule-1", booking=None, said=Said.STAFF_ALERT),
        replace(claimed, id="alarm", booking=None, said=Said.ON_CALL),
    ]
    missed = replace(claimed, id="missed", said=Said.CONNECTION_MISSED)
    staff, connections = FakeJudge(), FakeJudge()
    staff.verdicts = {each.id: Wait() for each in ours}
    connections.verdicts = {"missed": Send(address=ANNA)}
    verdicts = await recheck_with(agency, staff, connections)([claimed, *ours, missed])
    assert isinstance(verdicts[claimed.id], Send)
    assert (verdicts["alert"], verdicts["alarm"], verdicts["missed"]) == (Wait(), Wait(), Send(address=ANNA))
    assert (staff.asked, connections.asked) == ([["alert", "alarm"]], [["missed"]])


async def test_a_connection_of_somebody_who_may_not_be_written_to_is_not_even_judged() -> None:
    agency = Agency()
    claimed = replace(await a_claimed_delay(agency), said=Said.CONNECTION_MISSED)
    await agency.bookings.save([booking(consents={})])
    connections = FakeJudge()
    verdicts = await recheck_with(agency, FakeJudge(), connections)([claimed])
    assert verdicts == {claimed.id: SetAside(State.SUPPRESSED, Reason.NO_CONSENT)}
    assert connections.asked == []


# How much one address hears


HEARD_ENOUGH = Wait("the address has heard enough within the hour", timedelta(minutes=5))


async def has_heard(agency: Agency, claimed: Notification, times: int) -> None:
    """Let an address have been told so many things of other flights just now."""
    await agency.ledger.add(
        [
            replace(
                claimed,
                id=f"{number}",
                flight=OTHER,
                state=State.ACCEPTED,
                stage=Stage.WIRE,
                last_wire_at=agency.ledger.real_time,
            )
            for number in range(times)
        ]
    )


async def test_an_address_gets_six_ordinary_messages_an_hour_and_no_seventh() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, claimed, HOURLY - 1)
    assert isinstance(await looked_at_again(agency, claimed), Send)
    await has_heard(agency, claimed, HOURLY)
    assert await looked_at_again(agency, claimed) == HEARD_ENOUGH


async def test_after_an_hour_it_gets_more() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, claimed, HOURLY)
    agency.ledger.wait(timedelta(hours=1))
    assert isinstance(await looked_at_again(agency, claimed), Send)


async def test_rows_of_one_claim_count_too() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, claimed, HOURLY - 1)
    twin = replace(claimed, id="twin", created_at=claimed.created_at + SECOND)
    verdicts = await agency.worker.recheck([twin, claimed])
    assert isinstance(verdicts[claimed.id], Send)
    assert verdicts["twin"] == HEARD_ENOUGH


async def test_what_left_once_and_is_sent_again_does_not_count_against_itself() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, claimed, HOURLY - 1)
    await agency.ledger.wire(claimed, Message(text="once"))
    assert isinstance(await looked_at_again(agency, claimed), Send)


async def test_urgent_news_takes_no_place_of_what_can_be_spared() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, replace(claimed, said=Said.CANCELLED), 2 * HOURLY)
    assert isinstance(await looked_at_again(agency, claimed), Send)


async def test_urgent_news_is_never_limited() -> None:
    agency = Agency()
    claimed = await a_claimed_delay(agency)
    await has_heard(agency, claimed, 2 * HOURLY)
    await moves_on(agency, status="cancelled")
    await moves_on(agency, status="cancelled")
    urgent = replace(claimed, said=Said.CANCELLED)
    assert isinstance(await looked_at_again(agency, urgent), Send)
    assert {Said.LATER, Said.GATE, Said.TERMINAL, Said.NO_NEWS} == CAN_BE_SPARED
