"""Stands between a sender and its mail server, over real TCP, and cuts connections at the end of a letter.

What a cut letter was about it knows from the letter itself, whatever sender and server make of it.
"""

import asyncio
import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from flightagents.notify.headers import ROW_HEADER
from flightagents.sandbox.mailbox import MailFault
from flightagents.sandbox.processes import LOCALHOST
from flightagents.sandbox.servers import Hook, at_once

Fault = Callable[[str], MailFault | None]
"""Draws what happens to a row's letter."""

_ROW = re.compile(rb"^" + ROW_HEADER.encode() + rb": (\S+)\r$", re.MULTILINE | re.IGNORECASE)
_END = b"\r\n.\r\n"
_MARK = b".\r\n"
_GO_AHEAD, _TAKEN = b"354", b"250"
_LONGEST = 1024 * 1024


def nothing(row: str) -> MailFault | None:
    """Draw no fault, ever."""
    del row
    return None


class Cutter:
    """Passes SMTP on, command by command: our sender never has two under way. Run it with `cutting`."""

    def __init__(self, host: str, port: int) -> None:
        """Pass it on to the server there."""
        self.host, self.port = LOCALHOST, 0
        self.before_answer: Hook = at_once
        self.fault: Fault = nothing
        self.cut: defaultdict[str, list[datetime]] = defaultdict(list)
        """When a letter of each row came that got no answer because of us."""
        self.taken: Counter[str] = Counter()
        """How often the server took the letter of each row."""
        self._server = (host, port)

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection until either end hangs up, or we do."""
        server, to_server = await asyncio.open_connection(*self._server, limit=_LONGEST)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                to_client.write(await _answer(server))
                while (command := await client.readline()).endswith(b"\n"):
                    to_server.write(command)
                    answer = await _answer(server)
                    to_client.write(answer)
                    if answer.startswith(_GO_AHEAD) and not await self._letter(
                        client, to_client, server, to_server
                    ):
                        return
        finally:
            # Not in order: whoever is cut off hears nothing more, and an unfinished letter stays unfinished.
            to_client.transport.abort()
            to_server.transport.abort()

    async def _letter(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> bool:
        """Pass a letter on and its answer back; False where the connection is to be cut."""
        letter = await client.readuntil(_END)
        found = _ROW.search(letter)
        row = found[1].decode() if found else ""
        fault = self.fault(row)
        if fault is not None:
            self.cut[row].append(datetime.now(UTC))
        if fault is MailFault.LOST:
            to_server.write(letter.removesuffix(_MARK))
            await self.before_answer()
            return False
        to_server.write(letter)
        answer = await _answer(server)
        self.taken[row] += answer.startswith(_TAKEN)
        await self.before_answer()
        if fault is not None:
            return False
        to_client.write(answer)
        return True


async def _answer(server: asyncio.StreamReader) -> bytes:
    """Read one answer, of as many lines as it has. Raises IncompleteReadError where none comes."""
    lines = [await server.readuntil(b"\n")]
    while lines[-1][3:4] == b"-":
        lines.append(await server.readuntil(b"\n"))
    return b"".join(lines)


@contextlib.asynccontextmanager
async def cutting(host: str, port: int) -> AsyncIterator[Cutter]:
    """Run a cutter before a mail server until the block ends; its `host` and `port` say where."""
    cutter = Cutter(host, port)
    serving: set[asyncio.Task[None]] = set()

    async def connected(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(cutter.serve(client, to_client))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(connected, LOCALHOST, 0, limit=_LONGEST)
    cutter.port = server.sockets[0].getsockname()[1]
    try:
        yield cutter
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
