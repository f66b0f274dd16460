"""Each mail that came back moves its row once, and is marked as read only after that."""

from datetime import timedelta

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, NoReceipt, Receipt, Reply
from flightagents.domain.notifications import Message, State
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.handlers.mail_replies import TakeMailReply
from flightagents.handlers.receipts import RECEIPT_WITHIN, ReadBounces, TakeReceipt
from tests.support.agency import Agency
from tests.support.desk import FakeLedger
from tests.support.fakes import SetClock
from tests.support.messages import ANNAS_PHONE
from tests.support.receipts import ROW, FakeBounces
from tests.support.rows import NOON
from tests.support.tasks import FakeTasks
from tests.support.travellers import booking

MEANINGS: dict[bytes, Receipt | Reply | NoReceipt] = {
    b"bounce": Receipt("a", delivered=False, detail="failed 5.1.1"),
    b"success": Receipt("a", delivered=True, detail="delivered 2.0.0"),
    b"relayed": Receipt("a", delivered=False, detail="relayed 2.0.0", relayed=True),
    b"unknown": Receipt("b", delivered=True, detail="delivered 2.0.0"),
    b"vacation": NoReceipt.OTHER_MAIL,
    b"answer": Reply("mail 1", ("thread", "a")),
    b"to another": Reply("mail 2", ("unknown",)),
    b"news": Reply("mail 3", ()),
}


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


async def accepted(ledger: FakeLedger) -> None:
    await ledger.add([ROW])
    (mine,) = await ledger.claim("w1", [Channel.EMAIL], NOON, 1)
    await ledger.wire(mine, Message(text="BA117"))
    await ledger.finish(mine, State.ACCEPTED, "accepted", receipt_within=RECEIPT_WITHIN)


def reader(ledger: FakeLedger, source: FakeBounces, tasks: FakeTasks | None = None) -> ReadBounces:
    take_reply = TakeMailReply(ledger, tasks or FakeTasks(), SetClock())
    return ReadBounces(source, MEANINGS.__getitem__, TakeReceipt(ledger), take_reply, ledger)


@pytest.mark.parametrize(
    ("mail", "state", "kind"),
    [
        (b"bounce", State.FAILED, "failed"),
        (b"success", State.DELIVERED, "delivered"),
        (b"relayed", State.ACCEPTED, "relayed"),
        (b"vacation", State.ACCEPTED, "other_mail"),
        (b"unknown", State.ACCEPTED, "no_change"),
        (b"answer", State.ACCEPTED, "reply"),
    ],
)
async def test_a_mail_does_what_it_means_and_is_counted(
    ledger: FakeLedger, mail: bytes, state: State, kind: str
) -> None:
    await accepted(ledger)
    source = FakeBounces(mail)
    assert await reader(ledger, source)() == {kind: 1}
    assert ledger.rows[0].state is state
    assert source.unread == {}


async def test_what_a_traveller_answers_is_a_task_of_their_booking_and_flight(ledger: FakeLedger) -> None:
    await accepted(ledger)
    tasks = FakeTasks()
    assert await reader(ledger, FakeBounces(b"answer", b"vacation"), tasks)() == {"reply": 1, "other_mail": 1}
    (task,) = tasks.all
    assert (task.kind, task.flight, task.booking) == (TaskKind.REPLY, ROW.flight, ROW.booking)
    assert task.summary == "A traveller has answered an email: read it in the mailbox that bounces come to."
    assert task.quote == ""


async def test_what_nobody_known_writes_is_a_task_too(ledger: FakeLedger) -> None:
    tasks = FakeTasks()
    assert await reader(ledger, FakeBounces(b"to another", b"news"), tasks)() == {"reply": 2}
    assert {(task.flight, task.booking, task.summary.split()[0]) for task in tasks.all} == {
        (None, None, "Somebody")
    }
    assert len(tasks.all) == 2


async def test_a_mail_that_is_read_again_is_no_second_task(ledger: FakeLedger) -> None:
    await accepted(ledger)
    tasks = FakeTasks()
    await reader(ledger, FakeBounces(b"answer"), tasks)()
    await tasks.finish([tasks.all[0].id], "Kim")
    await reader(ledger, FakeBounces(b"answer"), tasks)()
    assert [task.state for task in tasks.all] == [TaskState.DONE]


async def test_the_mailbox_is_emptied_in_one_go(ledger: FakeLedger) -> None:
    await accepted(ledger)
    source = FakeBounces(b"vacation", b"vacation", b"success", b"success", b"bounce")
    assert await reader(ledger, source)() == {"other_mail": 2, "delivered": 1, "no_change": 2}
    assert source.unread == {}


async def test_an_empty_mailbox_is_nothing_to_tell(ledger: FakeLedger) -> None:
    assert await reader(ledger, FakeBounces())() == {}


async def test_a_mail_that_could_not_be_marked_is_read_again_and_changes_nothing(ledger: FakeLedger) -> None:
    await accepted(ledger)
    source = FakeBounces(b"bounce", breaks_after=1)
    assert await reader(ledger, source)() == {}
    assert ledger.rows[0].state is State.FAILED
    again = FakeBounces(*source.unread.values())
    assert await reader(ledger, again)() == {"no_change": 1}


async def test_a_receipt_is_overdue_only_once_every_mail_was_read(ledger: FakeLedger) -> None:
    await accepted(ledger)
    ledger.wait(RECEIPT_WITHIN + timedelta(seconds=1))
    assert await reader(ledger, FakeBounces(b"vacation", breaks_after=2))() == {"other_mail": 1}
    assert await ledger.unsettled() == []
    assert await reader(ledger, FakeBounces(b"success"))() == {"delivered": 1}
    assert await ledger.unsettled() == []


async def test_what_is_overdue_is_counted_and_unsettled(ledger: FakeLedger) -> None:
    await accepted(ledger)
    ledger.wait(RECEIPT_WITHIN + timedelta(seconds=1))
    assert await reader(ledger, FakeBounces())() == {"overdue": 1}
    assert [row.id for row in await ledger.unsettled()] == ["a"]


async def test_a_row_in_time_is_not_overdue(ledger: FakeLedger) -> None:
    await accepted(ledger)
    ledger.wait(RECEIPT_WITHIN - timedelta(seconds=1))
    assert await reader(ledger, FakeBounces())() == {}


def test_closing_ends_what_the_mailbox_keeps_open(ledger: FakeLedger) -> None:
    source = FakeBounces()
    reader(ledger, source).close()
    assert source.closed


async def test_a_bounced_email_is_an_sms_in_the_end() -> None:
    agency = Agency()
    agency.clock.move(timedelta(hours=-4))
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    agency.email.outcomes = [Accepted("4XyZ12", receipt_promised=True)]
    await agency.is_late(45)
    await agency.delivers()
    came_back = Receipt(agency.row.id, delivered=False, detail="failed 5.2.2")
    source = FakeBounces(b"of Anna")
    take_reply = TakeMailReply(agency.ledger, agency.tasks, agency.clock)
    read = ReadBounces(source, lambda _: came_back, agency.worker.take_receipt, take_reply, agency.ledger)
    assert await read() == {"failed": 1}
    await agency.worker.settle()
    await agency.delivers()
    assert agency.sms.texts == ["later 15:20 not 14:35 (BA117)"]
