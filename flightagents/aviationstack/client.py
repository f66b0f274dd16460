"""Asks AviationStack for flights, page by page; `answers.py` says what each answer means.

The key travels in the query string (the API takes it nowhere else), so every URL is a secret here. aiohttp's
exceptions, responses and frames all hold the URL: none of them leaves this file. Errors are made anew from
words, and raised outside `except` blocks and away from the frames that saw the key, so that neither their
`__context__` nor a traceback that shows local variables can tell it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol
from urllib.parse import quote, quote_plus

import aiohttp
import structlog
from pydantic import SecretStr
from yarl import URL

from flightagents.aviationstack.answers import Page, read_answer
from flightagents.errors import FeedOutageError, FeedRefusedError, FlightagentsError, SettingsError
from flightagents.ports import MayAsk

log = structlog.stdlib.get_logger(__name__)

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Beyond this an answer has run away: 1,000 rows, the largest page of any plan, are about 2 MB."""

MAX_QUOTE = 400
"""Characters of an error with the vendor's words in it: their exception texts run to pages."""

FROZEN = timedelta(seconds=2)
"""Real time between the leave to ask and the call after which the leave is asked for again."""


class CallCounter(Protocol):
    """Keeps the calls of the month, since the plan has a budget."""

    async def count(self) -> None:
        """Count one call that is about to be made; awaited before each, so that failed calls count too.

        Raises CallsCountedOutError where none is left.
        """


@dataclass(frozen=True, slots=True)
class Backoff:
    """How an outage is retried within one page. Few attempts, since each spends a call of the month.

    Full jitter: after attempt n the wait is anywhere between 0 and `first_wait` * 2 ** (n - 1), at most
    `longest_wait`. `draw` gives [0, 1) and `sleep` takes seconds; tests replace both. (Not stamina: it adds
    its jitter to the whole wait, and lets neither be replaced.)
    """

    attempts: int = 3
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(seconds=20)
    draw: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep

    def wait(self, attempt: int) -> float:
        """Seconds to wait after attempt number `attempt` (from 1) has failed."""
        doubled = self.first_wait.total_seconds() * 2.0 ** (attempt - 1)
        return self.draw() * min(doubled, self.longest_wait.total_seconds())


