"""An AviationStack on localhost: `GET /v1/flights` with its keys, pages, filters and ways to fail.

It shows the feed as it would have been at `now()`, remembers what it served, and fails when told to.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from flightagents.sandbox.failing import Failing, Oddity, control
from flightagents.sandbox.feed_pages import Page, Pages
from flightagents.sandbox.filters import RefusedParameterError, whole_number
from flightagents.sandbox.refusals import JSON, Failure, Refusal
from flightagents.sandbox.row_story import FeedRow
from flightagents.sandbox.servers import Hook, at_once, serving

DEFAULT_KEY = "sandbox"

# Below the vendor's Professional plan.
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Served:
    """One answer with flights that reached the caller."""

    number: int
    """Of the request, counted from 1; failed ones count too."""
    at: datetime
    query: Mapping[str, str]
    """Without the key."""
    offset: int
    rows: tuple[FeedRow, ...]


class AviationStack:
    """The server's state. Run it with `aviationstack`."""

    def __init__(
        self,
        pages: Pages,
        now: Callable[[], datetime],
        *,
        key: str = DEFAULT_KEY,
        max_limit: int = MAX_LIMIT,
        sells_dates: bool = True,
    ) -> None:
        """Serve `pages` as of `now()`; a free key is one without `sells_dates`: no filter `flight_date`."""
        self.url = ""
        """The base URL, as `FLIGHTAGENTS_AVIATIONSTACK_URL` wants it: it ends in /v1."""
        self.key = key
        self.requests = 0
        self.served: list[Served] = []
        self.before_answer: Hook = at_once
        self._pages = pages
        self._now = now
        self._max_limit = max_limit
        self._sells_dates = sells_dates
        self.failing = Failing()

    def fail_next(self, how: Failure | Oddity, times: int = 1, **where: str) -> None:
        """Answer the next requests like this, after those that are already planned; with these filters."""
        self.failing.plan(how, times=times, where=where)

    def fail_for(self, seconds: float, how: Failure | Oddity, **where: str) -> None:
        """Answer like this for so many real seconds."""
        self.failing.plan(how, seconds=seconds, where=where)

    def recover(self) -> None:
        """Forget the failures that are still planned."""
        self.failing.recover()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, and remember the rows once they are out."""
        self.requests += 1
        number = self.requests
        await self.before_answer()
        query = dict(request.query)
        key = query.pop("access_key", "")
        failure = self.failing.next(query)
        if isinstance(failure, Failure):
            return await self._fail(request, failure)
        if key != self.key:
            return _refuse((Failure.INVALID_KEY if key else Failure.MISSING_KEY).value)
        if "flight_date" in query and not self._sells_dates:
            return _refuse(Failure.FUNCTION_RESTRICTED.value)
        now = self._now()
        try:
            page = self._page(query, now)
            page = failure(page) if failure else page
        except RefusedParameterError as error:
            return _refuse(error.refusal)
        response = web.Response(body=page.body, content_type=JSON)
        await response.prepare(request)
        await response.write_eof()
        offset = whole_number(query, "offset", 0)
        self.served.append(Served(number, now, query, offset, page.rows))
        return response

    def _page(self, query: dict[str, str], now: datetime) -> Page:
        limit = min(whole_number(query, "limit", self._max_limit), self._max_limit)
        return self._pages.page(query, limit, whole_number(query, "offset", 0), now)

    async def _fail(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        if failure is Failure.TIME_OUT:
            # Ends when the caller hangs up or the server does: then the handler is cancelled.
            await asyncio.Event().wait()
        if failure is Failure.HANG_UP and request.transport is not None:
            request.transport.abort()
        return _refuse(failure.value)


@contextlib.asynccontextmanager
async def aviationstack(
    pages: Pages,
    now: Callable[[], datetime],
    *,
    key: str = DEFAULT_KEY,
    max_limit: int = MAX_LIMIT,
    sells_dates: bool = True,
    port: int = 0,
) -> AsyncIterator[AviationStack]:
    """Run the server until the block ends."""
    feed = AviationStack(pages, now, key=key, max_limit=max_limit, sells_dates=sells_dates)
    app = web.Application()
    app.router.add_get("/v1/flights", feed.handle)
    app.router.add_routes(control(feed.failing))
    app.router.add_route("*", "/{path:.*}", _no_such_function)
    async with serving(app, port) as base:
        feed.url = f"{base}/v1"
        yield feed


async def _no_such_function(_request: web.Request) -> web.StreamResponse:
    return _refuse(Failure.INVALID_FUNCTION.value)


def _refuse(refusal: Refusal) -> web.Response:
    return web.Response(
        status=refusal.status,
        text=refusal.body,
        content_type=refusal.content_type,
        headers=dict(refusal.headers),
    )
