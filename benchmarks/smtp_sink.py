"""A mail server that accepts everything and keeps nothing but the count: a program of its own.

It says its port in a line. When its standard input ends, it says what it accepted, and ends.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter

_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE | re.IGNORECASE)
_END = b"\r\n.\r\n"


class Counts:
    """What was accepted, and when the last of it was."""

    def __init__(self) -> None:
        self.letters: Counter[bytes] = Counter()
        self.last_at = 0.0

    def add(self, letter: bytes) -> None:
        """Count a letter by its Message-ID."""
        found = _MESSAGE_ID.search(letter)
        self.letters[found[1] if found else b""] += 1
        self.last_at = time.time()

    def report(self) -> str:
        """Write them in a line."""
        told = {
            "accepted": self.letters.total(),
            "distinct": len(self.letters),
            "last_at": self.last_at,
            "cpu_seconds": time.process_time(),
        }
        return json.dumps(told)


class Conversation(asyncio.Protocol):
    """Enough of ESMTP for one client. Nothing is refused."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._heard = b""
        self._in_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each line, and each letter."""
        self._heard += data
        while True:
            end = _END if self._in_letter else b"\r\n"
            said, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            self._transport.write(self._accept(said) if self._in_letter else self._answer(said))

    def _accept(self, letter: bytes) -> bytes:
        self._in_letter = False
        self._counts.add(letter)
        return b"250 2.0.0 Ok: queued\r\n"

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"DATA":
            self._in_letter = True
            return b"354 Go ahead\r\n"
        if verb == b"QUIT":
            self._transport.write(b"221 2.0.0 Bye\r\n")
            self._transport.close()
            return b""
        return b"250 sink.example\r\n" if verb == b"EHLO" else b"250 2.0.0 Ok\r\n"


async def main() -> None:
    """Serve until the standard input ends."""
    counts = Counts()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(counts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(counts.report(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
