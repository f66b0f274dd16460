"""The connections of the web server: how many there may be, and how long one may do nothing.

aiohttp waits an hour for a request that comes byte by byte, and for ever for an answer to be read. A worker
may have so many files open: without a limit, whoever opens connections keeps it from Kafka and MongoDB.
Before it Faust's web server; after it the gate.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_request import BaseRequest

MOST = 500
"""Of a process that usually may have 1,024 files open. Fifty browsers take 300 at most."""
IDLE_SECONDS = 75.0
"""From one answer until it is read and the next request is there. nginx keeps connections for 60 s: so it is
nginx that ends them, and sends no request into one that ends."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    transport: asyncio.Transport
    limit: asyncio.TimerHandle


class BoundedServer(web.Server):
    """Ends connections that wait for too long; where there are too many, the one that has waited longest."""

    def __init__(
        self,
        answer: Callable[[BaseRequest], Awaitable[web.StreamResponse]],
        **options: Any,  # noqa: ANN401 - aiohttp's
    ) -> None:
        super().__init__(self._busy, **options)
        self._answer = answer
        self._waiting: dict[web.RequestHandler, _Waiting] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Note who comes. Where all others are being answered, they are one too many."""
        super().connection_made(handler, transport)
        self._wait(handler, transport)
        if len(self.connections) > MOST:
            longest, waiting = next(iter(self._waiting.items()))
            self._stop_waiting(longest)
            waiting.transport.abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Note who leaves."""
        self._stop_waiting(handler)
        super().connection_lost(handler, exc)

    async def _busy(self, request: BaseRequest) -> web.StreamResponse:
        handler, transport = request.protocol, request.transport
        self._stop_waiting(handler)
        try:
            return await self._answer(request)
        finally:  # aiohttp sends the answer after this
            if transport is not None and not transport.is_closing():
                self._wait(handler, transport)

    def _wait(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        # To close in order would wait for whoever does not read.
        limit = asyncio.get_running_loop().call_later(IDLE_SECONDS, transport.abort)
        self._waiting[handler] = _Waiting(transport, limit)

    def _stop_waiting(self, handler: web.RequestHandler) -> None:
        waiting = self._waiting.pop(handler, None)
        if waiting is not None:
            waiting.limit.cancel()


class BoundedRunner(web.AppRunner):
    """Runs an application on such a server."""

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        # No access log: addresses of pages hold references and the tokens of travellers. What comes packed
        # stays so, also where nobody reads it; the gate refuses it.
        return BoundedServer(
            plain.request_handler,
            request_factory=plain.request_factory,
            access_log=None,
            auto_decompress=False,
        )
