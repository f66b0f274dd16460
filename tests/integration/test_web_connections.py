"""What the web server does with connections that take their time, and with too many of them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from flightagents.web import connections
from flightagents.web.connections import BoundedRunner

PATIENCE_SECONDS = 10
ASKS = b"GET /%b HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = 32 * 1024 * 1024
"""Bytes that no socket holds for a reader."""


class Peer:
    """One end of a connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def asks(self, page: bytes) -> bytes:
        """Send a request and wait for the answer."""
        self.writer.write(ASKS % page)
        return await self.answer()

    async def answer(self) -> bytes:
        """Wait for an answer's body, of two bytes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.reader.readuntil(b"\r\n\r\n")
            return await self.reader.readexactly(2)

    async def ended(self) -> bool:
        """Wait until the server has ended it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(ConnectionResetError):
                return await self.reader.read() == b""
        return True

    def is_open(self) -> bool:
        return not self.reader.at_eof() and self.reader.exception() is None


class Served:
    """A server whose page /wait answers when `go` is set."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.waiting = asyncio.Event()
        self.peers: list[Peer] = []
        application = web.Application()
        application.router.add_get("/page", self.page)
        application.router.add_get("/large", self.large)
        application.router.add_get("/wait", self.wait)
        application.router.add_post("/size", self.size)
        self.runner = BoundedRunner(application)

    async def page(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def large(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"x" * LARGE)

    async def size(self, request: web.Request) -> web.Response:
        return web.Response(text=f"{len(await request.read())}")

    async def wait(self, _request: web.Request) -> web.Response:
        self.waiting.set()
        await self.go.wait()
        return web.Response(text="ok")

    async def connect(self) -> Peer:
        known = len(self.server.connections)
        peer = Peer(*await asyncio.open_connection(*self.runner.addresses[0][:2]))
        self.peers.append(peer)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.server.connections) == known and peer.is_open():  # noqa: ASYNC110 - nothing else tells it
                await asyncio.sleep(0)
        return peer

    async def busy(self) -> asyncio.Task[bytes]:
        """Open a connection, and let it wait for its answer."""
        self.waiting.clear()
        peer = await self.connect()
        task = asyncio.create_task(peer.asks(b"wait"))
        await asyncio.wait_for(self.waiting.wait(), PATIENCE_SECONDS)
        return task

    @property
    def server(self) -> web.Server:
        assert self.runner.server is not None
        return self.runner.server


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    found = Served()
    await found.runner.setup()
    await web.TCPSite(found.runner, "127.0.0.1", 0).start()
    yield found
    for peer in found.peers:
        peer.writer.transport.abort()
    await found.runner.cleanup()


async def test_a_request_that_comes_byte_by_byte_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)
    peer = await served.connect()
    peer.writer.write(b"GET /page HTTP/1.1\r\nX: ")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while served.server.connections:
            peer.writer.write(b"x")
            await asyncio.sleep(0)
    assert await peer.ended()


async def test_a_body_that_is_packed_is_read_as_it_is(served: Served) -> None:
    peer = await served.connect()
    packed = gzip.compress(b"x" * 1000)
    head = b"POST /size HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    peer.writer.write(head % len(packed) + packed)
    assert await peer.answer() == f"{len(packed)}".encode()


async def test_an_answer_that_nobody_reads_is_not_kept(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)
    peer = await served.connect()
    peer.writer.write(ASKS % b"large")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while served.server.connections:  # noqa: ASYNC110 - nothing else tells it
            await asyncio.sleep(0)


async def test_whoever_is_being_answered_is_waited_for_and_those_who_ask_again_are_known(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)
    busy = await served.busy()
    idle = await served.connect()
    assert await idle.asks(b"page") == b"ok"
    assert await idle.ended()
    served.go.set()
    assert await busy == b"ok"


async def test_where_there_are_too_many_the_one_that_has_waited_longest_goes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 3)
    busy = await served.busy()
    first, second = await served.connect(), await served.connect()
    assert await first.asks(b"page") == b"ok"  # so that the second has waited longer
    third = await served.connect()
    assert await second.ended()
    assert [await each.asks(b"page") for each in (first, third)] == [b"ok", b"ok"]
    served.go.set()
    assert await busy == b"ok"


async def test_where_all_others_are_being_answered_one_more_is_turned_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 2)
    busy = [await served.busy(), await served.busy()]
    assert await (await served.connect()).ended()
    served.go.set()
    assert [await each for each in busy] == [b"ok", b"ok"]
