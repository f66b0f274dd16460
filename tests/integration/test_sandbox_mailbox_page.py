"""The mailbox page shows every email and SMS, and what is in them does nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import pytest

from flightagents.sandbox.mailbox import ROW_HEADER, Mailbox, mail_server
from flightagents.sandbox.mailbox_page import PER_PAGE, mailbox_page
from flightagents.sandbox.sms import Sms
from flightagents.sandbox.twilio import Twilio, twilio_server

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class World:
    mailbox: Mailbox
    twilio: Twilio
    page: str


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with (
        mail_server(lambda: NOON) as mailbox,
        twilio_server(lambda: NOON) as twilio,
        mailbox_page(mailbox, twilio) as page,
    ):
        yield World(mailbox, twilio, page)


async def mail(world: World, subject: str, html: str, number: int = 1) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "alerts@agency.example", "anna@example.com", subject
    message["Message-ID"], message[ROW_HEADER] = f"<{number}@agency.example>", f"row-{number}"
    message.set_content("plain words")
    message.add_alternative(html, subtype="html")
    await aiosmtplib.send(
        message, hostname=world.mailbox.host, port=world.mailbox.port, use_tls=False, start_tls=False
    )


def sms(world: World, body: str, after: timedelta = timedelta()) -> None:
    number = len(world.twilio.messages) + 1
    world.twilio.messages.append(
        Sms(
            number,
            f"SM{number}",
            "AC1",
            "+447700900123",
            "+15005550006",
            body,
            "queued",
            None,
            None,
            NOON + after,
        )
    )


async def get(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_an_empty_mailbox_says_so(world: World) -> None:
    assert "Nothing yet" in await get(world.page)


async def test_emails_and_sms_are_shown_newest_first(world: World) -> None:
    sms(world, "first", timedelta(minutes=-1))
    await mail(world, "second", "<p>second</p>")
    sms(world, "third", timedelta(minutes=1))
    text = await get(world.page)
    assert text.index("third") < text.index("second") < text.index("first")
    assert "1 email, 2 SMS" in text


async def test_what_is_in_a_message_is_escaped_and_framed(world: World) -> None:
    await mail(world, "<script>subject</script>", '<p title="x">hello</p><script>evil()</script>')
    sms(world, "<b>bold</b>")
    text = await get(world.page)
    assert "&lt;script&gt;subject" in text
    assert "<b>bold" not in text
    assert '<iframe sandbox loading="lazy"' in text
    assert 'srcdoc="&lt;p title=&#34;x&#34;&gt;hello' in text
    assert "<script>evil" not in text


async def test_it_loads_nothing_from_elsewhere(world: World) -> None:
    async with aiohttp.ClientSession() as session, session.get(world.page) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "http" not in text
    assert "src=" not in text


async def test_many_messages_come_in_pages(world: World) -> None:
    for number in range(PER_PAGE + 1):
        sms(world, f"number {number}.", timedelta(seconds=number))
    first, second = await get(world.page), await get(f"{world.page}?page=2")
    assert "number 0." not in first
    assert "number 1." in first
    assert "number 0." in second
    assert "page 2 of 2" in await get(f"{world.page}?page=99")
    assert "page 1 of 2" in await get(f"{world.page}?page=x")


async def test_json_finds_by_message_id_and_by_row(world: World) -> None:
    await mail(world, "one", "<p>1</p>", 1)
    await mail(world, "two", "<p>2</p>", 2)
    sms(world, "three")
    async with aiohttp.ClientSession() as session:

        async def ask(**query: str) -> tuple[list[str], list[str]]:
            async with session.get(f"{world.page}messages.json", params=query) as answer:
                found = await answer.json()
                return [each["subject"] for each in found["emails"]], [each["body"] for each in found["sms"]]

        assert await ask() == (["one", "two"], ["three"])
        assert await ask(message_id="<2@agency.example>") == (["two"], [])
        assert await ask(row="row-1") == (["one"], [])
        assert await ask(row="row-3") == ([], [])
        async with session.get(f"{world.page}count.json") as answer:
            assert await answer.json() == {"emails": 2, "sms": 1}
