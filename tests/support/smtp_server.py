"""A mail server on localhost that says what a test wrote for it, over real TCP, and keeps what it heard."""

import asyncio
import contextlib
import ssl
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from enum import Enum, auto
from typing import Self


class Act(Enum):
    """What it can do instead of answering."""

    CUT = auto()
    HANG = auto()


Line = str | Act

_USUAL = {
    "CONNECT": "220 scripted.localhost ESMTP",
    "EHLO": "250 scripted.localhost",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 Go ahead",
    "CONTENT": "250 2.0.0 Ok: queued as 4XyZ12",
    "RSET": "250 2.0.0 Ok",
    "AUTH": "235 2.7.0 Welcome",
    "QUIT": "221 2.0.0 Bye",
}
_LIMIT = 1024 * 1024


class ScriptedSmtp:
    """For each command it takes the next line of that command's script; without one it does what is usual.

    A line may hold several, parted by a line end: a multi-line answer.
    """

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = (),
        context: ssl.SSLContext | None = None,
        tls_first: bool = False,
    ) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.connections = 0
        self.commands: list[str] = []
        self.letters: list[bytes] = []
        self.gone = asyncio.Event()
        """Set when a client has hung up."""
        self.heard_letter = asyncio.Event()
        self._extensions = extensions
        self._context = context
        self._tls_first = tls_first
        self._script: dict[str, deque[Line]] = defaultdict(deque)
        self._open: set[asyncio.StreamWriter] = set()
        self._closing = asyncio.Event()

    def say(self, command: str, *lines: Line) -> Self:
        """Answer the next times that this command comes with these lines."""
        self._script[command].extend(lines)
        return self

    def heard(self, verb: str) -> list[str]:
        """Give the commands of a kind, as they came."""
        return [command for command in self.commands if command.upper().startswith(verb)]

    def cut_all(self) -> None:
        """End every connection."""
        for writer in self._open:
            writer.transport.abort()

    async def all_gone(self) -> None:
        """Wait until no client is connected."""
        while self._open:
            self.gone.clear()
            await self.gone.wait()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        context = self._context if self._tls_first else None
        server = await asyncio.start_server(self._serve, self.host, self.port, limit=_LIMIT, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._closing.set()
            server.close()
            self.cut_all()
            await server.wait_closed()
            await self.all_gone()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._open.discard(writer)
            self.gone.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer("CONNECT", writer)
        while line := await reader.readline():
            command = line.decode().rstrip("\r\n")
            self.commands.append(command)
            verb = command.split(" ")[0].upper()
            answer = await self._answer(verb, writer)
            if verb == "STARTTLS" and answer.startswith("220"):
                if self._context is None:
                    writer.transport.abort()
                    return
                await writer.start_tls(self._context)
            if verb == "DATA" and answer.startswith("354"):
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                self.heard_letter.set()
                await self._answer("CONTENT", writer)
            if verb == "QUIT":
                return

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> str:
        script = self._script[verb]
        line = script.popleft() if script else _USUAL.get(verb, "502 5.5.2 What?")
        if line is Act.HANG:
            await self._closing.wait()
            raise ConnectionAbortedError
        if line is Act.CUT:
            writer.transport.abort()
            raise ConnectionAbortedError
        assert isinstance(line, str)
        if verb == "EHLO" and line.startswith("250"):
            line = "\n".join((line, *(f"250 {extension}" for extension in self._extensions)))
        lines = line.split("\n")
        for each in lines[:-1]:
            writer.write(f"{each[:3]}-{each[4:]}\r\n".encode())
        writer.write(f"{lines[-1]}\r\n".encode())
        await writer.drain()
        return line
