"""The stream that a page keeps open: server-sent events with what is new on its list, and how much waits."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from flightagents.domain.users import Role
from flightagents.errors import StartingError
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.staff.live import Listing, Live

LASTS = timedelta(minutes=5)
"""Real time. Then the browser connects anew."""
SEND_SECONDS = 20
"""How long a viewer may take to read an update; whoever is slower has to connect anew."""
BEAT_SECONDS = 10
"""Between two signs of life; before each we see whether the viewer is let in still. live.js takes a stream
for lost that is silent for 25 seconds."""
MOST_EACH = 20
"""Streams of one user at one worker: more than anybody has pages open."""
_VERSIONS = re.compile(r"[0-9a-f]{0,16}(/[0-9a-f]{0,16})?")


class Lister(Protocol):
    """Finds the list that a page shows."""

    def __call__(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list for the page's query, as this visitor may see it."""


class LiveStream:
    """Answers /live/NAME, with the query of the page that shows the list."""

    def __init__(self, live: Callable[[], Live], is_in: Callable[[web.Request], Awaitable[bool]]) -> None:
        self._live = live
        self._is_in = is_in
        self._listers: dict[str, tuple[Role, Lister]] = {}
        self._open: Counter[str] = Counter()

    def add(self, name: str, lister: Lister, role: Role = Role.VIEWER) -> None:
        """Let a list be looked at by those who have a role."""
        self._listers[name] = (role, lister)

    def mount(self, doors: Doors) -> None:
        """Add the route; when the server stops, the streams end, and it need not wait for them."""
        doors.add("GET", "/live/{name}", self.stream, Role.VIEWER, streams=True)

        async def close(_application: web.Application) -> None:
            with suppress(StartingError):
                self._live().close()

        doors.application.on_shutdown.append(close)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Send updates until the viewer leaves. The id of an event is the version that the page then has."""
        visitor = request[VISITOR]
        listings = self._listings(request, visitor)
        known = request.headers.get("Last-Event-ID") or request.query.get("version", "")
        if not _VERSIONS.fullmatch(known):  # it is written into the stream again: it must not begin an event
            known = ""
        with self._counted(visitor.principal.name):
            return await self._follow(request, listings, known)

    async def _follow(self, request: web.Request, listings: list[Listing], known: str) -> web.StreamResponse:
        # The library's pings are comments, which a page cannot hear: beats are sent in their place.
        response = EventSourceResponse(send_timeout=SEND_SECONDS, ping_interval=2 * LASTS.total_seconds() + 1)
        if request.transport is None:
            raise ConnectionResetError("the viewer has left before the answer")
        await response.prepare(request)
        async with response:
            updates = self._live().follow(listings, [*known.split("/"), "", ""][: len(listings)])
            versions = {each.name: version for each, version in zip(listings, known.split("/"), strict=False)}
            try:
                await response.send("", event="hello", retry=1000)
                async with (
                    asyncio.timeout(LASTS.total_seconds()) as limit,
                    _beating(response, request, limit, self._is_in),
                ):
                    async for update in updates:
                        versions[update.name] = update.version
                        id_ = "/".join(versions.get(each.name, "") for each in listings)
                        head = f"id: {id_}\r\nevent: {_event(update.name)}\r\ndata: ".encode()
                        await _send(response, request, b"".join([head, update.text, b"\r\n\r\n"]))
            except (TimeoutError, ConnectionResetError):  # it has lasted long enough, or the viewer has left
                pass
            finally:
                await updates.aclose()  # type: ignore[attr-defined]  # an async generator
        return response

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        if self._open[name] >= MOST_EACH:
            raise web.HTTPTooManyRequests(
                text="too many pages of this user are open", headers={"Retry-After": "60"}
            )
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            self._open += Counter()  # which forgets those who have none

    def _listings(self, request: web.Request, visitor: Visitor) -> list[Listing]:
        names = [request.match_info["name"], *([] if request.match_info["name"] == COUNTS else [COUNTS])]
        query = {key: value for key, value in request.query.items() if key != "version"}
        found = []
        for name in names:
            if name not in self._listers:
                raise web.HTTPNotFound
            role, lister = self._listers[name]
            if not visitor.may(role):
                raise web.HTTPForbidden(text=f"this needs the role {role}")
            found.append(lister(query, visitor))
        return found


@asynccontextmanager
async def _beating(
    response: EventSourceResponse,
    request: web.Request,
    limit: asyncio.Timeout,
    is_in: Callable[[web.Request], Awaitable[bool]],
) -> AsyncIterator[None]:
    """Tell the page that its stream lives.

    When the viewer has left, or is let in no more, let the limit of the stream be now.
    """

    async def beat() -> None:
        with suppress(TimeoutError, ConnectionResetError):
            await asyncio.sleep(BEAT_SECONDS)
            while await is_in(request):
                await _send(response, request, b"event: beat\r\ndata: \r\n\r\n")
                await asyncio.sleep(BEAT_SECONDS)
        if not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time())

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


COUNTS = "counts"
"""The list of how much waits for a person, which every page shows in its head."""


async def _send(response: EventSourceResponse, request: web.Request, event: bytes) -> None:
    """Send an event. The library's own `send` would take it apart and encode it anew for each viewer.

    Raises TimeoutError where the viewer does not read it; then their connection is gone.
    """
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await response.write(event)  # in one piece: beats come in between
    except TimeoutError:
        response.stop_streaming()
        if request.transport is not None:
            request.transport.abort()  # to end it in order would wait for the viewer, too
        raise


def _event(name: str) -> str:
    return COUNTS if name == COUNTS else "rows"
