"""The mail server speaks SMTP, keeps what it accepted and nothing else, and fails to order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage

import aiosmtplib
import pytest

from flightagents.sandbox.mailbox import ROW_HEADER, Mailbox, MailFault, mail_server

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = "anna@example.com"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(lambda: NOON) as running:
        yield running


def letter(message_id: str = "<1@agency.example>", to: str = ANNA) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Acme Travel <alerts@agency.example>"
    mail["To"] = to
    mail["Subject"] = "BA117 jetzt 16:40, früher möglich"
    mail["Message-ID"] = message_id
    mail[ROW_HEADER] = "row-1"
    mail.set_content("BA117 now expected 16:40.\n")
    mail.add_alternative("<p>BA117 now expected <b>16:40</b>.</p>\n", subtype="html")
    return mail


async def send(mailbox: Mailbox, mail: EmailMessage | None = None, wait: float = 10) -> str:
    """Send over a connection of its own; `wait` is in seconds."""
    client = aiosmtplib.SMTP(
        hostname=mailbox.host, port=mailbox.port, use_tls=False, start_tls=False, timeout=wait
    )
    try:
        await client.connect()
        _, answer = await client.send_message(mail or letter())
        return answer
    finally:
        client.close()


async def test_a_mail_arrives_parsed(mailbox: Mailbox) -> None:
    assert await send(mailbox) == "2.0.0 Stored as 1"
    (mail,) = mailbox.mails
    assert mail.to == (ANNA,)
    assert mail.sender == "alerts@agency.example"
    assert mail.subject == "BA117 jetzt 16:40, früher möglich"
    assert mail.text == "BA117 now expected 16:40.\n"
    assert mail.html == "<p>BA117 now expected <b>16:40</b>.</p>\n"
    assert (mail.row, mail.number, mail.received_at) == ("row-1", 1, NOON)
    assert mail.headers["To"] == ANNA


async def test_a_mail_is_found_by_message_id_and_by_row_as_often_as_it_came(mailbox: Mailbox) -> None:
    await send(mailbox)
    await send(mailbox)
    assert [mail.number for mail in mailbox.find("<1@agency.example>")] == [1, 2]
    assert len(mailbox.find_row("row-1")) == 2
    assert mailbox.find("<2@agency.example>") == []


@pytest.mark.parametrize("reply", ["451 4.3.0 Try later", "550 5.1.1 No such user"])
async def test_a_recipient_is_refused_as_often_as_told(mailbox: Mailbox, reply: str) -> None:
    mailbox.refuse(ANNA, reply)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(mailbox)
    assert refused.value.recipients[0].code == int(reply[:3])
    assert mailbox.mails == []
    await send(mailbox)
    assert len(mailbox.mails) == 1


async def test_the_others_are_not_refused(mailbox: Mailbox) -> None:
    mailbox.refuse(ANNA, "550 5.1.1 No such user")
    await send(mailbox, letter(to="ben@example.com"))
    assert mailbox.mails[0].to == ("ben@example.com",)


async def test_data_is_refused(mailbox: Mailbox) -> None:
    mailbox.refuse_data("452 4.2.2 Mailbox full")
    with pytest.raises(aiosmtplib.SMTPDataError, match="Mailbox full"):
        await send(mailbox)
    assert mailbox.mails == []


@pytest.mark.parametrize(("fault", "stored"), [(MailFault.LOST, 0), (MailFault.NO_ANSWER, 1)])
async def test_the_connection_breaks_after_data(mailbox: Mailbox, fault: MailFault, stored: int) -> None:
    mailbox.fail_next(fault)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox)
    assert len(mailbox.find("<1@agency.example>")) == stored
    await send(mailbox, letter("<2@agency.example>"))
    assert len(mailbox.find("<2@agency.example>")) == 1


async def test_it_accepts_and_then_hangs(mailbox: Mailbox) -> None:
    mailbox.fail_next(MailFault.HANG)
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await send(mailbox, wait=0.2)
    assert len(mailbox.mails) == 1


async def test_an_answer_can_be_held_back(mailbox: Mailbox) -> None:
    stored, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        stored.set()
        await go_on.wait()

    mailbox.before_answer = hold
    sending = asyncio.create_task(send(mailbox))
    async with asyncio.timeout(10):
        await stored.wait()
    assert len(mailbox.mails) == 1
    assert not sending.done()
    go_on.set()
    await sending


async def test_with_credentials_nobody_else_may_send() -> None:
    async with mail_server(credentials=("agency", "s3cret")) as mailbox:
        with pytest.raises(aiosmtplib.SMTPException, match=r"[Aa]uthentication"):
            await send(mailbox)
        client = aiosmtplib.SMTP(hostname=mailbox.host, port=mailbox.port, use_tls=False, start_tls=False)
        async with client:
            with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
                await client.login("agency", "wrong")
            assert refused.value.code == 535
        async with client:
            await client.login("agency", "s3cret")
            await client.send_message(letter())
        assert len(mailbox.mails) == 1


async def test_it_ends_while_somebody_is_connected() -> None:
    async with mail_server() as mailbox:
        client = aiosmtplib.SMTP(hostname=mailbox.host, port=mailbox.port, use_tls=False, start_tls=False)
        await client.connect()
    with pytest.raises(aiosmtplib.SMTPException):
        await client.noop()
    client.close()
