"""What a real mail server reports of our emails moves their rows, through the maildir it delivers to."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted
from flightagents.domain.notifications import Notification, State
from flightagents.handlers.mail_replies import TakeMailReply
from flightagents.handlers.receipts import RECEIPT_WITHIN, ReadBounces, TakeReceipt
from flightagents.notify import dsn
from flightagents.notify.bounces_maildir import Maildir
from flightagents.notify.email import EmailChannel
from flightagents.settings import SmtpTls
from tests.support.desk import FakeLedger
from tests.support.fakes import SetClock
from tests.support.messages import ANNA, Wire, letter
from tests.support.postfix import BEHIND, GONE, Postfix, running_postfix
from tests.support.receipts import ROW
from tests.support.rows import NOON
from tests.support.smtp_server import ScriptedSmtp
from tests.support.tasks import FakeTasks

pytestmark = pytest.mark.postfix


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    yield from running_postfix()


class Desk:
    """One row on its way through Postfix, and whoever reads what comes back."""

    def __init__(self, postfix: Postfix) -> None:
        self.ledger = FakeLedger()
        self.id = uuid.uuid4().hex
        self._postfix = postfix
        source = Maildir(postfix.home / "mail" / "alerts")
        self.read = ReadBounces(
            source,
            dsn.read,
            TakeReceipt(self.ledger),
            TakeMailReply(self.ledger, FakeTasks(), SetClock()),
            self.ledger,
        )

    @property
    def row(self) -> Notification:
        return self.ledger.kept[self.id].row

    async def send(self, address: str, *, receipts: bool = True) -> None:
        channel = EmailChannel(
            host=self._postfix.host,
            port=self._postfix.port,
            tls=SmtpTls.NONE,
            mail_from="alerts@agency.example",
            receipts=receipts,
        )
        await self.ledger.add([replace(ROW, id=self.id)])
        (mine,) = await self.ledger.claim("w1", [Channel.EMAIL], NOON, 1)
        email = letter(self.id, address)
        await self.ledger.wire(mine, email.message)
        outcome = await channel.send(email, Wire())
        channel.close()
        assert isinstance(outcome, Accepted)
        assert outcome.receipt_promised is receipts
        within = RECEIPT_WITHIN if receipts else None
        await self.ledger.finish(mine, State.ACCEPTED, "accepted", receipt_within=within)

    async def until_reported(self, action: str) -> None:
        def is_it(mail: EmailMessage) -> bool:
            return self.id in mail.as_string() and f"Action: {action}" in mail.as_string()

        await self._postfix.until("alerts", is_it)


@pytest.fixture
def desk(postfix: Postfix) -> Desk:
    return Desk(postfix)


async def test_an_email_in_the_mailbox_is_delivered(desk: Desk) -> None:
    await desk.send(ANNA)
    await desk.until_reported("delivered")
    assert await desk.read() == {"delivered": 1}
    assert desk.row.state is State.DELIVERED
    assert desk.row.trace[-1] == "receipt: delivered: delivered 2.0.0"
    assert await desk.read() == {}


@pytest.mark.parametrize("receipts", [True, False])
async def test_an_email_that_comes_back_has_failed(desk: Desk, receipts: bool) -> None:
    await desk.send(GONE, receipts=receipts)
    await desk.until_reported("failed")
    # It is an alias: where receipts were asked for, that it was expanded is reported too, before or after.
    counted = await desk.read()
    assert (counted["failed"], counted["relayed"] + counted["no_change"]) == (1, int(receipts))
    assert desk.row.state is State.FAILED
    assert desk.row.trace[-1] == "receipt: failed: failed 5.1.1"
    assert [row.id for row in await desk.ledger.unsettled()] == [desk.id]


async def test_an_email_handed_to_a_server_without_receipts_is_told(postfix: Postfix, desk: Desk) -> None:
    behind = ScriptedSmtp()
    behind.port = postfix.next_hop
    async with behind.running():
        await desk.send(BEHIND)
        await desk.until_reported("relayed")
    assert await desk.read() == {"relayed": 1}
    assert (desk.row.state, desk.row.receipt_by) == (State.ACCEPTED, None)


async def test_an_email_that_the_next_server_refuses_has_failed(postfix: Postfix, desk: Desk) -> None:
    behind = ScriptedSmtp().say("RCPT", "550 5.2.1 Mailbox disabled")
    behind.port = postfix.next_hop
    async with behind.running():
        await desk.send(BEHIND)
        await desk.until_reported("failed")
    assert await desk.read() == {"failed": 1}
    assert desk.row.trace[-1] == "receipt: failed: failed 5.2.1"


async def test_a_letter_of_a_person_in_between_is_let_be(postfix: Postfix, desk: Desk) -> None:
    answer = EmailChannel(
        host=postfix.host, port=postfix.port, tls=SmtpTls.NONE, mail_from="anna@example.com"
    )
    await answer.send(letter("an answer", "alerts@agency.example"), Wire())
    answer.close()
    await postfix.until("alerts", lambda mail: mail["X-Flightagents-Row"] == "an answer")
    await desk.send(ANNA)
    await desk.until_reported("delivered")
    assert await desk.read() == {"other_mail": 1, "delivered": 1}
