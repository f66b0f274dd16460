"""Each way in which a mail server can disappoint has its outcome, and it is known whether bytes had left."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flightagents.domain.delivery import Accepted, Found, Misconfigured, Rejected, Retry, Uncertain
from flightagents.errors import SettingsError
from flightagents.notify.email import EmailChannel, Patience
from flightagents.notify.smtp_answers import outcome_before_wire
from flightagents.sandbox.processes import free_port
from flightagents.settings import SmtpTls
from tests.support.messages import ANNA, NOON, Wire, letter
from tests.support.postfix import make_certificate
from tests.support.smtp_server import Act, Line, ScriptedSmtp

IMPATIENT = Patience(
    step=timedelta(seconds=0.2), before_wire=timedelta(seconds=0.5), verdict=timedelta(seconds=0.2)
)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp().running() as running:
        yield running


def channel_to(
    server: ScriptedSmtp,
    **settings: Any,  # noqa: ANN401 - any of the channel's arguments
) -> EmailChannel:
    usual: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "tls": SmtpTls.NONE,
        "mail_from": "alerts@agency.example",
        "patience": IMPATIENT,
    }
    return EmailChannel(**{**usual, **settings})


@dataclass(frozen=True)
class Case:
    command: str
    says: Line
    outcome: type
    left: bool = False
    """Whether bytes of the letter may have left."""


CASES = [
    Case("CONNECT", "421 4.7.0 Too many connections", Retry),
    Case("CONNECT", "554 5.7.1 No service for you", Misconfigured),
    Case("CONNECT", Act.HANG, Retry),
    Case("CONNECT", Act.CUT, Retry),
    Case("EHLO", "421 4.3.2 Shutting down", Retry),
    Case("EHLO", Act.CUT, Retry),
    Case("MAIL", "451 4.3.0 Later", Retry),
    Case("MAIL", "421 4.3.2 Shutting down", Retry),
    Case("MAIL", "550 5.1.8 Sender not known", Misconfigured),
    Case("MAIL", "530 5.7.0 Authentication required", Misconfigured),
    Case("MAIL", Act.HANG, Retry),
    Case("MAIL", Act.CUT, Retry),
    Case("RCPT", f"550 5.1.1 <{ANNA}>: no such user", Rejected),
    Case("RCPT", f"450 4.2.1 <{ANNA}>: mailbox busy", Retry),
    Case("RCPT", "421 4.7.0 Slow down", Retry),
    Case("RCPT", f"550 5.7.1 <{ANNA}> Unable to relay", Misconfigured),
    Case("RCPT", "530 5.7.1 Client was not authenticated; authentication required", Misconfigured),
    Case("RCPT", "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user", Misconfigured),
    Case("RCPT", f"554 5.7.1 <{ANNA}>: Relay access denied", Misconfigured),
    Case("RCPT", f"550 5.7.1 <{ANNA}>... Relaying denied. Proper authentication required.", Misconfigured),
    Case("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Misconfigured),
    Case("RCPT", "550 relay not permitted", Misconfigured),
    Case("RCPT", "550-5.7.1 Mail relay denied [192.0.2.1].\n550 5.7.1 Invalid credentials", Misconfigured),
    Case("RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", Misconfigured),
    Case("RCPT", "550 5.7.1 Authentication required", Misconfigured),
    # About the recipient, whatever the words: else one address would stop the emails of all.
    Case("RCPT", f"550 5.1.1 <{ANNA}>: Recipient rejected: mx said: 554 5.7.1 Relay access denied", Rejected),
    Case("RCPT", f"550 5.7.1 <{ANNA}>: Recipient address rejected: sender rejected by policy", Rejected),
    Case("RCPT", f"550 5.7.1 <{ANNA}>: this mailbox takes mail after authentication required only", Rejected),
    Case("RCPT", "550 5.7.1 The relay of this customer is closed", Rejected),
    Case("RCPT", "550 5.4.1 Recipient address rejected: Access denied", Rejected),
    Case("RCPT", "554 5.7.1 Service unavailable; Sender refused by the recipient's block list", Rejected),
    Case("RCPT", Act.HANG, Retry),
    Case("RCPT", Act.CUT, Retry),
    Case("RCPT", "not an answer", Retry),
    Case("DATA", "451 4.3.5 Later", Retry),
    Case("DATA", "554 5.5.1 No valid recipients", Rejected),
    Case("DATA", Act.HANG, Retry),
    Case("DATA", Act.CUT, Retry),
    Case("CONTENT", "451 4.7.1 Greylisted", Retry, left=True),
    Case("CONTENT", "421 4.3.2 Shutting down", Retry, left=True),
    Case("CONTENT", "554 5.6.0 Looks like spam", Rejected, left=True),
    Case("CONTENT", "554 5.7.1 Sender address rejected: not by this recipient", Rejected, left=True),
    Case(
        "CONTENT",
        "550 5.7.60 Not allowed to send as this sender",
        Misconfigured,
        left=True,
    ),
    Case("CONTENT", "251 2.1.5 Will forward", Accepted, left=True),
    Case("CONTENT", "354 Go on", Uncertain, left=True),
    Case("CONTENT", "not an answer", Uncertain, left=True),
    Case("CONTENT", Act.HANG, Uncertain, left=True),
    Case("CONTENT", Act.CUT, Uncertain, left=True),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command}-{case.says}")
async def test_what_the_server_says_has_its_outcome(server: ScriptedSmtp, case: Case) -> None:
    server.say(case.command, case.says)
    channel, wire = channel_to(server), Wire()
    outcome = await channel.send(letter(), wire)
    channel.close()
    assert isinstance(outcome, case.outcome)
    assert wire.times == int(case.left)
    assert len(server.letters) == int(case.left)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command}-{case.says}")
async def test_no_reason_holds_an_address(server: ScriptedSmtp, case: Case) -> None:
    server.say(case.command, case.says)
    channel = channel_to(server)
    outcome = await channel.send(letter(), Wire())
    channel.close()
    assert "@" not in repr(outcome)


async def test_the_queue_id_of_the_server_is_kept(server: ScriptedSmtp) -> None:
    channel = channel_to(server)
    assert await channel.send(letter(), Wire()) == Accepted("4XyZ12")
    channel.close()


async def test_nobody_listening_is_a_retry() -> None:
    server = ScriptedSmtp()
    server.port = free_port()
    assert await channel_to(server).send(letter(), Wire()) == Retry("no connection to the mail server")


@pytest.mark.parametrize("says", ["535 5.7.8 Wrong", "534 5.7.9 Use another way", "530 5.7.0 Not like this"])
async def test_a_refused_login_stops_the_channel(says: str) -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)).say("AUTH", says).running() as server:
        channel = channel_to(server, username="agency", password=SecretStr("s3cret"))
        outcome = await channel.send(letter(), Wire())
    assert outcome == Misconfigured(
        f"the mail server refused the login: check FLIGHTAGENTS_SMTP_USERNAME and _PASSWORD (AUTH {says[:9]})"
    )


async def test_a_login_that_fails_for_now_is_a_retry() -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)).say("AUTH", "454 4.7.0 Later").running() as server:
        outcome = await channel_to(server, username="agency", password=SecretStr("x")).send(letter(), Wire())
    assert isinstance(outcome, Retry)


async def test_starttls_is_never_given_up_silently() -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)).running() as server:
        outcome = await channel_to(server, tls=SmtpTls.STARTTLS, username="agency").send(letter(), Wire())
    assert isinstance(outcome, Misconfigured)
    assert server.heard("AUTH") == server.heard("MAIL") == []


@pytest.mark.parametrize("mode", [SmtpTls.TLS, SmtpTls.STARTTLS])
async def test_both_ways_into_tls_check_the_certificate(mode: SmtpTls, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    scripted = ScriptedSmtp(extensions=("STARTTLS",), context=ours, tls_first=mode is SmtpTls.TLS)
    async with scripted.say("STARTTLS", "220 2.0.0 Go", "220 2.0.0 Go").running() as server:
        patience = Patience()
        stranger = await channel_to(server, tls=mode, patience=patience).send(letter(), Wire())
        friend = channel_to(server, tls=mode, context=trusting, patience=patience)
        accepted = await friend.send(letter(), Wire())
        friend.close()
        await server.all_gone()
    assert isinstance(stranger, Misconfigured)
    assert "self-signed certificate" in stranger.reason
    assert isinstance(accepted, Accepted)


async def test_a_connection_that_ends_within_tls_is_a_retry() -> None:
    # Without a certificate of its own it hangs up where the handshake would begin.
    scripted = ScriptedSmtp(extensions=("STARTTLS",)).say("STARTTLS", "220 2.0.0 Go")
    async with scripted.running() as server:
        outcome = await channel_to(server, tls=SmtpTls.STARTTLS).send(letter(), Wire())
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), Retry),
        (ssl.SSLZeroReturnError(6, "closed"), Retry),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), Misconfigured),
    ],
)
def test_a_tls_error_is_ours_unless_the_server_just_hung_up(error: ssl.SSLError, outcome: type) -> None:
    assert isinstance(outcome_before_wire(error), outcome)


async def test_a_slow_server_does_not_hold_a_row_longer_than_its_lease(server: ScriptedSmtp) -> None:
    patience = Patience(step=timedelta(seconds=5), before_wire=timedelta(seconds=0.2))
    server.say("RCPT", Act.HANG)
    channel = channel_to(server, patience=patience)
    assert await channel.send(letter(), Wire()) == Retry("the mail server took too long")
    total = Patience()
    assert total.before_wire + total.verdict < timedelta(seconds=60)


async def test_a_connection_that_is_lost_while_the_wire_is_noted_is_a_retry(server: ScriptedSmtp) -> None:
    channel = channel_to(server)

    async def meanwhile() -> None:
        server.cut_all()
        await server.gone.wait()
        await asyncio.sleep(0)

    outcome = await channel.send(letter(), Wire(first=[meanwhile]))
    assert outcome == Retry("the mail server hung up before the letter left")
    assert server.letters == []


@pytest.mark.parametrize(
    "address", ["", "anna", "@example.com", "an na@example.com", "a@b@c", "än@example.com", "a@-.example"]
)
async def test_what_is_no_address_is_rejected_unsent(server: ScriptedSmtp, address: str) -> None:
    outcome = await channel_to(server).send(letter(to=address), Wire())
    assert isinstance(outcome, Rejected)
    assert server.connections == 0


async def test_the_envelope_has_one_recipient_whatever_the_address_says(server: ScriptedSmtp) -> None:
    channel = channel_to(server)
    for address in ("anna@example.com,ben@example.com", "anna@example.com\r\nRCPT TO:<ben@example.com>"):
        assert isinstance(await channel.send(letter(to=address), Wire()), Rejected)
    assert isinstance(await channel.send(letter(to="anna@bücher.example"), Wire()), Accepted)
    channel.close()
    assert server.heard("RCPT") == ["RCPT TO:<anna@xn--bcher-kva.example>"]


async def test_receipts_are_asked_for_where_they_are_offered_and_read() -> None:
    async with ScriptedSmtp(extensions=("DSN",)).running() as server:
        channel = channel_to(server, receipts=True)
        assert await channel.send(letter("row+1"), Wire()) == Accepted("4XyZ12", receipt_promised=True)
        channel.close()
    assert server.heard("MAIL") == ["MAIL FROM:<alerts@agency.example> RET=HDRS ENVID=row+2B1"]
    assert server.heard("RCPT") == [f"RCPT TO:<{ANNA}> NOTIFY=SUCCESS,FAILURE"]


@pytest.mark.parametrize(("extensions", "receipts"), [((), True), (("DSN",), False)])
async def test_receipts_are_not_asked_for_elsewhere(
    extensions: tuple[str, ...],
    receipts: bool,
) -> None:
    async with ScriptedSmtp(extensions=extensions).running() as server:
        channel = channel_to(server, receipts=receipts)
        assert await channel.send(letter(), Wire()) == Accepted("4XyZ12", receipt_promised=False)
        channel.close()
    assert server.heard("MAIL") == ["MAIL FROM:<alerts@agency.example>"]


@pytest.mark.parametrize(
    ("seconds", "receipts", "found"),
    [
        (119, True, Found.NOT_YET),
        (120, True, Found.CANNOT_TELL),
        (1, False, Found.CANNOT_TELL),
    ],
)
async def test_a_receipt_is_given_time_before_a_letter_is_sent_again(
    server: ScriptedSmtp,
    seconds: int,
    receipts: bool,
    found: Found,
) -> None:
    channel = channel_to(server, receipts=receipts, now=lambda: NOON)
    left = letter(wire_at=NOON - timedelta(hours=1), last_wire_at=NOON - timedelta(seconds=seconds))
    assert await channel.find(left) is found


@pytest.mark.parametrize("mail_from", ["", "agency", "Acme <agency>"])
def test_a_sender_that_is_no_address_is_a_settings_error(mail_from: str) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_MAIL_FROM"):
        EmailChannel(host="localhost", port=25, tls=SmtpTls.NONE, mail_from=mail_from)


def test_an_address_for_answers_that_is_none_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_REPLY_TO"):
        EmailChannel(
            host="localhost", port=25, tls=SmtpTls.NONE, mail_from="alerts@agency.example", reply_to="agency"
        )


async def test_answers_go_where_the_setting_says(server: ScriptedSmtp) -> None:
    channel = channel_to(server, reply_to="Acme Travel <help@agency.example>")
    await channel.send(letter(), Wire())
    channel.close()
    (arrived,) = server.letters
    assert b'\r\nReply-To: "Acme Travel" <help@agency.example>\r\n' in arrived


# Whether the server lets us in, asked without a letter


async def test_getting_in_without_a_letter_is_no_trouble(server: ScriptedSmtp) -> None:
    assert await channel_to(server).trouble() is None
    await server.gone.wait()
    assert server.heard("MAIL") == []


async def test_a_refused_login_is_trouble_and_names_its_setting() -> None:
    script = ScriptedSmtp(extensions=("AUTH PLAIN",)).say("AUTH", "535 5.7.8 Wrong")
    async with script.running() as server:
        login = {"username": "agency", "password": SecretStr("wrong")}
        trouble = await channel_to(server, **login).trouble()
    assert isinstance(trouble, Misconfigured)
    assert "FLIGHTAGENTS_SMTP_USERNAME" in trouble.reason


async def test_a_mail_server_that_is_away_is_trouble() -> None:
    async with ScriptedSmtp().running() as server:
        channel = channel_to(server, port=free_port())
        assert isinstance(await channel.trouble(), Retry)
