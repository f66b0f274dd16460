"""Sending email keeps its promises on the sandbox's mailbox and on Debian's Postfix."""

import asyncio
import ssl
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Protocol

import pytest
from pydantic import SecretStr

from flightagents.domain.delivery import Accepted, Envelope, Found, Misconfigured, Rejected, Retry, Uncertain
from flightagents.notify.email import EmailChannel
from flightagents.notify.headers import ROW_HEADER
from flightagents.sandbox.mailbox import Mailbox, MailFault, mail_server
from flightagents.settings import SmtpTls
from tests.support.messages import ANNA, NOON, Wire, letter
from tests.support.postfix import Postfix, running_postfix

NOBODY, BUSY = "nobody@example.com", "busy@example.com"
SENDER = "alerts@agency.example"


@dataclass(frozen=True)
class Arrived:
    headers: dict[str, str]
    text: str
    html: str


class Place(Protocol):
    """A mail server that knows anna, does not know nobody, and has no time for busy."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...

    async def until_arrived(self, row: str, times: int = 1) -> None: ...

    def arrived(self, row: str) -> list[Arrived]: ...


class SandboxPlace:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self.host, self.port = mailbox.host, mailbox.port
        mailbox.refuse(NOBODY, f"550 5.1.1 <{NOBODY}>: No such user", times=9)
        mailbox.refuse(BUSY, f"451 4.3.0 <{BUSY}>: Try later", times=9)

    async def until_arrived(self, row: str, times: int = 1) -> None:
        assert len(self._mailbox.find_row(row)) == times

    def arrived(self, row: str) -> list[Arrived]:
        return [Arrived(dict(mail.headers), mail.text, mail.html) for mail in self._mailbox.find_row(row)]


class PostfixPlace:
    def __init__(self, server: Postfix) -> None:
        self._server = server
        self.host, self.port = server.host, server.port

    async def until_arrived(self, row: str, times: int = 1) -> None:
        await self._server.until("anna", lambda mail: mail[ROW_HEADER] == row, times)

    def arrived(self, row: str) -> list[Arrived]:
        return [
            Arrived(
                {name: str(value) for name, value in mail.items()}, _body(mail, "plain"), _body(mail, "html")
            )
            for mail in self._server.mails("anna")
            if mail[ROW_HEADER] == row
        ]


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    yield from running_postfix()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as running:
        yield running


@pytest.fixture(params=["sandbox", pytest.param("postfix", marks=pytest.mark.postfix)])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "sandbox":
        return SandboxPlace(request.getfixturevalue("mailbox"))
    return PostfixPlace(request.getfixturevalue("postfix"))


@pytest.fixture
def row() -> str:
    return uuid.uuid4().hex


def channel_to(
    place: Place | Mailbox | Postfix,
    **settings: Any,  # noqa: ANN401 - any of the channel's arguments
) -> EmailChannel:
    usual: dict[str, Any] = {
        "tls": SmtpTls.NONE,
        "mail_from": SENDER,
        "from_name": "Acme Travel, Söhne & Co.",
    }
    return EmailChannel(host=place.host, port=place.port, **{**usual, **settings})


@pytest.fixture
async def channel(place: Place) -> AsyncIterator[EmailChannel]:
    opened = channel_to(place)
    yield opened
    opened.close()


async def test_an_email_arrives_as_it_was_rendered(place: Place, channel: EmailChannel, row: str) -> None:
    envelope, wire = letter(row), Wire()
    outcome = await channel.send(envelope, wire)
    assert isinstance(outcome, Accepted)
    assert outcome.provider_id
    assert wire.times == 1
    await place.until_arrived(row)
    (mail,) = place.arrived(row)
    assert mail.text == envelope.message.text
    assert mail.html == envelope.message.html
    assert mail.headers["Message-ID"] == f"<{row}@agency.example>"
    assert mail.headers["References"] == "<flight.BA117.2026-11-22.LHR.JFK@agency.example>"
    assert mail.headers["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert mail.headers["From"] == '"Acme Travel Söhne & Co." <alerts@agency.example>'
    assert mail.headers["To"] == ANNA
    assert mail.headers["Subject"] == envelope.message.subject
    assert mail.headers["Auto-Submitted"] == "auto-generated"


async def test_nothing_arrives_before_the_wire_was_noted(
    place: Place, channel: EmailChannel, row: str
) -> None:
    seen: list[int] = []

    async def look() -> None:
        seen.append(len(place.arrived(row)))

    await channel.send(letter(row), Wire(first=[look]))
    assert seen == [0]


async def test_what_the_wire_raises_passes_through_and_nothing_is_sent(
    place: Place, channel: EmailChannel, row: str
) -> None:
    async def lost() -> None:
        raise LookupError("the row is another's")

    with pytest.raises(LookupError):
        await channel.send(letter(f"{row}-fenced"), lost)
    assert isinstance(await channel.send(letter(row), Wire()), Accepted)
    await place.until_arrived(row)
    assert place.arrived(f"{row}-fenced") == []


async def test_a_send_that_is_cancelled_leaves_no_connection_out_of_step(
    place: Place, channel: EmailChannel, row: str
) -> None:
    at_wire = asyncio.Event()

    async def wait_for_ever() -> None:
        at_wire.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(channel.send(letter(f"{row}-cancelled"), wait_for_ever))
    await at_wire.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert isinstance(await channel.send(letter(row), Wire()), Accepted)
    await place.until_arrived(row)
    assert place.arrived(f"{row}-cancelled") == []


async def test_an_unknown_recipient_is_rejected_and_the_next_email_arrives(
    place: Place, channel: EmailChannel, row: str
) -> None:
    wire = Wire()
    outcome = await channel.send(letter(f"{row}-refused", to=NOBODY), wire)
    assert outcome == Rejected("the mail server refused it (RCPT 550 5.1.1)")
    assert wire.times == 0
    assert isinstance(await channel.send(letter(row), wire), Accepted)
    await place.until_arrived(row)


async def test_a_recipient_who_is_busy_is_tried_later(channel: EmailChannel, row: str) -> None:
    wire = Wire()
    outcome = await channel.send(letter(row, to=BUSY), wire)
    assert isinstance(outcome, Retry)
    assert outcome.after is None
    assert wire.times == 0


async def test_an_email_that_is_sent_again_is_the_same_email(
    place: Place, channel: EmailChannel, row: str
) -> None:
    for _ in range(2):
        assert isinstance(await channel.send(letter(row), Wire()), Accepted)
    await place.until_arrived(row, times=2)
    first, second = place.arrived(row)
    for header in ("Message-ID", "Date", "Content-Type"):
        assert first.headers[header] == second.headers[header]


async def test_many_at_once_arrive_once_each(place: Place, channel: EmailChannel, row: str) -> None:
    rows = [f"{row}-{number}" for number in range(30)]
    outcomes = await asyncio.gather(*(channel.send(letter(each), Wire()) for each in rows))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    for each in rows:
        await place.until_arrived(each)
    assert [len(place.arrived(each)) for each in rows] == [1] * 30


async def test_plain_smtp_cannot_be_asked(channel: EmailChannel, row: str) -> None:
    assert await channel.find(letter(row, wire_at=NOON)) is Found.CANNOT_TELL


# Postfix alone


@pytest.mark.postfix
async def test_a_receipt_names_the_row(postfix: Postfix, row: str) -> None:
    channel = channel_to(postfix, receipts=True)
    await channel.send(letter(row), Wire())
    channel.close()
    receipt = await postfix.until("alerts", lambda mail: f"Original-Envelope-Id: {row}" in mail.as_string())
    assert receipt.get_content_type() == "multipart/report"


@pytest.mark.postfix
async def test_a_server_that_does_not_relay_stops_the_channel(postfix: Postfix) -> None:
    channel = channel_to(postfix)
    outcome = await channel.send(letter(to="anna@elsewhere.example"), Wire())
    channel.close()
    assert outcome == Misconfigured(
        "the server does not relay for us: log in, or ask its operator (RCPT 554 5.7.1)"
    )


@pytest.mark.postfix
async def test_a_sender_that_is_refused_at_the_recipient_stops_the_channel(postfix: Postfix) -> None:
    channel = channel_to(postfix, mail_from="alerts@spoofed.example")
    outcome = await channel.send(letter(), Wire())
    channel.close()
    assert isinstance(outcome, Misconfigured)
    assert "FLIGHTAGENTS_MAIL_FROM" in outcome.reason


@pytest.mark.postfix
async def test_an_email_goes_over_starttls(postfix: Postfix, row: str) -> None:
    trusting = ssl.create_default_context(cafile=str(postfix.certificate))
    channel = channel_to(postfix, tls=SmtpTls.STARTTLS, context=trusting)
    assert isinstance(await channel.send(letter(row), Wire()), Accepted)
    channel.close()
    received = await postfix.until("anna", lambda mail: mail[ROW_HEADER] == row)
    assert "TLS" in received["Received"] or "ESMTPS" in received["Received"]


@pytest.mark.postfix
async def test_a_certificate_that_nobody_signed_stops_the_channel(postfix: Postfix) -> None:
    wire = Wire()
    channel = channel_to(postfix, tls=SmtpTls.STARTTLS)
    outcome = await channel.send(letter(), wire)
    assert isinstance(outcome, Misconfigured)
    assert "certificate" in outcome.reason
    assert wire.times == 0


@pytest.mark.postfix
async def test_tls_from_the_first_byte_on_a_port_without_stops_the_channel(postfix: Postfix) -> None:
    outcome = await channel_to(postfix, tls=SmtpTls.TLS).send(letter(), Wire())
    assert isinstance(outcome, Misconfigured)
    assert "FLIGHTAGENTS_SMTP_TLS" in outcome.reason


@pytest.mark.postfix
async def test_a_server_without_logins_stops_a_channel_that_has_one(postfix: Postfix) -> None:
    outcome = await channel_to(postfix, username="agency").send(letter(), Wire())
    assert isinstance(outcome, Misconfigured)


# The sandbox alone: it fails to order


async def test_the_sandbox_mailbox_is_evidence(mailbox: Mailbox, row: str) -> None:
    async def look(envelope: Envelope) -> Accepted | Found:
        return Accepted() if mailbox.find_row(envelope.row) else Found.NO

    channel = channel_to(mailbox, lookup=look, now=lambda: NOON)
    assert await channel.find(letter(row, wire_at=NOON - timedelta(seconds=119))) is Found.NOT_YET
    assert await channel.find(letter(row, wire_at=NOON - timedelta(seconds=120))) is Found.NO
    sent_again = letter(row, wire_at=NOON - timedelta(hours=1), last_wire_at=NOON - timedelta(seconds=9))
    assert await channel.find(sent_again) is Found.NOT_YET
    await channel.send(letter(row), Wire())
    assert await channel.find(sent_again) == Accepted()
    at_once = channel_to(mailbox, lookup=look, grace=timedelta())
    assert await at_once.find(letter(f"{row}-other", wire_at=NOON)) is Found.NO
    channel.close()


async def test_a_refused_login_stops_the_channel_and_tells_no_secret() -> None:
    async with mail_server(credentials=("agency", "s3cret")) as mailbox:
        wrong = channel_to(mailbox, username="agency", password=SecretStr("wr0ng"))
        outcome = await wrong.send(letter(), Wire())
        assert isinstance(outcome, Misconfigured)
        assert "AUTH 535" in outcome.reason
        assert "wr0ng" not in outcome.reason
        right = channel_to(mailbox, username="agency", password=SecretStr("s3cret"))
        assert isinstance(await right.send(letter(), Wire()), Accepted)
        right.close()
        assert "s3cret" not in repr(vars(right))


async def test_a_letter_without_an_answer_is_uncertain(mailbox: Mailbox, row: str) -> None:
    channel = channel_to(mailbox)
    for fault, stored in ((MailFault.LOST, 0), (MailFault.NO_ANSWER, 1)):
        mailbox.fail_next(fault)
        outcome = await channel.send(letter(f"{row}-{fault}"), Wire())
        assert isinstance(outcome, Uncertain)
        assert len(mailbox.find_row(f"{row}-{fault}")) == stored
    assert isinstance(await channel.send(letter(row), Wire()), Accepted)
    channel.close()
