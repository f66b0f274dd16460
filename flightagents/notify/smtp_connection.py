"""One connection to the mail server, step by step, so that it is known at which step something failed."""

import contextlib
import re
import ssl
from asyncio import WriteTransport
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import aiosmtplib
from pydantic import SecretStr

from flightagents.notify.letter import Mailbox
from flightagents.notify.smtp_answers import GO_AHEAD, Answer, Step
from flightagents.settings import SmtpTls

_OK, _WILL_FORWARD = 250, 251
_LONGEST_ENVID = 100
"""RFC 3461, 4.4."""
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the mail server is, and how to enter."""

    host: str
    port: int
    tls: SmtpTls
    username: str = ""
    password: SecretStr | None = None
    hello: str
    """What we call ourselves: a domain."""
    step_timeout: timedelta
    """For each answer before the letter itself."""
    context: ssl.SSLContext | None = None


class Connection:
    """A connection that is logged in. `letters` counts what was begun on it."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self.letters = 0

    @classmethod
    async def open(cls, server: Server) -> "Connection":
        """Connect, agree on TLS, log in. Raises what aiosmtplib raises, and raw ssl errors."""
        client = _Client(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password.get_secret_value() if server.password else None,
            local_hostname=server.hello,
            timeout=server.step_timeout.total_seconds(),
            use_tls=server.tls is SmtpTls.TLS,
            start_tls=server.tls is SmtpTls.STARTTLS,  # never None: that would be stripped silently
            tls_context=server.context,
        )
        connection = cls(client)
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            connection.cut()
            raise
        return connection

    @property
    def alive(self) -> bool:
        """Whether nobody has ended it yet, as far as we have heard."""
        return self._client.is_connected

    @property
    def gives_receipts(self) -> bool:
        """Whether the server has offered to report on what becomes of a letter (RFC 3461)."""
        return self._client.supports_extension("dsn")

    async def offer(self, sender: Mailbox, recipient: Mailbox, row: str, *, receipt: bool) -> None:
        """MAIL, RCPT, DATA. Afterwards the server waits for the letter, and has nothing of it yet."""
        self.letters += 1
        asks = receipt and self.gives_receipts
        envid = xtext(row)
        mail_options = ["RET=HDRS", f"ENVID={envid}"] if asks and len(envid) <= _LONGEST_ENVID else []
        rcpt_options = ["NOTIFY=SUCCESS,FAILURE"] if asks else []
        # Not the library's own mail() and rcpt(): they parse each address anew, as long as all else takes.
        answer = await self._ask("MAIL", f"FROM:<{sender.address}>", *mail_options)
        if answer.code != _OK:
            raise aiosmtplib.SMTPSenderRefused(answer.code, answer.message, sender.address)
        answer = await self._ask("RCPT", f"TO:<{recipient.address}>", *rcpt_options)
        if answer.code not in (_OK, _WILL_FORWARD):
            raise aiosmtplib.SMTPRecipientRefused(answer.code, answer.message, recipient.address)
        answer = await self._ask("DATA")
        if answer.code != GO_AHEAD:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    async def _ask(self, *words: str) -> aiosmtplib.SMTPResponse:
        return await self._client.execute_command(*(word.encode("ascii") for word in words))

    async def reset(self) -> bool:
        """Take an offer back; tells whether the connection is in step then."""
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    def write(self, letter: bytes) -> None:
        """Send the letter with its end mark. Raises SMTPServerDisconnected if nothing of it can leave."""
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection is gone")
        protocol.write(as_data(letter))

    async def verdict(self, patience: timedelta) -> Answer:
        """Wait for the answer to the letter. Raises what aiosmtplib raises: then nobody knows."""
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection is gone")
        code, text = await protocol.read_response(timeout=patience.total_seconds())
        return Answer(Step.CONTENT, code, text)

    def hang_up(self) -> None:
        """Say QUIT and leave, without waiting for an answer."""
        if self._client.protocol is not None:
            with contextlib.suppress(aiosmtplib.SMTPServerDisconnected):
                self._client.protocol.write(b"QUIT\r\n")
        self._client.close()

    def cut(self) -> None:
        """End it at once: what still waits in our buffers does not leave."""
        if self._client.transport is not None:
            cast("WriteTransport", self._client.transport).abort()
        self._client.close()


class _Client(aiosmtplib.SMTP):
    """Logs in once: the library tries a wrong password with each mechanism, and locks an account sooner."""

    AUTH_METHODS = ("plain", "login", "cram-md5")

    @property
    def supported_auth_methods(self) -> list[str]:
        """Give the one mechanism that both know and we like best."""
        return super().supported_auth_methods[:1]


def as_data(letter: bytes) -> bytes:
    """Write a letter as it follows DATA: lines end with CR LF, a dot that begins one is doubled."""
    lines = letter.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").replace(b"\n", b"\r\n")
    stuffed = (b"." if lines.startswith(b".") else b"") + lines.replace(b"\r\n.", b"\r\n..")
    return stuffed + b"\r\n.\r\n"


def xtext(text: str) -> str:
    """Write a text as a parameter of SMTP (RFC 3461, 4)."""
    return _NOT_XTEXT.sub(lambda match: "".join(f"+{byte:02X}" for byte in match[0].encode()), text)
