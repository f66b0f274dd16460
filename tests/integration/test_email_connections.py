"""Connections are few, kept, and ended when they are used up, stale, idle or out of step."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from flightagents.domain.delivery import Accepted, Misconfigured, Rejected, Retry, Uncertain
from flightagents.notify.email import EmailChannel, Patience
from flightagents.notify.smtp_answers import SLOW_DOWN
from flightagents.notify.smtp_pool import Limits
from flightagents.settings import SmtpTls
from tests.support.messages import Wire, letter
from tests.support.smtp_server import Act, ScriptedSmtp


@pytest.fixture
async def server() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp().running() as running:
        yield running


def channel_to(
    server: ScriptedSmtp, limits: Limits | None = None, password: SecretStr | None = None
) -> EmailChannel:
    return EmailChannel(
        host=server.host,
        port=server.port,
        tls=SmtpTls.NONE,
        mail_from="alerts@agency.example",
        username="agency" if password else "",
        password=password,
        limits=limits,
        patience=Patience(verdict=timedelta(seconds=0.2)),
    )


async def test_a_wrong_password_is_tried_once_however_many_letters_wait() -> None:
    """Providers lock an account after a few wrong passwords in a row."""
    script = ScriptedSmtp(extensions=("AUTH LOGIN PLAIN CRAM-MD5",)).say("AUTH", *["535 5.7.8 Wrong"] * 50)
    async with script.running() as server:
        channel = channel_to(server, Limits(connections=4), password=SecretStr("wr0ng"))
        outcomes = await asyncio.gather(*(channel.send(letter(f"row-{n}"), Wire()) for n in range(16)))
        assert len(server.heard("AUTH")) == 1
        assert {type(each) for each in outcomes} == {Misconfigured}
        await channel.send(letter(), Wire())
        assert len(server.heard("AUTH")) == 2
        assert server.heard("AUTH")[1].startswith("AUTH PLAIN")


async def test_after_a_login_has_succeeded_all_connections_are_opened() -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)).running() as server:
        channel = channel_to(server, Limits(connections=4), password=SecretStr("s3cret"))
        outcomes = await asyncio.gather(*(channel.send(letter(f"row-{n}"), Wire()) for n in range(16)))
        assert {type(each) for each in outcomes} == {Accepted}
        assert 1 < server.connections <= 4
        channel.close()


async def send(channel: EmailChannel, times: int = 1) -> list[object]:
    return [await channel.send(letter(f"row-{number}"), Wire()) for number in range(times)]


async def test_one_connection_serves_one_letter_after_the_other(server: ScriptedSmtp) -> None:
    channel = channel_to(server)
    await send(channel, 5)
    channel.close()
    assert (server.connections, len(server.letters)) == (1, 5)


async def test_a_connection_is_given_up_after_its_letters(server: ScriptedSmtp) -> None:
    channel = channel_to(server, Limits(letters=2))
    await send(channel, 5)
    channel.close()
    await server.all_gone()
    assert server.connections == 3
    assert len(server.heard("QUIT")) == 3


async def test_an_idle_connection_is_ended(server: ScriptedSmtp) -> None:
    channel = channel_to(server, Limits(idle=timedelta()))
    await send(channel)
    await server.gone.wait()
    assert server.heard("QUIT") == ["QUIT"]
    await send(channel)
    assert server.connections == 2


async def test_no_more_connections_than_allowed(server: ScriptedSmtp) -> None:
    channel = channel_to(server, Limits(connections=3))
    await asyncio.gather(*(channel.send(letter(f"row-{number}"), Wire()) for number in range(20)))
    channel.close()
    assert (server.connections, len(server.letters)) == (3, 20)


async def test_a_kept_connection_that_the_server_ended_is_replaced_at_once(server: ScriptedSmtp) -> None:
    channel = channel_to(server)
    for end in ("421 4.4.2 Idle for too long", Act.CUT):
        await send(channel)
        server.say("MAIL", end)
        assert [type(outcome) for outcome in await send(channel)] == [Accepted]
    channel.close()
    assert len(server.letters) == 4


async def test_a_connection_that_ended_while_it_lay_idle_is_not_used(server: ScriptedSmtp) -> None:
    channel = channel_to(server)
    await send(channel)
    server.cut_all()
    await server.all_gone()
    assert [type(outcome) for outcome in await send(channel)] == [Accepted]
    channel.close()
    assert (server.connections, len(server.heard("MAIL"))) == (2, 2)


async def test_a_new_connection_that_ends_is_not_tried_twice(server: ScriptedSmtp) -> None:
    server.say("MAIL", Act.CUT)
    channel = channel_to(server)
    assert isinstance((await send(channel))[0], Retry)
    assert server.connections == 1


async def test_a_server_that_says_421_is_left_alone_for_a_while(server: ScriptedSmtp) -> None:
    server.say("RCPT", "421 4.7.0 Too much")
    channel = channel_to(server)
    first, second = await send(channel, 2)
    assert isinstance(first, Retry)
    assert first.after == SLOW_DOWN
    assert isinstance(second, Retry)
    assert second.after is not None
    assert timedelta() < second.after <= SLOW_DOWN
    assert server.connections == 1


async def test_a_refused_recipient_costs_no_connection(server: ScriptedSmtp) -> None:
    server.say("RCPT", "550 5.1.1 Unknown")
    channel = channel_to(server)
    first, second = await send(channel, 2)
    channel.close()
    assert (type(first), type(second)) == (Rejected, Accepted)
    assert server.connections == 1


async def test_a_connection_without_an_answer_is_not_used_again(server: ScriptedSmtp) -> None:
    server.say("CONTENT", Act.HANG)
    channel = channel_to(server)
    first, second = await send(channel, 2)
    channel.close()
    assert (type(first), type(second)) == (Uncertain, Accepted)
    assert server.connections == 2


async def test_a_send_cancelled_before_the_letter_left_ends_its_connection(server: ScriptedSmtp) -> None:
    channel, at_wire = channel_to(server), asyncio.Event()

    async def wait_for_ever() -> None:
        at_wire.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(channel.send(letter(), wait_for_ever))
    await at_wire.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await server.gone.wait()
    assert server.letters == []


async def test_a_send_cancelled_after_the_letter_left_ends_its_connection(
    server: ScriptedSmtp,
) -> None:
    server.say("CONTENT", Act.HANG)
    channel = channel_to(server)
    sending = asyncio.create_task(channel.send(letter(), Wire()))
    await server.heard_letter.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert [type(outcome) for outcome in await send(channel)] == [Accepted]
    channel.close()
    assert server.connections == 2


async def test_whoever_waits_for_a_connection_gets_it_when_another_send_fails(server: ScriptedSmtp) -> None:
    server.say("DATA", Act.CUT)
    channel = channel_to(server, Limits(connections=1))
    outcomes = await asyncio.gather(*(channel.send(letter(f"row-{number}"), Wire()) for number in range(3)))
    channel.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Accepted", "Accepted", "Retry"]
