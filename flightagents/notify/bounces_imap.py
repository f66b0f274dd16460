"""Bounces in a folder of a mail server, by IMAP (RFC 3501).

The standard library's client blocks, so each step runs in a thread; its connection is kept between two looks.
"""

import asyncio
import imaplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from flightagents.errors import MailboxOutageError
from flightagents.settings.bounces import Account

LONGEST = 256 * 1024
"""Bytes of a mail that are fetched: a report and the headers of a letter fit many times."""
AT_ONCE = 100
PATIENCE = timedelta(seconds=15)
"""For each answer of the server."""

_FAILURES = (imaplib.IMAP4.error, OSError, ValueError)
"""Of the library: refusals and nonsense, what the network does, and TLS that cannot be agreed on."""

T = TypeVar("T")


class ImapFolder:
    """Reads what is unseen; what is done is marked as seen, and stays there."""

    def __init__(
        self, account: Account, patience: timedelta = PATIENCE, context: ssl.SSLContext | None = None
    ) -> None:
        self._account = account
        self._patience = patience.total_seconds()
        self._context = context
        self._server: imaplib.IMAP4 | None = None

    async def read(self) -> list[tuple[str, bytes]]:
        """Give some unseen mails, by their UID. Raises MailboxOutageError."""
        return await self._in_thread(self._unseen)

    async def done(self, key: str) -> None:
        """Mark a mail as seen; one that is gone already is no error. Raises MailboxOutageError."""
        await self._in_thread(lambda: self._mark(key))

    def close(self) -> None:
        """Hang up. Whatever waits for an answer in a thread gets none."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(*_FAILURES):
                server.socket().shutdown(socket.SHUT_RDWR)  # first: closing waits for whoever reads
            with suppress(*_FAILURES):
                server.shutdown()

    async def _in_thread(self, step: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(step)
        except _FAILURES as exc:
            # Not chained, and not in the server's words: they repeat the login.
            self.close()
            raise MailboxOutageError(f"the mail server of the bounces: {_reason(exc)}") from None

    def _unseen(self) -> list[tuple[str, bytes]]:
        server = self._entered()
        found = _answer(server.uid("SEARCH", "UNSEEN"))
        uids = b" ".join(part for part in found if isinstance(part, bytes)).decode().split()[:AT_ONCE]
        mails = ((uid, self._fetched(server, uid)) for uid in uids)
        return [(uid, mail) for uid, mail in mails if mail is not None]

    def _fetched(self, server: imaplib.IMAP4, uid: str) -> bytes | None:
        """PEEK leaves it unseen. None for one that is deleted meanwhile, or that the server cannot give."""
        verdict, parts = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
        if verdict != "OK":
            return None
        return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)

    def _mark(self, uid: str) -> None:
        if self._server is None:
            raise OSError  # on a new connection the numbers may mean other mails
        _answer(self._server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))

    def _entered(self) -> imaplib.IMAP4:
        if self._server is not None:
            _answer(self._server.noop())  # it also makes the server show what is new
            return self._server
        account, wait = self._account, self._patience
        if account.tls:
            context = self._context or ssl.create_default_context()
            self._server = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=wait)
        else:
            self._server = imaplib.IMAP4(account.host, account.port, timeout=wait)
        self._server.login(account.user, account.password.get_secret_value())
        _answer(self._server.select(_quoted(account.folder)))
        return self._server


def _answer(answered: tuple[str, Sequence[object]]) -> list[object]:
    """Take what the server said; anything but OK is a refusal. Raises IMAP4.error."""
    verdict, parts = answered
    if verdict != "OK":
        raise imaplib.IMAP4.error
    return list(parts)


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _reason(exc: Exception) -> str:
    match exc:
        case imaplib.IMAP4.readonly():
            return "nothing can be marked in its folder: check FLIGHTAGENTS_BOUNCES"
        case ssl.SSLCertVerificationError():
            return "its certificate is not valid for us"
        case TimeoutError():
            return "it takes too long to answer"
        case imaplib.IMAP4.abort() | OSError():
            return "no connection, or it was lost"
        case _:
            return "it refuses the login or the folder: check FLIGHTAGENTS_BOUNCES"
