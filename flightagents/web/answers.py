"""What went wrong, said so that a person can read it: a page for a browser, JSON for a program.

The outermost middleware: it also sees to it that no page waits for ever for the database.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

import structlog
from aiohttp import hdrs, web

from flightagents import metrics
from flightagents.errors import StartingError
from flightagents.web.access.doors import Doors, Handler
from flightagents.web.access.gate import VISITOR
from flightagents.web.staff.frame import Frame

PATIENCE_SECONDS = 15
_SAID = {
    400: "This cannot be read",
    401: "Please log in",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    408: "This took too long to arrive",
    409: "Somebody was faster",
    413: "This is too large",
    415: "This is not the form that is expected",
    421: "This is not the address",
    429: "Too many at once",
    500: "Something went wrong",
    503: "This takes too long at the moment",
}
_LEFT = 499
"""The status of whoever left before the answer, as proxies write it."""
_log = structlog.get_logger(__name__)


class Answers:
    """Turns refusals and failures into answers."""

    def __init__(self, frame: Callable[[], Frame], doors: Doors) -> None:
        self._frame = frame
        self._doors = doors

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Stand around one request, and count it by its route: never by what stands in its address."""
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "unknown"
        began, status = monotonic(), _LEFT
        try:
            response = await self._answer(request, handler, resource)
            status = response.status
        except web.HTTPException as exc:  # a redirect
            status = exc.status
            raise
        finally:
            method = request.method if request.method in hdrs.METH_ALL else "other"
            metrics.HTTP_REQUESTS.labels(method=method, route=route, status=status).inc()
            if not self._doors.streams(route):
                metrics.HTTP_SECONDS.labels(route=route).observe(monotonic() - began)
        return response

    async def _answer(
        self, request: web.Request, handler: Handler, resource: web.AbstractResource | None
    ) -> web.StreamResponse:
        patience = None if resource and self._doors.streams(resource.canonical) else PATIENCE_SECONDS
        try:
            async with asyncio.timeout(patience):
                return await handler(request)
        except web.HTTPException as exc:
            if exc.status < 400:  # noqa: PLR2004 - a redirect is no failure
                raise
            return self._say(request, exc.status, exc.text or "", exc)
        except StartingError:
            return _starting()
        except TimeoutError:
            return self._say(request, 503, "The database does not answer. Please try again in a moment.")
        except Exception as exc:  # noqa: BLE001 - the outermost loop of the web: logged, and the next goes on
            if isinstance(exc, ConnectionResetError) and _has_left(request):
                return web.Response(status=_LEFT)  # which nobody reads
            _log.exception("a page failed", page=resource.canonical if resource else "unknown")
            return self._say(request, 500, "It is in the worker's log. Please try again.")

    def _say(
        self, request: web.Request, status: int, detail: str, exc: web.HTTPException | None = None
    ) -> web.Response:
        headers = {
            name: value
            for name, value in (exc.headers if exc else {}).items()
            if name in ("Allow", "Retry-After", "WWW-Authenticate")
        }
        if "text/html" not in request.headers.get("Accept", "") or request.path.startswith("/api/"):
            return web.json_response(
                {"error": detail or _SAID.get(status, "")}, status=status, headers=headers
            )
        title, detail = _SAID.get(status, _SAID[500]), _without_code(status, detail)
        try:
            frame = self._frame()
        except StartingError:
            return _starting()
        values = {"title": title, "detail": detail}
        if VISITOR in request:
            response = frame.page(request, "message.html", status=status, **values)
        else:
            response = frame.bare("message.html", status=status, **values)
        response.headers.extend(headers)
        return response


def _has_left(request: web.Request) -> bool:
    """Tell it from a database or broker that has hung up, which is a failure."""
    return request.transport is None or request.transport.is_closing()


def _starting() -> web.Response:
    return web.json_response({"error": "this worker is starting"}, status=503, headers={"Retry-After": "2"})


def _without_code(status: int, detail: str) -> str:
    """Aiohttp's own texts are the status once more: "404: Not Found"."""
    return "" if detail.startswith(f"{status}:") else detail
