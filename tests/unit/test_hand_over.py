"""What is handed over, in which words, and what is only shown or set aside."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from flightagents.domain.alerting import Current
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Rejected
from flightagents.domain.notifications import StaffNotice, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.vital_signs import Measure
from flightagents.handlers import deliver as module
from flightagents.handlers.cases import Case, Moved
from flightagents.handlers.decide import Manner
from flightagents.handlers.limits import HOURLY
from flightagents.handlers.receipts import RECEIPT_WITHIN
from flightagents.handlers.verdicts import Send
from flightagents.pulse import PULSE, Durations
from tests.support import counted as prometheus
from tests.support.agency import BA117, SECOND, Agency, Worker
from tests.support.due import BOTH, ON_BA117, a_due_delay, forty_due
from tests.support.messages import ANNA
from tests.support.rows import row
from tests.support.travellers import booking

# Shadow mode


async def shadowed() -> Agency:
    agency = Agency(manner=Manner(shadow=True))
    await agency.at_rest(BOTH)
    await agency.is_late(90)
    await agency.delivers()
    return agency


async def test_in_shadow_mode_messages_are_written_and_not_sent() -> None:
    agency = await shadowed()
    assert agency.email.tried == agency.sms.tried == []
    assert {(each.state, each.reason) for each in agency.rows} == {(State.SUPPRESSED, Reason.SHADOW)}
    texts = {each.message.text for each in agency.rows if each.message is not None}
    assert texts == {"later 16:05 not 14:35 (BA117)"}


async def test_what_was_shown_counts_as_told_while_in_shadow_mode() -> None:
    agency = await shadowed()
    assert await agency.ledger.unsettled() == []
    await agency.worker.decide.for_flights([BA117])
    await agency.delivers()
    assert len(agency.rows) == 2
    await agency.is_late(0)
    await agency.delivers()
    assert [each.said for each in agency.rows if each.channel is Channel.EMAIL] == [
        Said.LATER,
        Said.ALL_CLEAR,
    ]


async def test_what_was_only_shown_is_told_when_the_agency_goes_live() -> None:
    agency = await shadowed()
    agency.manner = Manner()
    agency.worker = Worker(agency, "worker-2")
    await agency.worker.decide.for_flights([BA117])
    await agency.delivers()
    assert agency.told == ["later 16:05 not 14:35 (BA117)"] * 2


async def test_in_shadow_mode_what_is_no_longer_true_is_not_even_shown() -> None:
    agency = Agency(manner=Manner(shadow=True))
    await agency.at_rest(ON_BA117)
    await agency.is_late(90)
    changes = agency.looks(row(delay=0))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    await agency.delivers()
    assert (agency.row.reason, agency.row.message) == (Reason.NOT_MATERIAL, None)


# Limits, staff, receipts


async def test_what_an_address_has_heard_too_much_of_waits_and_leaves_within_the_hour() -> None:
    agency = await a_due_delay()
    told = replace(agency.row, state=State.ACCEPTED, stage=Stage.WIRE, last_wire_at=agency.ledger.real_time)
    await agency.ledger.add([replace(told, id=str(number), flight="another") for number in range(HOURLY)])
    await agency.delivers()
    late = next(each for each in agency.rows if each.flight == BA117)
    assert (late.state, late.trace[-1]) == (State.PENDING, "the address has heard enough within the hour")
    assert agency.told == []
    for _ in range(12):
        agency.wait(timedelta(minutes=5))
        await agency.delivers()
    assert len(agency.told) == 1


async def test_staff_are_written_to_in_their_own_words() -> None:
    agency = await a_due_delay()
    said = StaffNotice(title="BA117 is late", lines=("45 min",))
    await agency.ledger.add(
        [replace(agency.row, id="alert", rule="rule-1", booking=None, notice=None, said=Said.STAFF_ALERT)]
    )
    agency.staff.verdicts = {"alert": Send(address="desk@agency.example", staff=said)}
    await agency.delivers()
    alert = next(each for each in agency.rows if each.id == "alert")
    assert (alert.state, alert.staff) == (State.ACCEPTED, said)
    assert sorted(each.address for each in agency.email.arrived) == [ANNA, "desk@agency.example"]
    assert "BA117 is late" in agency.told


async def test_a_promised_receipt_is_waited_for_and_no_other() -> None:
    agency = await a_due_delay(90, BOTH)
    agency.email.outcomes, agency.sms.outcomes = [Accepted("1", receipt_promised=True)], [Accepted("2")]
    await agency.delivers()
    by = {each.channel: each.receipt_by for each in agency.rows}
    assert by == {Channel.EMAIL: agency.ledger.real_time + RECEIPT_WITHIN, Channel.SMS: None}


async def test_a_row_that_nobody_judges_stays_claimed_and_stops_no_neighbour() -> None:
    agency = await a_due_delay()
    await agency.ledger.add([replace(agency.row, id="alert", rule="rule-1", said=Said.STAFF_ALERT)])
    with pytest.raises(ExceptionGroup):
        await agency.worker.deliver()
    assert len(agency.told) == 1


async def test_a_row_that_cannot_be_judged_stops_no_neighbour() -> None:
    agency = Agency()
    others = [booking(email=f"{number}@example.com") for number in range(9)]
    await agency.books(booking(name="Bobby Tables"), *others)
    await agency.is_late(None)
    await agency.is_late(45)
    as_it_stands = agency.worker.one_person.current

    def current(case: Case, moved: Moved) -> Current:
        if case.booking.name == "Bobby Tables":
            raise ValueError("no sense")
        return as_it_stands(case, moved)

    agency.worker.one_person.current = current  # type: ignore[method-assign]  # breaks on one of them
    with pytest.raises(ExceptionGroup):
        await agency.worker.deliver()
    assert len(agency.told) == 9


async def test_a_verdict_that_has_grown_old_is_given_anew() -> None:
    """Where a channel is slow, the flight moves on while the rows that were judged await their turn."""
    agency = Agency()
    await forty_due(agency)
    changes = agency.looks(row(delay=0))

    async def take_long() -> None:
        agency.email.on_the_wire = None
        agency.ticks.move(module.FRESH + SECOND)
        await agency.flights.move_on(change.state for change in changes if change.state is not None)

    agency.email.on_the_wire = take_long
    await agency.worker.deliver()
    assert len(agency.told) == 1
    aside = [each for each in agency.rows if each.state is not State.ACCEPTED]
    assert {(each.state, each.reason) for each in aside} == {(State.SUPPRESSED, Reason.NOT_MATERIAL)}


async def test_how_rows_end_is_counted() -> None:
    agency = await a_due_delay(90, BOTH)
    agency.sms.outcomes = [Rejected("no such number")]
    before = {name: counted(name) for name in ("email accepted later news", "sms failed later news")}
    await agency.worker.deliver()
    assert {name: counted(name) - before[name] for name in before} == dict.fromkeys(before, 1.0)


async def test_what_is_set_aside_is_counted_by_its_reason() -> None:
    agency = await a_due_delay()
    await agency.bookings.cancel("ABC123")
    before = counted("email suppressed later not_booked")
    await agency.worker.deliver()
    assert counted("email suppressed later not_booked") == before + 1


async def test_a_decision_is_counted_once_however_often_it_is_made() -> None:
    agency = Agency()
    silent, news = decided(Reason.NOT_MATERIAL), decided(Reason.NEWS, told="yes")
    await agency.at_rest(BOTH)
    await agency.is_late(90)
    for _ in range(3):
        await agency.worker.decide.for_flights([BA117])
    assert decided(Reason.NOT_MATERIAL) == silent + 1
    assert decided(Reason.NEWS, told="yes") == news + 2


async def test_how_long_a_row_was_due_is_timed_when_it_is_accepted() -> None:
    def now() -> tuple[float, float]:
        name = "flightagents_decision_to_hand_over_seconds"
        return (
            prometheus.counted(f"{name}_count", channel="email"),
            prometheus.counted(f"{name}_sum", channel="email"),
        )

    agency = await a_due_delay()
    times, seconds = now()
    agency.wait(timedelta(seconds=42))
    await agency.delivers()
    times_now, seconds_now = now()
    assert times_now == times + 1
    assert seconds_now == pytest.approx(seconds + 42)


async def test_a_row_that_nobody_may_be_written_is_a_decision_not_to_tell() -> None:
    agency = Agency()
    before = decided(Reason.NO_CONSENT)
    await agency.at_rest(replace(ON_BA117, consents={}))
    await agency.is_late(90)
    assert decided(Reason.NO_CONSENT) == before + 1


def decided(reason: Reason, told: str = "no") -> float:
    labels = {"told": told, "reason": reason.value}
    return REGISTRY.get_sample_value("flightagents_decisions_total", labels) or 0.0


def counted(name: str) -> float:
    channel, state, said, reason = name.split()
    labels = {"channel": channel, "state": state, "said": said, "reason": reason}
    return REGISTRY.get_sample_value("flightagents_notifications_total", labels) or 0.0


async def test_how_long_a_message_took_from_when_it_was_due_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PULSE, Measure.DECISION_TO_HAND_OVER, Durations())
    agency = await a_due_delay()
    agency.wait(7 * SECOND)
    await agency.delivers()
    noted = PULSE[Measure.DECISION_TO_HAND_OVER].lately()
    assert noted is not None
    assert (noted.median, noted.count) == (7.0, 1)