class AviationStackClient:
    """The feed, asked politely: paged, counted, timed out, retried a little, and silent about its key."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        key: SecretStr,
        counter: CallCounter,
        page_size: int = 100,
        timeout: timedelta = timedelta(seconds=30),
        backoff: Backoff | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """Take the session as it is; who made it closes it. `timeout` bounds each call up to its last byte.

        `now` is real time, not the business clock: a `Retry-After` that is a date counts from it.
        """
        self._session = session
        self._flights = _flights_url(base_url)
        self._key = _checked(key)
        self._counter = counter
        self._page_size = page_size
        self._timeout = timeout
        self._backoff = backoff or Backoff()
        self._max_body_bytes = max_body_bytes
        self._now = now
        self._ticks = ticks

    async def pages(
        self,
        filters: Mapping[str, str],
        max_pages: int,
        may_ask: MayAsk,
        *,
        retries: bool = True,
    ) -> AsyncIterator[Page]:
        """Walk a query's pages until the total, a short page or `max_pages`; each costs at least one call.

        `may_ask` is awaited before each call, and what it raises ends the walk.

        The feed's order is not stable: pages overlap, so the caller removes doubles, and rows may be missed.
        Raises FeedRefusedError, FeedRateLimitError, FeedMonthSpentError or FeedOutageError, also after pages
        were given.
        """
        if reserved := filters.keys() & {"access_key", "limit", "offset"}:
            raise SettingsError(
                f"FLIGHTAGENTS_POLL_QUERIES: {', '.join(sorted(reserved))} cannot be a filter, we set it"
            )
        offset = 0
        for _ in range(max_pages):
            page = await self._page(filters, offset, may_ask, self._backoff.attempts if retries else 1)
            yield page
            # A small plan may grant less than was asked; such a page is not short, it is full.
            granted = min(page.limit or self._page_size, self._page_size)
            offset += len(page.rows)
            if len(page.rows) < granted or (page.total is not None and offset >= page.total):
                return

    async def _page(self, filters: Mapping[str, str], offset: int, may_ask: MayAsk, attempts: int) -> Page:
        query = self._hidden("&".join(f"{name}={value}" for name, value in filters.items())) or "(no filter)"
        attempt = 1
        while True:
            await self._prepare(may_ask)
            outcome = await self._attempt(filters, offset, query)
            if isinstance(outcome, Page):
                return outcome
            if not isinstance(outcome, FeedOutageError) or attempt >= attempts:
                raise outcome
            wait = self._backoff.wait(attempt)
            log.warning(
                "feed call failed, trying again",
                query=query,
                offset=offset,
                why=str(outcome),
                wait_seconds=wait,
            )
            await self._backoff.sleep(wait)
            attempt += 1

    async def _prepare(self, may_ask: MayAsk) -> None:
        """Ask whether we may, and count the call. Where that took long we may have been frozen: ask again."""
        asked_at = self._ticks()
        await may_ask()
        await self._counter.count()
        while self._ticks() - asked_at > FROZEN.total_seconds():
            asked_at = self._ticks()
            await may_ask()

    async def _attempt(self, filters: Mapping[str, str], offset: int, query: str) -> Page | FlightagentsError:
        """Make one call. Failures are given back, not raised: see the top of this file."""
        answer = await self._exchange({**filters, "limit": str(self._page_size), "offset": str(offset)})
        if isinstance(answer, str):
            return FeedOutageError(f"AviationStack, query {query}, offset {offset}: {answer}")
        try:
            return read_answer(answer.status, answer.retry_after, answer.body, now=self._now())
        except FeedRefusedError as error:
            advice = f"{self._quoted(error.advice)} (query {query})"
            return FeedRefusedError(self._quoted(error.code), advice, query_only=error.query_only)
        except FeedOutageError as error:
            words = self._quoted(str(error))
            return FeedOutageError(f"AviationStack, query {query}, offset {offset}: {words}")
        except FlightagentsError as error:  # too fast, month spent: they quote nothing
            return error.with_traceback(None)

    async def _exchange(self, parameters: dict[str, str]) -> "_Answer | str":
        """Send the one request that carries the key; give the answer, or what went wrong in words."""
        seconds = self._timeout.total_seconds()
        try:
            async with self._session.get(
                self._flights,
                params={**parameters, "access_key": self._key.get_secret_value()},
                # A kept connection may turn out dead, and that costs a call of the budget.
                headers={"Connection": "close"},
                middlewares=(_send_once,),
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,  # the key goes to the configured host and nowhere else
                raise_for_status=False,
            ) as response:
                body = await self._read(response)
                if body is None:
                    return f"an answer of more than {self._max_body_bytes} bytes"
                return _Answer(response.status, response.headers.get("Retry-After"), body)
        except TimeoutError:
            return f"no answer within {seconds:g} s"
        except _ConnectionLostError as error:
            return self._quoted(str(error))
        except (aiohttp.ClientError, OSError) as error:
            return self._quoted(_words_for(error))

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._max_body_bytes:
                return None
        return bytes(body)

    def _quoted(self, words: str) -> str:
        """Make foreign words fit for one line: first hide, then shorten, lest half a key stay at the cut."""
        hidden = " ".join(self._hidden(words).split())
        return hidden if len(hidden) <= MAX_QUOTE else hidden[:MAX_QUOTE] + "..."

    def _hidden(self, words: str) -> str:
        key = self._key.get_secret_value()
        for form in sorted({key, quote(key, safe=""), quote_plus(key), quote(key)}, key=len, reverse=True):
            words = words.replace(form, "(key)")
        return words


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None
    body: bytes


class _ConnectionLostError(aiohttp.ClientError):
    """Stands for those errors of aiohttp after which it would send the request a second time."""


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating a GET by itself when a connection drops: nobody would count that call."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _ConnectionLostError(_words_for(error)) from None


def _words_for(error: Exception) -> str:
    """Give the type's name and the system's word for it, which say enough; `str(error)` may hold the URL."""
    strerror = getattr(error, "strerror", None)
    return f"{type(error).__name__}, {strerror}" if strerror else type(error).__name__


def _flights_url(base_url: str) -> URL:
    """Give the address of `flights`. A wrong base is not repeated: someone may have put the key into it."""
    try:
        base = URL(base_url)
    except ValueError:
        base = URL()
    if base.scheme not in ("http", "https") or not base.host or base.query_string or base.user:
        raise SettingsError(
            "FLIGHTAGENTS_AVIATIONSTACK_URL must be http(s)://HOST/VERSION without a query or a login, "
            "for example https://api.aviationstack.com/v1"
        )
    return URL(str(base).rstrip("/")) / "flights"


def _checked(key: SecretStr) -> SecretStr:
    """Refuse what no URL carries unharmed: nothing, a line end from a file, bytes that are no UTF-8."""
    plain = key.get_secret_value()
    if not (plain and plain.isascii() and plain.isprintable() and " " not in plain):
        raise SettingsError(
            "FLIGHTAGENTS_AVIATIONSTACK_KEY must be AviationStack's access key, without spaces or line ends"
        )
    return key
