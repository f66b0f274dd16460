"""An AviationStack on localhost that answers what a test told it to, over real HTTP."""

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Canned:
    """One answer, or none.

    `hang` never answers, `drop` closes the connection at once, `cut_after` after so many bytes of the body.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False
    cut_after: int | None = None


def page(rows: list[Any], total: int | None = None, *, limit: int = 2, offset: int = 0) -> Canned:
    """Rows as the feed sends them; without a total also without `pagination`."""
    answer: dict[str, Any] = {"data": rows}
    if total is not None:
        answer["pagination"] = {"limit": limit, "offset": offset, "count": len(rows), "total": total}
    return Canned(body=json.dumps(answer).encode())


def complaint(status: int, code: str, message: str = "Something.", **headers: str) -> Canned:
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return Canned(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class FeedServer:
    """Gives the scripted answers in order and keeps what was asked; a call too many gets HTTP 418."""

    def __init__(self, *script: Canned) -> None:
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.url = ""
        self._script = list(script)
        self._closing = asyncio.Event()
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        # No access log: it would print the key, and it is ours that must not.
        self._runner = web.AppRunner(application, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        self.paths.append(request.path)
        canned = self._script.pop(0) if self._script else Canned(418, b'{"message": "the script is over"}')
        assert request.transport is not None
        if canned.hang:
            await self._closing.wait()
        if canned.drop:
            request.transport.close()
        if canned.cut_after is None:
            return web.Response(status=canned.status, body=canned.body, headers=canned.headers)
        response = web.StreamResponse(status=canned.status, headers=canned.headers)
        response.content_length = len(canned.body)
        await response.prepare(request)
        await response.write(canned.body[: canned.cut_after])
        request.transport.close()
        return response
