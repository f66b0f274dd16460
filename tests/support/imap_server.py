"""A mailbox on localhost that speaks as much IMAP as our client uses, over real TCP or TLS."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Self

from tests.support.smtp_server import Act

USER, PASSWORD = "alerts@agency.example", 'pass "word" \\'
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_FETCH = re.compile(r"\(BODY\.PEEK\[\]<0\.(\d+)>\)")


@dataclass
class Mail:
    text: bytes
    seen: bool = False


@dataclass
class ScriptedImap:
    """Each line of `script` answers the next such command instead of what is usual, `{}` being its tag."""

    folder: str = "INBOX"
    context: ssl.SSLContext | None = None
    mails: dict[int, Mail] = field(default_factory=dict)
    script: dict[str, list[str | Act]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    host: str = "127.0.0.1"
    port: int = 0

    def arrive(self, *texts: bytes) -> None:
        for text in texts:
            self.mails[len(self.mails) + 1] = Mail(text)

    def say(self, command: str, *answers: str | Act) -> None:
        self.script.setdefault(command, []).extend(answers)

    @property
    def unseen(self) -> list[bytes]:
        return [mail.text for mail in self.mails.values() if not mail.seen]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Serve until the block ends."""
        tasks: set[asyncio.Task[None]] = set()

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            self.connections += 1
            try:
                await self._talk(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                writer.transport.abort()
                tasks.discard(task)

        server = await asyncio.start_server(meet, self.host, 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._scripted("CONNECT", "*", writer):
            writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, command, rest = (*line.split(" ", 2), "")[:3]
            if command == "UID":
                command, _, rest = rest.partition(" ")
            self.heard.append(f"{command} {rest}".strip())
            if not await self._scripted(command, tag, writer):
                writer.write(self._answer(command, [a or b for a, b in _ARGUMENT.findall(rest)], rest))
                done = f"{tag} OK [READ-WRITE] done" if command == "SELECT" else f"{tag} OK done"
                refused = self._refuses(command, rest)
                writer.write(f"{f'{tag} NO {refused}' if refused else done}\r\n".encode())
            await writer.drain()
            if command == "LOGOUT":
                return

    async def _scripted(self, command: str, tag: str, writer: asyncio.StreamWriter) -> bool:
        answers = self.script.get(command)
        if not answers:
            return False
        answer = answers.pop(0)
        if answer is Act.CUT:
            raise ConnectionAbortedError
        if answer is Act.HANG:
            await asyncio.Event().wait()
        writer.write(f"{str(answer).format(tag)}\r\n".encode())
        return True

    def _refuses(self, command: str, rest: str) -> str:
        given = [re.sub(r"\\(.)", r"\1", a) or b for a, b in _ARGUMENT.findall(rest)]
        if command == "LOGIN" and given != [USER, PASSWORD]:
            return f"[AUTHENTICATIONFAILED] {USER} is not who they say"
        return "no such folder" if command == "SELECT" and given != [self.folder] else ""

    def _answer(self, command: str, given: list[str], rest: str) -> bytes:
        match command:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1\r\n"
            case "LOGOUT":
                return b"* BYE\r\n"
            case "SELECT":
                return f"* {len(self.mails)} EXISTS\r\n".encode()
            case "SEARCH":
                unseen = [str(uid) for uid, mail in self.mails.items() if not mail.seen]
                return f"* SEARCH {' '.join(unseen)}".rstrip().encode() + b"\r\n"
            case "FETCH" if (limit := _FETCH.search(rest)) and int(given[0]) in self.mails:
                text = self.mails[int(given[0])].text[: int(limit[1])]
                head = f"* {given[0]} FETCH (UID {given[0]} BODY[]<0> {{{len(text)}}}\r\n"
                return head.encode() + text + b")\r\n"
            case "STORE" if rest.endswith(r"+FLAGS.SILENT (\Seen)") and int(given[0]) in self.mails:
                self.mails[int(given[0])].seen = True
        return b""
