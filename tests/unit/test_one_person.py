"""Of two channels one was put off: neither is left with a belief that the other has corrected."""

from datetime import timedelta

from flightagents.domain.delivery import Rejected, Retry
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind
from flightagents.handlers.waiting import LookAtWaiting
from tests.support.agency import SECOND, Agency
from tests.support.due import BOTH
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking

HOUR = timedelta(hours=1)
LATE = {"gate": "A1"}
BUSY = Retry("429")


async def told_late(minutes: int = 90) -> Agency:
    agency = Agency()
    await agency.books(BOTH)
    for delay in (None, minutes):
        await agency.shows(row(delay=delay, departure=LATE))
        await agency.delivers()
    return agency


async def test_an_earlier_time_that_was_put_off_by_sms_is_told_there_though_the_gate_goes_by_email() -> None:
    agency = await told_late()
    agency.sms.outcomes = [BUSY]
    await agency.shows(row(delay=30, departure=LATE))
    await agency.delivers()
    await agency.shows(row(delay=30, departure={"gate": "B7"}))
    await agency.delivers()
    assert [text.partition(" gate")[0] for text in agency.sms.texts] == [
        "later 16:05 not 14:35 (BA117)",
        "earlier 15:05 not 16:05",
    ]
    assert [text.partition(" ")[0] for text in agency.email.texts] == ["later", "earlier", "gate"]


async def test_an_earlier_time_that_was_put_off_by_email_is_told_there_in_place_of_the_gate() -> None:
    agency = await told_late()
    agency.email.outcomes = [BUSY]
    await agency.shows(row(delay=30, departure=LATE))
    await agency.delivers()
    await agency.shows(row(delay=30, departure={"gate": "B7"}))
    await agency.delivers()
    assert agency.email.texts[1:] == ["earlier 15:05 not 16:05 gate B7 not A1 (BA117)"]
    assert len(agency.sms.texts) == 2


async def test_a_cancellation_that_one_look_denies_is_not_handed_back_and_forth() -> None:
    agency = await told_late(60)
    for _ in range(2):
        agency.sms.outcomes = [BUSY] * 9
        await agency.shows(row(status="cancelled", departure=LATE))
        await agency.delivers()
    agency.sms.outcomes = []
    await agency.shows(row(delay=60, departure=LATE))
    agency.wait(MINUTE)
    await agency.delivers()  # raises where it goes round in circles
    assert [text.partition(" ")[0] for text in agency.sms.texts] == ["later"]
    assert [text.partition(" ")[0] for text in agency.email.texts] == ["later", "cancelled"]


async def test_what_was_put_off_and_is_still_the_last_word_is_made_good() -> None:
    agency = await told_late(60)
    agency.sms.outcomes = [BUSY]
    for _ in range(2):
        await agency.shows(row(status="cancelled", departure=LATE))
        await agency.delivers()
    await agency.shows(row(status="cancelled", departure=LATE, arrival={"baggage": "7"}))
    agency.wait(5 * SECOND)
    await agency.delivers()
    assert [text.partition(" ")[0] for text in agency.sms.texts] == ["later", "cancelled"]
    assert State.PENDING not in agency.states


async def test_first_news_that_was_put_off_by_sms_is_told_there_though_a_gate_follows_by_email() -> None:
    agency = Agency()
    await agency.books(BOTH)
    await agency.shows(row(departure=LATE))
    agency.sms.outcomes = [BUSY]
    await agency.shows(row(delay=90, departure=LATE))
    await agency.delivers()
    await agency.shows(row(delay=90, departure={"gate": "B7"}))
    agency.wait(MINUTE)
    await agency.delivers()
    assert [text.partition(" gate")[0] for text in agency.sms.texts] == ["later 16:05 not 14:35 (BA117)"]


async def test_a_dead_number_is_not_tried_again_at_every_new_state() -> None:
    agency = await told_late()
    agency.sms.outcomes = [Rejected("21614")] * 9
    await agency.shows(row(delay=30, departure=LATE))
    await agency.delivers()
    for gate in ("B7", "C8", "D9"):
        await agency.shows(row(delay=30, departure={"gate": gate}))
        await agency.delivers()
    assert len(agency.sms.tried) == 2


async def test_trouble_that_is_long_over_makes_no_call_of_news_that_was_not_tried() -> None:
    agency = Agency()
    agency.clock.move(-6 * HOUR)
    await agency.books(booking(email=None, phone=ANNAS_PHONE))
    await agency.is_late(None)
    agency.sms.outcomes = [BUSY]
    await agency.is_late(90)
    await agency.delivers()
    await agency.is_late(None)
    await agency.is_late(None)
    agency.wait(3 * HOUR)
    for _ in range(2):
        await agency.shows(row(status="cancelled"))
    await LookAtWaiting(agency.ledger, agency.clock, down=agency.worker.sender.down)()
    await agency.worker.settle()
    assert agency.tasks.of_kind(TaskKind.CALL) == []
